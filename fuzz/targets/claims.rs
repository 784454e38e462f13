//! Claims of every kind: what is read is written, and reads the same again.

#![no_main]

use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use licence_core::claims::{
    AccessClaims, AdminClaims, CheckpointClaims, Claims, IssuerClaims, LeaseClaims, LicenceClaims,
    RequestClaims, RevocationsClaims, RevokedClaims, UsageClaims,
};
use licence_core::json::{self, Object};

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = json::parse(bytes) else { return };
    let Some(claims) = value.as_object() else { return };
    assert_stable::<AccessClaims>(claims);
    assert_stable::<AdminClaims>(claims);
    assert_stable::<CheckpointClaims>(claims);
    assert_stable::<IssuerClaims>(claims);
    assert_stable::<LeaseClaims>(claims);
    assert_stable::<LicenceClaims>(claims);
    assert_stable::<RequestClaims>(claims);
    assert_stable::<RevocationsClaims>(claims);
    assert_stable::<RevokedClaims>(claims);
    assert_stable::<UsageClaims>(claims);
});

fn assert_stable<C: Claims + Debug + PartialEq>(claims: &Object<'_>) {
    let Ok(read) = C::read(claims) else { return };
    let text = read.to_json();
    let value = json::parse(text.as_bytes()).expect("what we write is JSON that we read");
    let again = C::read(value.as_object().expect("claims are an object"));
    let again = again.unwrap_or_else(|reason| panic!("{reason:?}: {text}"));
    assert_eq!(read, again);
    assert_eq!(text, again.to_json(), "there is one way to write them");
}
