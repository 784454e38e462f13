//! Refresh tokens without their cryptography: a secret is a number, and a child follows from its parent.

use licence_core::SessionId;
use licence_server::domain::{Generation, Nonce, SecretHash};

use super::dice::mix;

/// What is random in a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) u64);

/// A refresh token as a client keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) session: SessionId,
    pub(crate) generation: Generation,
    pub(crate) secret: Secret,
}

impl Secret {
    /// The first of a session, which the server made and everybody else could not guess.
    pub(crate) fn of_first(session: SessionId) -> Self {
        let bytes = session.0.to_bytes();
        let (head, tail) = bytes.split_first_chunk().unwrap();
        let (tail, _) = tail.split_first_chunk().unwrap();
        Self(mix(u64::from_be_bytes(*head)) ^ mix(!u64::from_be_bytes(*tail)))
    }

    pub(crate) fn child(self, nonce: Nonce) -> Self {
        let (head, _) = nonce.0.split_first_chunk().unwrap();
        Self(mix(self.0 ^ mix(u64::from_be_bytes(*head))))
    }

    pub(crate) fn hash(self) -> SecretHash {
        let mut hash = [0; 32];
        let parts = hash.chunks_exact_mut(8).zip(1_u64..);
        parts.for_each(|(part, number)| part.copy_from_slice(&mix(self.0 ^ number).to_be_bytes()));
        SecretHash(hash)
    }
}

impl Token {
    pub(crate) fn first(session: SessionId) -> Self {
        Self { session, generation: Generation::FIRST, secret: Secret::of_first(session) }
    }

    pub(crate) fn child(self, nonce: Nonce) -> Self {
        let generation = self.generation.next().unwrap();
        Self { generation, secret: self.secret.child(nonce), ..self }
    }
}
