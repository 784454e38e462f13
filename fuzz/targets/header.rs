//! Headers of signed objects: with genuine claims and signature, only one that says exactly our three things is
//! accepted.

#![no_main]

use libfuzzer_sys::fuzz_target;
use licence_core::claims::Claims as _;
use licence_core::{Kind, base64url, unverified_parts};
use licence_fuzz::chain::{LICENCE, WORLD, sign};
use licence_tests::world::now;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    for kind in Kind::ALL {
        if let Ok(parts) = unverified_parts(bytes, kind) {
            let texts = [parts.unverified_header, parts.unverified_claims];
            let segments = texts.map(|text| base64url::encode(text.as_bytes())).join(".");
            assert!(bytes.starts_with(segments.as_bytes()), "they are shown as they are signed");
        }
    }
    let Ok(header) = core::str::from_utf8(bytes) else { return };
    let token = sign(header, &WORLD.access().to_json(), &WORLD.site);
    if LICENCE.verify_access(token.as_bytes(), now()).is_ok() {
        assert_is_ours(header);
    }
});

/// As an independent reader sees it.
fn assert_is_ours(header: &str) {
    let header: Value = serde_json::from_str(header).expect("it is JSON");
    let member = |name: &str| header.get(name).and_then(Value::as_str);
    assert!(matches!(member("alg"), Some("EdDSA" | "Ed25519")), "{header}");
    assert_eq!(member("typ"), Some(Kind::Access.typ()));
    assert_eq!(member("kid"), Some(WORLD.site.public().id().to_string().as_str()));
    assert_eq!(header.as_object().map(serde_json::Map::len), Some(3), "{header}");
}
