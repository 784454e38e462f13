//! Key files: what is read is written and reads the same, and nothing but one key in one spelling is read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use licence_core::armour::{self, Label};
use licence_core::keyfile::{self, KeyFileError};
use licence_core::{PublicKey, json};
use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::Decode as _;
use pkcs8::pkcs5::EncryptionScheme;

/// Bytes that scrypt may take here: what is dearer is tried by the tests, one at a time.
const SCRYPT_BYTES_MAX: u64 = 64 * 1024;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(key) = PublicKey::parse(bytes) {
        let jwk = json::object(|jwk| key.write_jwks_member(jwk));
        for text in [key.to_pem(), jwk] {
            assert_eq!(PublicKey::parse(text.as_bytes()).as_ref(), Ok(&key));
        }
    }
    match keyfile::parse(bytes, None) {
        Ok(key) => {
            let again = keyfile::parse(keyfile::write(&key).as_bytes(), None);
            assert_eq!(again.map(|key| *key.expose_seed()), Ok(*key.expose_seed()));
        }
        Err(KeyFileError::PassphraseNeeded) if is_cheap(bytes) => {
            let opened = keyfile::parse(bytes, Some(b"passphrase"));
            assert_ne!(opened.err(), Some(KeyFileError::PassphraseNeeded));
        }
        Err(_) => {}
    }
    // The DER alone, so that no mutation is lost to a broken line of base64.
    let file = armour::write(&[(Label::EncryptedPrivateKey, bytes)]);
    if !bytes.is_empty() && is_cheap(file.as_bytes()) {
        let _ = keyfile::parse(file.as_bytes(), Some(b"passphrase"));
    }
});

fn is_cheap(file: &[u8]) -> bool {
    let blocks = armour::parse(file).unwrap_or_default();
    let [(Label::EncryptedPrivateKey, der)] = blocks.as_slice() else { return false };
    let Ok(info) = EncryptedPrivateKeyInfoRef::from_der(der) else { return true };
    let EncryptionScheme::Pbes2(scheme) = info.encryption_algorithm else { return true };
    scheme.kdf.scrypt().is_none_or(|scrypt| {
        let bytes = scrypt.cost_parameter.saturating_mul(128 * u64::from(scrypt.block_size));
        // What is beyond the bound of the reader is refused before it costs anything.
        bytes > 1 << 40 || bytes * u64::from(scrypt.parallelization) <= SCRYPT_BYTES_MAX
    })
}
