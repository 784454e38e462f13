use licence_core::armour::{self, Label};
use licence_core::claims::Claims;
use licence_core::{
    Kind, Policy, PrivateKey, Roots, SignedCheckpoint, SignedRequest, SignedRevocations,
    UnverifiedLicence, base64url, json,
};
use licence_tests::world::{World, now, signed};
use serde_json::Value;

/// One genuine object of a kind.
pub(super) struct Sample<'w> {
    pub(super) kind: Kind,
    pub(super) key: &'w PrivateKey,
    pub(super) text: String,
    claims: String,
}

impl<'w> Sample<'w> {
    pub(super) fn of_every_kind(w: &'w World) -> Vec<Self> {
        vec![
            Self::new(&w.issuer(), &w.root),
            Self::new(&w.licence(), &w.root),
            Self::new(&w.revocations(), &w.root),
            Self::new(&w.request(), &w.site),
            Self::new(&w.access(), &w.site),
            Self::new(&w.revoked(), &w.site),
            Self::new(&w.lease(), &w.site),
            Self::new(&w.checkpoint(), &w.site),
            Self::new(&w.usage(), &w.site),
        ]
    }

    fn new<C: Claims>(claims: &C, key: &'w PrivateKey) -> Self {
        Self { kind: C::KIND, key, text: signed(claims, key), claims: claims.to_json() }
    }

    pub(super) fn claims(&self) -> Value {
        serde_json::from_str(&self.claims).unwrap()
    }

    /// Its own audience: whoever expects this very kind takes it.
    pub(super) fn audience(&self) -> String {
        self.claims().get("aud").and_then(Value::as_str).unwrap().to_owned()
    }

    pub(super) fn kid(&self) -> String {
        self.key.public().id().to_string()
    }

    pub(super) fn public_jwk(&self) -> Value {
        let jwk = json::object(|jwk| self.key.public().write_jwks_member(jwk));
        serde_json::from_str(&jwk).unwrap()
    }

    pub(super) fn private_jwk(&self) -> Value {
        let mut jwk = self.public_jwk();
        let d = base64url::encode(self.key.expose_seed());
        jwk.as_object_mut().unwrap().insert("d".to_owned(), d.into());
        jwk
    }

    /// Whether we accept a text as this kind, in the world that this one is of.
    #[track_caller]
    pub(super) fn assert_accepted(&self, w: &World, text: &str) {
        let roots = Roots::new(vec![w.root.public().clone(), w.spare.public().clone()]).unwrap();
        let licence = |file: &str| {
            let parsed = UnverifiedLicence::parse(file.as_bytes())?;
            parsed.verify_signatures(&roots)?.accept(&Policy::default())
        };
        let outcome = match self.kind {
            Kind::Licence => licence(text).and_then(|licence| licence.at(now()).map(drop)),
            Kind::Issuer => licence(&below(w, text)).map(drop),
            Kind::Revocations => SignedRevocations::parse(text.as_bytes(), &roots).map(drop),
            Kind::Request => SignedRequest::parse(text.as_bytes(), now()).map(drop),
            Kind::Access => licence(&w.licence_text())
                .and_then(|licence| licence.verify_access(text.as_bytes(), now()).map(drop)),
            Kind::Revoked => licence(&w.licence_text())
                .and_then(|licence| licence.verify_revoked(text.as_bytes(), now()).map(drop)),
            Kind::Lease => licence(&w.licence_text())
                .and_then(|licence| licence.verify_lease(text.as_bytes(), now()).map(drop)),
            Kind::Usage => licence(&w.licence_text())
                .and_then(|licence| licence.verify_usage(text.as_bytes()).map(drop)),
            Kind::Checkpoint => {
                let product = w.licence().product;
                SignedCheckpoint::verify(text.as_bytes(), w.site.public(), &product).map(drop)
            }
        };
        assert_eq!(outcome, Ok(()), "{:?}: {text}", self.kind);
    }
}

fn below(w: &World, certificate: &str) -> String {
    let licence = signed(&w.licence(), &w.issuing);
    let blocks = [(Label::Licence, licence.as_bytes()), (Label::IssuerKey, certificate.as_bytes())];
    armour::write(&blocks)
}
