//! Refresh tokens as they travel: written, read, and their children derived.
//!
//! The form is told in `domain/refresh.rs`, whose rules see hashes only; here are the secrets.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use licence_core::{SessionId, Uuid, base64url};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::domain::{Generation, Nonce, SecretHash};

/// What every refresh token begins with, so that a leaked one is found by a secret scanner.
const PREFIX: &str = "lrt1_";
const VERSION: u8 = 1;

/// Told apart from every other use of a secret as a key.
const CHILD_LABEL: &[u8] = b"lrt1 child";

const DEVICE_LABEL: &[u8] = b"known device";

/// Bytes before the mac: version, session, generation, secret.
const BODY_BYTES: usize = 1 + 16 + 4 + 32;
const MAC_BYTES: usize = 16;
const TOKEN_BYTES: usize = BODY_BYTES + MAC_BYTES;

/// The server's key for refresh tokens. It stands in a file beside the store: whoever copies the
/// store alone can make no token. It is wiped when dropped, and nothing prints it.
pub struct RefreshKey {
    bytes: Zeroizing<[u8; 32]>,
    /// A mac that has taken the key in, of which each mac begins as a copy: that is half of what it costs.
    keyed: Hmac<Sha256>,
}

/// The secret of one refresh token. It is wiped when dropped, and nothing prints it.
pub struct RefreshSecret {
    bytes: Zeroizing<[u8; 32]>,
    /// What the store keeps of it, and what the token's mac is over.
    hash: SecretHash,
}

/// A genuine refresh token. Whether it is still good, the rules say.
#[derive(Debug)]
pub struct RefreshToken {
    session: SessionId,
    generation: Generation,
    secret: RefreshSecret,
}

impl RefreshKey {
    /// Takes 32 random bytes.
    #[must_use]
    pub fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self { keyed: keyed(&bytes), bytes }
    }

    /// The bytes, for writing the key to its file.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// What a browser is given to show that a person signed in with it.
    #[must_use]
    pub fn device_mac(&self, user: licence_core::UserId) -> [u8; MAC_BYTES] {
        let mac = self.keyed.clone().chain_update(DEVICE_LABEL).chain_update(user.0.to_bytes());
        let mut half = [0; MAC_BYTES];
        half.iter_mut().zip(mac.finalize().into_bytes()).for_each(|(to, from)| *to = from);
        half
    }

    /// Writes a token.
    #[must_use]
    pub fn write(&self, token: &RefreshToken) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(TOKEN_BYTES));
        bytes.push(VERSION);
        bytes.extend(token.session.0.to_bytes());
        bytes.extend(token.generation.0.to_be_bytes());
        bytes.extend(token.secret.bytes.iter());
        bytes.extend(self.mac(token).finalize().into_bytes().iter().take(MAC_BYTES));
        let mut text = Zeroizing::new(PREFIX.to_owned());
        text.push_str(&Zeroizing::new(base64url::encode(&bytes)));
        text
    }

    /// Reads a token that this key made; `None` for everything else.
    #[must_use]
    pub fn parse(&self, text: &str) -> Option<RefreshToken> {
        let bytes = base64url::decode_array::<TOKEN_BYTES>(text.strip_prefix(PREFIX)?)?;
        let bytes = Zeroizing::new(bytes);
        let (version, rest) = bytes.split_first()?;
        let (session, rest) = rest.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<4>()?;
        let (secret, mac) = rest.split_first_chunk::<32>()?;
        let token = RefreshToken {
            session: SessionId(Uuid::from_bytes(*session)),
            generation: Generation(u32::from_be_bytes(*generation)),
            secret: RefreshSecret::new(Zeroizing::new(*secret)),
        };
        // In constant time, so that a mac cannot be guessed byte by byte.
        let is_genuine = self.mac(&token).verify_truncated_left(mac).is_ok();
        (is_genuine && *version == VERSION).then_some(token)
    }

    /// The token that follows `parent`: always the same one for the same nonce. `None` after the
    /// last generation.
    #[must_use]
    pub fn child(&self, parent: &RefreshToken, nonce: Nonce) -> Option<RefreshToken> {
        let generation = parent.generation.next()?;
        // The key takes part, so that a stolen token alone does not give away its successors.
        let key = self.keyed.clone().chain_update(parent.secret.bytes.as_ref()).finalize();
        let secret = keyed(&Zeroizing::new(key.into_bytes().into()))
            .chain_update(CHILD_LABEL)
            .chain_update(parent.session.0.to_bytes())
            .chain_update(generation.0.to_be_bytes())
            .chain_update(nonce.0)
            .finalize();
        let secret = RefreshSecret::new(Zeroizing::new(secret.into_bytes().into()));
        Some(RefreshToken { session: parent.session, generation, secret })
    }

    fn mac(&self, token: &RefreshToken) -> Hmac<Sha256> {
        self.keyed
            .clone()
            .chain_update([VERSION])
            .chain_update(token.session.0.to_bytes())
            .chain_update(token.generation.0.to_be_bytes())
            .chain_update(token.secret.hash().0)
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // A hash's key block is longer than these 32 bytes, so that nothing is cut or hashed.
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    Hmac::new(&(*block).into())
}

