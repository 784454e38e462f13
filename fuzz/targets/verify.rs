//! The whole verifier: what nobody signed is never accepted; of what was signed, whatever it says, what we accept
//! jsonwebtoken accepts, and it reads the same in it.
//!
//! An input of two lines is a header and claims, which are signed by the key that the header names. Any other input
//! is the signed text itself.

#![no_main]

use std::collections::HashSet;
use std::sync::LazyLock;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use libfuzzer_sys::fuzz_target;
use licence_core::claims::Claims;
use licence_core::{
    KeyId, Policy, PrivateKey, SignedCheckpoint, SignedRequest, SignedRevocations, TestLicences,
    UnboundLicences, UnverifiedLicence, ValidAdmin, armour, json,
};
use licence_fuzz::chain::{LICENCE, ROOTS, WORLD, key_called, sign};
use licence_tests::vectors::{folder, load};
use licence_tests::world::{PRODUCT, now, product};
use serde_json::Value;

/// What is signed in the vectors, from which the seeds are.
static GENUINE: LazyLock<HashSet<Vec<u8>>> = LazyLock::new(|| {
    let vectors = load(&folder()).into_iter().flat_map(|subject| subject.vectors);
    let inputs = vectors.map(|vector| vector.input.bytes());
    let with_blocks = inputs.flat_map(|input| {
        let blocks = armour::parse(&input).unwrap_or_default();
        blocks.into_iter().map(|(_, text)| text).chain([input])
    });
    with_blocks.collect()
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    match text.split_once('\n') {
        Some((header, claims)) => {
            let key = signer(header).unwrap_or(&WORLD.site);
            let token = sign(header, claims, key);
            for (_, written) in accepted(&token) {
                assert_read_alike(&token, key, &written);
            }
        }
        None => assert!(accepted(text).is_empty() || GENUINE.contains(bytes), "forged: {text}"),
    }
});

fn signer(header: &str) -> Option<&'static PrivateKey> {
    let header = json::parse(header.as_bytes()).ok()?;
    key_called(KeyId::parse(header.as_object()?.value("kid")?.as_str()?)?)
}

/// As what a text is accepted, and its claims as we would write them.
fn accepted(text: &str) -> Vec<(&'static str, String)> {
    let bytes = text.as_bytes();
    let (site, product) = (WORLD.site.public(), product(PRODUCT));
    let lax = Policy {
        site: Some(site.clone()),
        unbound: UnboundLicences::Allowed,
        test: TestLicences::Allowed,
        ..Policy::default()
    };
    let licence = UnverifiedLicence::parse(bytes).and_then(|file| file.accept(&ROOTS, &lax));
    let licence = licence.and_then(|licence| Ok(licence.at(now())?.claims().to_json()));
    let access = LICENCE.verify_access(bytes, now()).map(|token| token.claims().to_json());
    let admin = ValidAdmin::verify(bytes, site, &product, now());
    let lease = LICENCE.verify_lease(bytes, now()).map(|lease| lease.claims().to_json());
    let revoked = LICENCE.verify_revoked(bytes, now()).map(|list| list.claims().to_json());
    let usage = LICENCE.verify_usage(bytes).map(|statement| statement.claims().to_json());
    let checkpoint = SignedCheckpoint::verify(bytes, site, &product);
    let request = SignedRequest::parse(bytes, now()).map(|request| request.claims().to_json());
    let list = SignedRevocations::parse(bytes, &ROOTS).map(|list| list.claims().to_json());
    let outcomes = [
        ("licence", licence),
        ("access", access),
        ("admin", admin.map(|token| token.claims().to_json())),
        ("lease", lease),
        ("revoked", revoked),
        ("usage", usage),
        ("checkpoint", checkpoint.map(|checkpoint| checkpoint.claims().to_json())),
        ("request", request),
        ("revocations", list),
    ];
    let accepted: Vec<_> =
        outcomes.into_iter().filter_map(|(kind, claims)| Some((kind, claims.ok()?))).collect();
    assert!(accepted.len() <= 1, "one text is of two kinds: {accepted:?}");
    accepted
}

/// What jsonwebtoken makes of it, with ordinary options but for the clock, which our times know nothing of.
fn assert_read_alike(token: &str, key: &PrivateKey, written: &str) {
    if unsupported_name(token) {
        return;
    }
    let written: Value = serde_json::from_str(written).expect("what we write is JSON");
    let audience = written.get("aud").and_then(Value::as_str).expect("each kind has an audience");
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.set_audience(&[audience]);
    let jwk = json::object(|jwk| key.public().write_jwks_member(jwk));
    let jwk = serde_json::from_str(&jwk).expect("what we write is a JWK");
    let key = DecodingKey::from_jwk(&jwk).expect("a key");
    let theirs = decode::<Value>(token, &key, &validation);
    let theirs = theirs.unwrap_or_else(|error| panic!("{error}: {token}")).claims;
    for name in ["iss", "sub", "aud", "jti", "iat", "nbf", "exp", "sid", "lic", "seq"] {
        // A claim that is none of its kind's is ignored, whatever it says.
        let ours = written.get(name);
        assert!(ours.is_none() || ours == theirs.get(name), "{name}: {token}");
    }
}

/// RFC 9864 is newer than the library.
fn unsupported_name(token: &str) -> bool {
    let header = licence_core::base64url::decode(token.split('.').next().unwrap_or_default());
    let header = header.and_then(|header| serde_json::from_slice::<Value>(&header).ok());
    header.and_then(|header| Some(header.get("alg")? == "Ed25519")) == Some(true)
}
