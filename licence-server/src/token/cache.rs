use std::sync::{Arc, Mutex, PoisonError};

use super::VerifiedToken;
use crate::recent::Recent;

/// Locks, so that requests on several cores seldom wait for each other.
const SHARDS: usize = 16;

/// Tokens of one generation of one shard: 2 x 16 x 512 tokens of some two kilobytes are 33 MB.
const GENERATION_MAX: usize = 512;

/// The last characters of a token, which are of its signature: by them it is found.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Tail([u8; 32]);

impl Tail {
    fn of(token: &[u8]) -> Option<Self> {
        token.last_chunk().copied().map(Self)
    }
}

/// Tokens that were verified or signed here, so that a signature is not checked at each request.
///
/// It says nothing of time, of revocation, and of licences that were installed since: whoever looks up
/// checks all three.
///
/// INVARIANT: nothing but the very bytes that were verified or signed is ever taken as verified. What is found by
/// its tail is compared whole.
pub(super) struct VerifiedTokens {
    shards: [Mutex<Recent<Tail, Arc<VerifiedToken>>>; SHARDS],
}

impl VerifiedTokens {
    pub(super) fn new() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::new(Recent::new(GENERATION_MAX))) }
    }

    pub(super) fn look_up(&self, token: &[u8]) -> Option<Arc<VerifiedToken>> {
        let tail = Tail::of(token)?;
        let found = self.with_shard(tail, |shard| shard.look_up(&tail))??;
        (found.text() == token).then_some(found)
    }

    pub(super) fn keep(&self, verified: Arc<VerifiedToken>) {
        if let Some(tail) = Tail::of(verified.text()) {
            self.with_shard(tail, |shard| shard.keep(tail, verified));
        }
    }

    fn with_shard<T>(
        &self,
        tail: Tail,
        work: impl FnOnce(&mut Recent<Tail, Arc<VerifiedToken>>) -> T,
    ) -> Option<T> {
        // The characters of a signature are as good as random, but for the last ones.
        let [first, second, ..] = tail.0;
        let number = usize::from(first) ^ (usize::from(second) >> 2);
        let shard = self.shards.get(number % SHARDS)?;
        // A map is whole between any two of its calls, so a poisoned lock guards a sound one.
        Some(work(&mut shard.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::TokenClaims;
    use crate::token::testing::claims;

    fn token(text: &str) -> Arc<VerifiedToken> {
        Arc::new(VerifiedToken::new(text.as_bytes(), TokenClaims::Application(claims()), 0))
    }

    #[test]
    fn one_byte_anywhere_makes_another_token() {
        let cache = VerifiedTokens::new();
        let text = "a".repeat(100);
        cache.keep(token(&text));
        assert!(cache.look_up(text.as_bytes()).is_some());
        for at in 0..text.len() {
            let other = ["a".repeat(at), "b".to_owned(), "a".repeat(text.len() - at - 1)].concat();
            assert!(cache.look_up(other.as_bytes()).is_none(), "{at}");
        }
        for length in [0, 1, 32, 99, 101] {
            assert!(cache.look_up("a".repeat(length).as_bytes()).is_none(), "{length}");
        }
    }
}
