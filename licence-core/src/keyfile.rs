//! Private keys as files: PKCS#8 PEM, in the clear or under a passphrase.
//!
//! Written as version 1, without the public key: OpenSSL, Node and Python refuse the version 2 that
//! carries it. Under a passphrase: PBES2 with scrypt and AES-256-CBC, which OpenSSL opens as it is.

use core::fmt;

use pkcs8::EncryptedPrivateKeyInfoRef;
use pkcs8::der::{Decode as _, Encode as _, asn1::OctetStringRef};
use pkcs8::pkcs5::{EncryptionScheme, pbes2, scrypt};
use zeroize::Zeroizing;

use crate::armour::{self, Label};
use crate::limits::KEY_FILE_BYTES_MAX;
use crate::sign::PrivateKey;

/// RFC 8410's PrivateKeyInfo before the seed. Without attributes and public key, DER has one spelling.
const PKCS8_PREFIX: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// scrypt's cost: 16 MiB five times over. OpenSSL opens at most 32 MiB, so more passes stand in for
/// more memory (OWASP's password storage guidance names this pair).
const SCRYPT_LOG_N: u8 = 14;
const SCRYPT_R: u32 = 8;
const SCRYPT_P: u32 = 5;

/// The most that a key file made elsewhere may ask of this machine: 256 MiB, sixteen times over.
const SCRYPT_BYTES_MAX: u64 = 256 * 1024 * 1024;
const SCRYPT_PASSES_MAX: u16 = 16;

/// What a private key file is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFileError {
    /// Larger than any key file.
    TooLarge,
    /// Not one `PRIVATE KEY` or `ENCRYPTED PRIVATE KEY` block with an Ed25519 key of version 1.
    Malformed,
    /// Encrypted, and no passphrase was given.
    PassphraseNeeded,
    /// Encrypted, and the passphrase is wrong (or the file was changed: nothing tells the two apart).
    WrongPassphrase,
    /// Encrypted in a way that is not read here, or at a cost that is not paid here.
    UnsupportedEncryption,
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "it is larger than any key file",
            Self::Malformed => "it is not an Ed25519 private key in PKCS#8 PEM",
            Self::PassphraseNeeded => "it is encrypted, and no passphrase was given",
            Self::WrongPassphrase => "the passphrase is wrong, or the file was changed",
            Self::UnsupportedEncryption => "it is encrypted in a way that is not read here",
        })
    }
}

impl core::error::Error for KeyFileError {}

/// Random bytes for one encryption: a salt and an initialisation vector, never used twice.
pub struct EncryptionSeed(pub [u8; 32]);

/// Whether a key file needs a passphrase.
#[must_use]
pub fn is_encrypted(file: &[u8]) -> bool {
    let marker = Label::EncryptedPrivateKey.text().as_bytes();
    file.windows(marker.len()).any(|window| window == marker)
}

/// A key in the clear as the 48 bytes of its PKCS#8 DER (RFC 8410), for other libraries.
#[must_use]
pub fn der(key: &PrivateKey) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([&PKCS8_PREFIX[..], key.expose_seed()].concat())
}

/// Writes a key in the clear.
#[must_use]
pub fn write(key: &PrivateKey) -> Zeroizing<String> {
    let der = der(key);
    Zeroizing::new(armour::write(&[(Label::PrivateKey, der.as_slice())]))
}

/// Writes a key under a passphrase.
///
/// # Errors
/// [`KeyFileError::UnsupportedEncryption`] where the library refuses the constants of this module.
pub fn write_encrypted(
    key: &PrivateKey,
    passphrase: &[u8],
    seed: &EncryptionSeed,
) -> Result<String, KeyFileError> {
    let encrypt = || -> Option<Vec<u8>> {
        let (salt, iv) = seed.0.split_at_checked(16)?;
        let params = scrypt::Params::new(SCRYPT_LOG_N, SCRYPT_R, SCRYPT_P).ok()?;
        let scheme =
            pbes2::Parameters::generate_scrypt_aes256cbc(params, salt, iv.try_into().ok()?).ok()?;
        let encrypted = scheme.encrypt(passphrase, der(key).as_slice()).ok()?;
        let encrypted_data = <&OctetStringRef>::try_from(encrypted.as_slice()).ok()?;
        EncryptedPrivateKeyInfoRef { encryption_algorithm: scheme.into(), encrypted_data }
            .to_der()
            .ok()
    };
    let der = encrypt().ok_or(KeyFileError::UnsupportedEncryption)?;
    Ok(armour::write(&[(Label::EncryptedPrivateKey, der.as_slice())]))
}

