use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::VerifiedToken;

/// Locks, so that requests on several cores seldom wait for each other.
const SHARDS: usize = 16;

/// Tokens of one generation of one shard: 2 x 16 x 512 tokens of some 600 bytes are 10 MB at most.
const GENERATION_MAX: usize = 512;

/// The hash of a token's whole text: two texts of one token are two entries, so that nothing but the
/// very bytes that were verified is ever taken as verified.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TokenDigest([u8; 32]);

impl TokenDigest {
    pub(super) fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }
}

/// Tokens that were verified, so that a signature is checked once and not at each request.
///
/// It says nothing of time and revocation: whoever looks up checks both.
///
/// Eviction is by generations: when the young one is full it becomes the old one, and the old one
/// is forgotten; what is found in the old one moves to the young. So what is in use stays, a flood
/// of tokens costs a bounded memory, and nothing is ever searched for the least recently used.
pub(super) struct VerifiedTokens {
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    young: HashMap<TokenDigest, Arc<VerifiedToken>>,
    old: HashMap<TokenDigest, Arc<VerifiedToken>>,
}

impl VerifiedTokens {
    pub(super) fn new() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()) }
    }

    pub(super) fn look_up(&self, token: TokenDigest) -> Option<Arc<VerifiedToken>> {
        self.with_shard(token, |shard| {
            if let Some(claims) = shard.young.get(&token) {
                return Some(Arc::clone(claims));
            }
            let claims = shard.old.remove(&token)?;
            shard.keep(token, Arc::clone(&claims));
            Some(claims)
        })
    }

    pub(super) fn keep(&self, token: TokenDigest, verified: Arc<VerifiedToken>) {
        self.with_shard(token, |shard| shard.keep(token, verified));
    }

    fn with_shard<T: Default>(&self, token: TokenDigest, work: impl FnOnce(&mut Shard) -> T) -> T {
        let [first, ..] = token.0;
        let shard = self.shards.get(usize::from(first) % SHARDS);
        // A map is whole between any two of its calls, so a poisoned lock guards a sound one.
        shard.map_or_else(T::default, |shard| {
            work(&mut shard.lock().unwrap_or_else(PoisonError::into_inner))
        })
    }
}

impl Shard {
    fn keep(&mut self, token: TokenDigest, verified: Arc<VerifiedToken>) {
        if self.young.len() >= GENERATION_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(token, verified);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::TokenClaims;
    use crate::token::testing::claims;

    fn token() -> VerifiedToken {
        VerifiedToken::new(TokenClaims::Application(claims()))
    }

    fn digest(number: usize) -> TokenDigest {
        // One shard, so that its bound is met.
        let mut digest = TokenDigest::of(&number.to_string());
        digest.0[0] = 0;
        digest
    }

    #[test]
    fn memory_is_bounded_and_what_is_in_use_stays() {
        let cache = VerifiedTokens::new();
        let claims = Arc::new(token());
        for number in 0..20 * GENERATION_MAX {
            cache.keep(digest(number), Arc::clone(&claims));
            assert!(cache.look_up(digest(0)).is_some(), "{number}");
        }
        assert!(cache.look_up(digest(1)).is_none());
        assert!(Arc::strong_count(&claims) <= 2 * GENERATION_MAX + 2);
    }

    #[test]
    fn one_byte_makes_another_token() {
        let cache = VerifiedTokens::new();
        cache.keep(TokenDigest::of("a.b.c"), Arc::new(token()));
        assert!(cache.look_up(TokenDigest::of("a.b.c")).is_some());
        assert!(cache.look_up(TokenDigest::of("a.b.c ")).is_none());
    }
}
