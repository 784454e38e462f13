//! Service keys as they travel: `lsk1_` and base64url(id 16 | secret 32).

use std::fmt;

use licence_core::{Uuid, base64url};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::domain::{SecretHash, ServiceId};

/// What every service key begins with, so that a leaked one is found by a secret scanner.
const PREFIX: &str = "lsk1_";
const SECRET_BYTES: usize = 32;
const KEY_BYTES: usize = 16 + SECRET_BYTES;

/// A service key. It is wiped when dropped, and nothing prints it.
pub struct ServiceKey {
    service: ServiceId,
    secret: Zeroizing<[u8; SECRET_BYTES]>,
}

impl ServiceKey {
    /// The key of a service, with 32 random bytes.
    #[must_use]
    pub const fn new(service: ServiceId, secret: Zeroizing<[u8; SECRET_BYTES]>) -> Self {
        Self { service, secret }
    }

    /// Reads a key; `None` for what is none. Whether it is good, the stored hash says.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes =
            Zeroizing::new(base64url::decode_array::<KEY_BYTES>(text.strip_prefix(PREFIX)?)?);
        let (service, secret) = bytes.split_first_chunk::<16>()?;
        let secret = Zeroizing::new(*secret.first_chunk::<SECRET_BYTES>()?);
        Some(Self { service: ServiceId(Uuid::from_bytes(*service)), secret })
    }

    /// The key as it is shown, once.
    #[must_use]
    pub fn write(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_BYTES));
        bytes.extend(self.service.0.to_bytes());
        bytes.extend(self.secret.iter());
        let mut text = Zeroizing::new(PREFIX.to_owned());
        text.push_str(&Zeroizing::new(base64url::encode(&bytes)));
        text
    }

    /// Whose it is.
    #[must_use]
    pub const fn service(&self) -> ServiceId {
        self.service
    }

    /// What the store keeps of its secret.
    #[must_use]
    pub fn secret_hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.secret.as_ref()).into())
    }
}

impl fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceKey({}, …)", self.service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ServiceKey {
        ServiceKey::new(ServiceId(Uuid::v7(1, [1; 10])), Zeroizing::new([9; 32]))
    }

    /// It does not compile where a part that is secret is left behind.
    #[test]
    fn a_key_is_wiped_when_it_is_dropped() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        let ServiceKey { service: _, secret } = key();
        is_wiped(&secret);
    }

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let text = key().write();
        assert_eq!(text.len(), PREFIX.len() + 64);
        let read = ServiceKey::parse(&text).unwrap();
        assert_eq!((read.service(), read.secret_hash()), (key().service(), key().secret_hash()));
    }

    #[test]
    fn anything_else_is_no_key() {
        let text = key().write();
        let body = text.strip_prefix(PREFIX).unwrap();
        for wrong in ["", PREFIX, body, &format!("lrt1_{body}"), &format!("{}A", *text), " "] {
            assert!(ServiceKey::parse(wrong).is_none(), "{wrong}");
        }
        let cut: String = text.chars().take(68).collect();
        assert!(ServiceKey::parse(&cut).is_none());
    }

    #[test]
    fn a_flipped_bit_is_another_secret_or_another_service() {
        let (id, secret) = (key().service(), key().secret_hash());
        let bytes = base64url::decode(key().write().strip_prefix(PREFIX).unwrap()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let read = ServiceKey::parse(&format!("{PREFIX}{}", base64url::encode(&flipped)));
            let read = read.unwrap();
            assert!(read.service() != id || read.secret_hash() != secret, "bit {bit}");
        }
    }

    #[test]
    fn the_secret_is_not_printed() {
        assert_eq!(format!("{:?}", key()), format!("ServiceKey({}, …)", key().service()));
    }
}
