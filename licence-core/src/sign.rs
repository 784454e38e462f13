//! Signing with a key that is held in memory.

use core::fmt;

use ed25519_dalek::Signer as _;

use crate::jws::SigningInput;
use crate::key::PublicKey;

/// An Ed25519 private key; zeroised when it is dropped, and never printed.
pub struct PrivateKey {
    signing: ed25519_dalek::SigningKey,
    public: PublicKey,
}

impl PrivateKey {
    /// The key of a 32-byte seed (RFC 8032's private key); `None` for the seed, never met in
    /// practice, whose public key is unsound.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Option<Self> {
        let signing = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = PublicKey::from_bytes(&signing.verifying_key().to_bytes())?;
        Some(Self { signing, public })
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The seed, for writing the key to its file.
    #[must_use]
    pub fn expose_seed(&self) -> &[u8; 32] {
        self.signing.as_bytes()
    }

    /// Signs bytes.
    #[must_use]
    pub fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }

    /// Signs what was prepared with this key's `kid`, into a compact JWS.
    #[must_use]
    pub fn sign(&self, input: SigningInput) -> String {
        let signature = self.sign_bytes(input.as_bytes());
        input.finish(&signature)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({})", self.public.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// It does not compile where a part that is secret is left behind.
    #[test]
    fn a_key_is_wiped_when_it_is_dropped() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        let PrivateKey { signing, public: _ } = PrivateKey::from_seed(&[7; 32]).unwrap();
        is_wiped(&signing);
    }
}