impl RefreshSecret {
    /// Takes 32 random bytes.
    #[must_use]
    pub fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self { hash: SecretHash(Sha256::digest(bytes.as_ref()).into()), bytes }
    }

    /// What the store keeps of it.
    #[must_use]
    pub const fn hash(&self) -> SecretHash {
        self.hash
    }
}

impl RefreshToken {
    /// The first token of a session.
    #[must_use]
    pub const fn first(session: SessionId, secret: RefreshSecret) -> Self {
        Self { session, generation: Generation::FIRST, secret }
    }

    /// The session it belongs to.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// How often the session's token was rotated before it.
    #[must_use]
    pub const fn generation(&self) -> Generation {
        self.generation
    }

    /// What the store keeps of its secret.
    #[must_use]
    pub const fn secret_hash(&self) -> SecretHash {
        self.secret.hash()
    }
}

impl fmt::Debug for RefreshKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshKey(…)")
    }
}

impl fmt::Debug for RefreshSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> RefreshKey {
        RefreshKey::new(Zeroizing::new([byte; 32]))
    }

    fn token() -> RefreshToken {
        let session = SessionId(Uuid::v7(1_700_000_000_000, [3; 10]));
        RefreshToken::first(session, RefreshSecret::new(Zeroizing::new([9; 32])))
    }

    /// It does not compile where a part that is secret is left behind.
    #[test]
    fn a_key_and_a_secret_are_wiped_when_they_are_dropped() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        let (key, secret) = (key(7).bytes, token().secret.bytes);
        is_wiped(&key);
        is_wiped(&secret);
        // Of which a mac is made that has taken a key in.
        is_wiped(&Sha256::new());
    }

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let text = key(1).write(&token());
        assert!(text.starts_with("lrt1_"));
        assert_eq!(text.len(), 5 + 92);
        let read = key(1).parse(&text).unwrap();
        assert_eq!(read.session(), token().session());
        assert_eq!(read.generation(), Generation::FIRST);
        assert_eq!(read.secret_hash(), token().secret_hash());
    }

    #[test]
    fn a_token_is_only_as_long_as_it_was_written() {
        let text = key(1).write(&token());
        for wrong in [
            String::new(),
            "lrt1_".to_owned(),
            text.replace("lrt1_", "lrt2_"),
            text.replace("lrt1_", ""),
            format!("{}A", *text),
            format!("{} ", *text),
            format!("{}=", *text),
            text.chars().take(96).collect(),
        ] {
            assert!(key(1).parse(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let text = key(1).write(&token());
        let bytes = base64url::decode(text.strip_prefix(PREFIX).unwrap()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let flipped = format!("{PREFIX}{}", base64url::encode(&flipped));
            assert!(key(1).parse(&flipped).is_none(), "bit {bit}");
        }
        assert!(key(2).parse(&text).is_none(), "another server's key");
    }

    #[test]
    fn a_parent_has_one_child_for_each_nonce() {
        let child = |key: &RefreshKey, nonce| key.child(&token(), Nonce([nonce; 16])).unwrap();
        let own = child(&key(1), 5);
        assert_eq!(own.generation(), Generation(1));
        assert_eq!(own.session(), token().session());
        assert_eq!(own.secret_hash(), child(&key(1), 5).secret_hash());
        assert_ne!(own.secret_hash(), child(&key(1), 6).secret_hash());
        assert_ne!(own.secret_hash(), child(&key(2), 5).secret_hash());
        assert_ne!(own.secret_hash(), token().secret_hash());
    }

    #[test]
    fn the_last_generation_has_no_child() {
        let last = RefreshToken { generation: Generation(u32::MAX), ..token() };
        assert!(key(1).child(&last, Nonce([0; 16])).is_none());
    }

    /// Computed with Python's `hmac` and `hashlib`, so that the form cannot change unseen: tokens
    /// that are out would be good no more.
    #[test]
    fn the_form_is_the_one_that_is_out_there() {
        assert_eq!(*key(1).write(&token()), KNOWN);
        let child = key(1).child(&token(), Nonce([5; 16])).unwrap();
        assert_eq!(*key(1).write(&child), KNOWN_CHILD);
    }

    const KNOWN: &str = "lrt1_AQGLz-VoAHMDgwMDAwMDAwMAAAAACQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQneI-w7eZk4XHniP5PdhvmD";
    const KNOWN_CHILD: &str = "lrt1_AQGLz-VoAHMDgwMDAwMDAwMAAAABunTwO2L_3jsiQFeHCWmKN9XcKTds1c_R4Jl7iX1U1V474D4M6QPZ4ADeBdIsab7c";

    #[test]
    fn secrets_are_not_printed() {
        assert!(!format!("{:?} {:?}", key(9), token()).contains('9'));
    }
}
