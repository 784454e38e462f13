//! Refresh tokens, service keys and one-time codes: each has one spelling, and no other bytes are genuine.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use licence_core::{SessionId, Uuid};
use licence_server::domain::Nonce;
use licence_server::password::{CODE_BYTES, OneTimeCode};
use licence_server::token::{RefreshKey, RefreshSecret, RefreshToken, ServiceKey};
use zeroize::Zeroizing;

static KEY: LazyLock<RefreshKey> = LazyLock::new(|| RefreshKey::new(Zeroizing::new([5; 32])));

/// A token that the server made.
static GENUINE: LazyLock<String> = LazyLock::new(|| {
    let session = SessionId(Uuid::v7(1_900_000_000_000, [2; 10]));
    let first = RefreshToken::first(session, RefreshSecret::new(Zeroizing::new([3; 32])));
    let child = KEY.child(&first, Nonce([4; 16])).expect("there are more generations");
    KEY.write(&child).to_string()
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    assert!(KEY.parse(text).is_none() || text == *GENUINE, "forged: {text}");
    assert_only_whole(bytes);
    if let Some(key) = ServiceKey::parse(text) {
        assert_eq!(*key.write(), text, "a service key has one spelling");
    }
    if let Some(code) = OneTimeCode::parse(text) {
        assert_same(&code, &code.spoken());
        assert_same(&code, &text.to_lowercase());
    }
    if let Some(random) = bytes.first_chunk::<CODE_BYTES>() {
        let code = OneTimeCode::new(Zeroizing::new(*random));
        assert_same(&code, &code.spoken());
    }
});

/// The genuine token with the input written over a part of it.
fn assert_only_whole(bytes: &[u8]) {
    let Some((at, over)) = bytes.split_first() else { return };
    let mut token = GENUINE.clone().into_bytes();
    let place = token.iter_mut().skip(usize::from(*at));
    place.zip(over).for_each(|(to, from)| *to = *from);
    if let Ok(token) = core::str::from_utf8(&token) {
        assert_eq!(KEY.parse(token).is_some(), token == *GENUINE, "{token}");
    }
}

fn assert_same(code: &OneTimeCode, text: &str) {
    let read = OneTimeCode::parse(text).expect("it is the same code");
    assert_eq!(read.hash(), code.hash());
}
