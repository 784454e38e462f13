//! The jsonwebtoken crate on its aws-lc-rs backend.

use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use licence_core::Kind;
use licence_core::armour;
use licence_core::keyfile;
use licence_tests::world::{PRODUCT, World};
use serde_json::Value;

use super::sample::Sample;

/// Ordinary options, but for the one that reads a clock, which the times of the world know nothing of.
fn validation(audience: &str) -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.set_audience(&[audience]);
    validation
}

fn verify(sample: &Sample<'_>, audience: &str) -> jsonwebtoken::errors::Result<Value> {
    let jwk = serde_json::from_value(sample.public_jwk()).unwrap();
    let key = DecodingKey::from_jwk(&jwk).unwrap();
    decode(&sample.text, &key, &validation(audience)).map(|token| token.claims)
}

#[test]
fn jsonwebtoken_verifies_what_we_sign() {
    for sample in Sample::of_every_kind(&World::default()) {
        assert_eq!(verify(&sample, &sample.audience()), Ok(sample.claims()), "{:?}", sample.kind);
    }
}

#[test]
fn we_verify_what_jsonwebtoken_signs() {
    let world = World::default();
    for sample in Sample::of_every_kind(&world) {
        let header = Header {
            typ: Some(sample.kind.typ().to_owned()),
            kid: Some(sample.kid()),
            ..Header::new(Algorithm::EdDSA)
        };
        let blocks = armour::parse(keyfile::write(sample.key).as_bytes()).unwrap();
        let key = EncodingKey::from_ed_der(&blocks.first().unwrap().1);
        let token = encode(&header, &sample.claims(), &key).unwrap();
        sample.assert_accepted(&world, &token);
    }
}

#[test]
fn jsonwebtoken_takes_no_other_kind_for_an_access_token() {
    for sample in Sample::of_every_kind(&World::default()) {
        let outcome = verify(&sample, PRODUCT).map_err(Error::into_kind);
        match sample.kind {
            // A licence has an access token's audience, and is signed by another key.
            Kind::Access | Kind::Licence => assert!(outcome.is_ok(), "{outcome:?}"),
            Kind::Issuer
            | Kind::Revocations
            | Kind::Request
            | Kind::Revoked
            | Kind::Lease
            | Kind::Checkpoint
            | Kind::Usage => {
                assert_eq!(outcome, Err(ErrorKind::InvalidAudience), "{:?}", sample.kind);
            }
        }
    }
}
