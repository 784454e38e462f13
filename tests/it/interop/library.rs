use licence_core::Kind;
use licence_tests::json_lines::JsonLines;
use licence_tests::world::{PRODUCT, World, now, signed};
use serde::Deserialize;
use serde_json::{Value, json};

use super::sample::Sample;

/// A JOSE library in another process.
pub(super) struct Library {
    program: JsonLines,
    /// What it says of an audience that is not the expected one.
    wrong_audience: &'static str,
    /// What it says of a signature that does not hold.
    bad_signature: &'static str,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Verified {
    Claims(Value),
    Error(String),
}

#[derive(Deserialize)]
struct Signed {
    token: String,
}

impl Library {
    pub(super) const fn new(
        program: JsonLines,
        wrong_audience: &'static str,
        bad_signature: &'static str,
    ) -> Self {
        Self { program, wrong_audience, bad_signature }
    }

    fn verify(&mut self, token: &str, key: &Value, audience: &str) -> Verified {
        let now = now().secs();
        let question = json!({ "verify": token, "key": key, "audience": audience, "now": now });
        self.program.ask(&question)
    }

    fn sign(&mut self, sample: &Sample<'_>) -> String {
        let header = json!({ "typ": sample.kind.typ(), "kid": sample.kid() });
        let key = sample.private_jwk();
        let signed: Signed =
            self.program.ask(&json!({ "sign": sample.claims(), "header": header, "key": key }));
        signed.token
    }

    pub(super) fn verifies_what_we_sign(mut self) {
        for sample in Sample::of_every_kind(&World::default()) {
            let verified = self.verify(&sample.text, &sample.public_jwk(), &sample.audience());
            assert_eq!(verified, Verified::Claims(sample.claims()), "{:?}", sample.kind);
        }
        self.program.finish();
    }

    pub(super) fn signs_what_we_verify(mut self) {
        let world = World::default();
        for sample in Sample::of_every_kind(&world) {
            let token = self.sign(&sample);
            sample.assert_accepted(&world, &token);
        }
        self.program.finish();
    }

    pub(super) fn takes_no_other_kind_for_an_access_token(mut self) {
        let world = World::default();
        for sample in Sample::of_every_kind(&world) {
            // Even with the very key that signed it. A licence has an access token's audience, and
            // another key.
            let verified = self.verify(&sample.text, &sample.public_jwk(), PRODUCT);
            let by_site = self.verify(&sample.text, &site_jwk(&world), PRODUCT);
            let error = |name: &str| Verified::Error(name.to_owned());
            match sample.kind {
                Kind::Access => assert!(matches!(verified, Verified::Claims(_)), "{verified:?}"),
                Kind::Licence => assert_eq!(by_site, error(self.bad_signature)),
                Kind::Issuer
                | Kind::Revocations
                | Kind::Request
                | Kind::Revoked
                | Kind::Lease
                | Kind::Checkpoint
                | Kind::Usage => {
                    assert_eq!(verified, error(self.wrong_audience), "{:?}", sample.kind);
                }
            }
        }
        self.refuses_an_administrators_token(&world);
        self.program.finish();
    }

    /// A token for administration takes no seat, so no application may take it.
    fn refuses_an_administrators_token(&mut self, world: &World) {
        let token = signed(&world.admin(), &world.site);
        let verified = self.verify(&token, &site_jwk(world), PRODUCT);
        assert_eq!(verified, Verified::Error(self.wrong_audience.to_owned()));
    }
}

fn site_jwk(world: &World) -> Value {
    let jwk = licence_core::json::object(|jwk| world.site.public().write_jwks_member(jwk));
    serde_json::from_str(&jwk).unwrap()
}