/// Reads a key file, with its passphrase where it has one.
///
/// # Errors
/// Every [`KeyFileError`].
pub fn parse(file: &[u8], passphrase: Option<&[u8]>) -> Result<PrivateKey, KeyFileError> {
    if file.len() > KEY_FILE_BYTES_MAX {
        return Err(KeyFileError::TooLarge);
    }
    let blocks: Vec<(Label, Zeroizing<Vec<u8>>)> =
        armour::parse_into(file).map_err(|_| KeyFileError::Malformed)?;
    match blocks.as_slice() {
        [(Label::PrivateKey, der)] => parse_der(der).ok_or(KeyFileError::Malformed),
        [(Label::EncryptedPrivateKey, der)] => {
            decrypt(der, passphrase.ok_or(KeyFileError::PassphraseNeeded)?)
        }
        _ => Err(KeyFileError::Malformed),
    }
}

fn decrypt(der: &[u8], passphrase: &[u8]) -> Result<PrivateKey, KeyFileError> {
    let info = EncryptedPrivateKeyInfoRef::from_der(der).map_err(|_| KeyFileError::Malformed)?;
    let EncryptionScheme::Pbes2(scheme) = info.encryption_algorithm else {
        return Err(KeyFileError::UnsupportedEncryption);
    };
    let is_affordable = scheme.kdf.scrypt().is_some_and(|scrypt| {
        let bytes = scrypt.cost_parameter.saturating_mul(128 * u64::from(scrypt.block_size));
        bytes <= SCRYPT_BYTES_MAX && scrypt.parallelization <= SCRYPT_PASSES_MAX
    });
    if !is_affordable {
        return Err(KeyFileError::UnsupportedEncryption);
    }
    let plain = scheme.decrypt(passphrase, info.encrypted_data.as_bytes()).map(Zeroizing::new);
    let plain = plain.map_err(|_| KeyFileError::WrongPassphrase)?;
    parse_der(&plain).ok_or(KeyFileError::WrongPassphrase)
}

fn parse_der(der: &[u8]) -> Option<PrivateKey> {
    PrivateKey::from_seed(der.strip_prefix(&PKCS8_PREFIX)?.try_into().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> PrivateKey {
        PrivateKey::from_seed(&[7; 32]).unwrap()
    }

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let file = write(&key());
        assert!(!is_encrypted(file.as_bytes()));
        assert_eq!(parse(file.as_bytes(), None).unwrap().public(), key().public());
    }

    #[test]
    fn a_keys_der_is_what_its_file_holds() {
        let blocks = armour::parse(write(&key()).as_bytes()).unwrap();
        assert_eq!(blocks, [(Label::PrivateKey, der(&key()).to_vec())]);
    }

    #[test]
    fn an_encrypted_key_needs_its_passphrase() {
        let file = write_encrypted(&key(), b"correct horse", &EncryptionSeed([3; 32])).unwrap();
        let parse = |passphrase| parse(file.as_bytes(), passphrase);
        assert!(is_encrypted(file.as_bytes()));
        assert_eq!(parse(Some(b"correct horse".as_slice())).unwrap().public(), key().public());
        assert_eq!(
            parse(Some(b"battery staple".as_slice())).unwrap_err(),
            KeyFileError::WrongPassphrase
        );
        assert_eq!(parse(None).unwrap_err(), KeyFileError::PassphraseNeeded);
    }

    #[test]
    fn other_files_are_not_keys() {
        let version_2 = [&[0x30, 0x51, 0x02, 0x01, 0x01][..], &[0; 78]].concat();
        let version_2 = armour::write(&[(Label::PrivateKey, version_2.as_slice())]);
        let public = key().public().to_pem();
        let two = write(&key()).repeat(2);
        for text in [version_2.as_str(), public.as_str(), two.as_str(), "", "key"] {
            assert_eq!(
                parse(text.as_bytes(), None).unwrap_err(),
                KeyFileError::Malformed,
                "{text}"
            );
        }
        assert_eq!(parse(&[b'-'; 9000], None).unwrap_err(), KeyFileError::TooLarge);
    }

    #[test]
    fn a_key_is_never_printed() {
        assert_eq!(format!("{:?}", key()), format!("PrivateKey({})", key().public().id()));
    }
}
