//! Refresh tokens: one good one a session, rotated at each use.
//!
//! ```text
//! lrt1_ base64url(version 1 | session 16 | generation 4 | secret 32 | mac 16)
//! mac    = HMAC(k, version | session | generation | SHA-256(secret))        first 16 bytes
//! child  = HMAC(HMAC(k, secret), label | session | generation + 1 | nonce)
//! ```
//!
//! The rules here see hashes only. The child is a function of its parent and a stored nonce, so a
//! client whose answer was lost gets the same child again, and a copy of the store alone yields no
//! token: `k` is not in it.

use std::fmt;

use licence_core::UnixTime;
use subtle::ConstantTimeEq as _;

/// Seconds in which a parent gives the same child again: five tabs at once, an answer that was lost.
pub(super) const REPLAY_SECS: i64 = 30;

/// Seconds of that window in which replays are not counted: all the tabs of a browser, or the parallel
/// requests of a program, show the same token at once.
pub(super) const BURST_SECS: i64 = 5;

/// Replays after that which an honest client may need; more is a thief in a loop.
pub(super) const REPLAYS_MAX: u8 = 20;

/// Seconds in which an answer may have been lost on a device that then slept.
const LATE_SECS: i64 = 86_400;

/// Answers that a device may lose so in a day.
const LATE_MAX: u8 = 2;

/// How often the token of a session was rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(pub u32);

impl Generation {
    /// The first token of a session.
    pub const FIRST: Self = Self(0);

    /// The one after this; `None` where there is no room for one.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

/// SHA-256 of a random secret. The secret has 256 bits, so nothing slower is needed. Equality is tested in
/// constant time.
#[derive(Clone, Copy)]
pub struct SecretHash(pub [u8; 32]);

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// What is mixed into a child's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nonce(pub [u8; 16]);

/// The rotation that led to the current token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The token it came from.
    pub parent: SecretHash,
    /// What was mixed in.
    pub nonce: Nonce,
    /// When.
    pub at: UnixTime,
    /// Its place in the audit log: access tokens that were made with it have this one or a later one.
    pub seq: u64,
    /// When the window began in which the parent gives the child again: then, or when an answer that
    /// was lost was given late.
    pub opened: UnixTime,
    /// How often the parent was shown again since, the first seconds not counted.
    pub replays: u8,
}

impl Rotation {
    /// The same after the parent was shown once more.
    pub(super) fn replayed(self, now: UnixTime) -> Self {
        let is_burst = !now.is_expired(self.opened.plus(BURST_SECS));
        Self { replays: self.replays.saturating_add(u8::from(!is_burst)), ..self }
    }

    /// The same with its window open once more.
    pub(super) const fn reopened(self, now: UnixTime) -> Self {
        Self { opened: now, replays: 0, ..self }
    }
}

/// Answers that were lost and given again late, in one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateAnswers {
    /// When the day began.
    pub since: UnixTime,
    /// How many.
    pub count: u8,
}

impl LateAnswers {
    /// None so far.
    pub const NONE: Self = Self { since: UnixTime::MIN, count: 0 };

    /// With one more; `None` where that is one too many.
    pub(super) fn another(self, now: UnixTime) -> Option<Self> {
        if now.is_expired(self.since.plus(LATE_SECS)) {
            return Some(Self { since: now, count: 1 });
        }
        (self.count < LATE_MAX).then_some(Self { count: self.count + 1, ..self })
    }
}

/// What a genuine refresh token is to its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// The one that is good now.
    Current,
    /// Its parent, still within the window: the same child again.
    Replay(Rotation),
    /// Its parent, after the window and within a day: the same child again, if nothing of the answer
    /// was ever seen.
    Late(Rotation),
    /// An older one: someone keeps copies.
    Reused,
    /// One that this store never gave: the store is older than the token.
    Ahead,
}

/// Judges a token whose mac was found right.
///
/// The comparisons need no constant time: whoever shows a token with a right mac holds its secret.
pub(super) fn judge(
    (generation, secret): (Generation, SecretHash),
    (current_generation, current): (Generation, SecretHash),
    rotation: Option<Rotation>,
    now: UnixTime,
) -> Shown {
    if generation > current_generation {
        return Shown::Ahead;
    }
    if generation == current_generation {
        return if secret == current { Shown::Current } else { Shown::Ahead };
    }
    let is_parent = generation.next() == Some(current_generation);
    match rotation.filter(|_| is_parent) {
        Some(rotation) if rotation.parent != secret => Shown::Ahead,
        Some(rotation) if !now.is_expired(rotation.opened.plus(REPLAY_SECS)) => {
            if rotation.replays < REPLAYS_MAX { Shown::Replay(rotation) } else { Shown::Reused }
        }
        Some(rotation) if !now.is_expired(rotation.at.plus(LATE_SECS)) => Shown::Late(rotation),
        Some(_) | None => Shown::Reused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime::MIN.plus(100 * LATE_SECS);

    fn hash(byte: u8) -> SecretHash {
        SecretHash([byte; 32])
    }

    fn shown(generation: u32, secret: u8, after_secs: i64, replays: u8) -> Shown {
        let nonce = Nonce([0; 16]);
        let rotation = Rotation { parent: hash(4), nonce, at: NOW, seq: 9, opened: NOW, replays };
        let token = (Generation(generation), hash(secret));
        judge(token, (Generation(5), hash(5)), Some(rotation), NOW.plus(after_secs))
    }

    #[test]
    fn the_current_token_is_good_whenever() {
        assert_eq!(shown(5, 5, 0, 0), Shown::Current);
        assert_eq!(shown(5, 5, 1_000_000, 20), Shown::Current);
    }

    #[test]
    fn its_parent_gives_the_same_child_for_30_seconds() {
        assert!(matches!(shown(4, 4, 0, 0), Shown::Replay(_)));
        assert!(matches!(shown(4, 4, 29, 0), Shown::Replay(_)));
        assert!(!matches!(shown(4, 4, 30, 0), Shown::Replay(_)));
    }

    #[test]
    fn its_parent_may_be_late_for_a_day() {
        assert!(matches!(shown(4, 4, 30, 0), Shown::Late(_)));
        assert!(matches!(shown(4, 4, 86_399, 20), Shown::Late(_)));
        assert_eq!(shown(4, 4, 86_400, 0), Shown::Reused);
    }

    #[test]
    fn two_answers_a_day_may_be_late() {
        let one = LateAnswers::NONE.another(NOW.plus(9)).unwrap();
        let two = one.another(NOW.plus(LATE_SECS)).unwrap();
        assert_eq!(two.another(NOW.plus(8 + LATE_SECS)), None);
        assert_eq!(two.another(NOW.plus(9 + LATE_SECS)).map(|late| late.count), Some(1));
    }

    #[test]
    fn replays_of_the_first_seconds_are_not_counted() {
        let Shown::Replay(rotation) = shown(4, 4, 1, 0) else { panic!() };
        assert_eq!(rotation.replayed(NOW.plus(BURST_SECS - 1)).replays, 0);
        assert_eq!(rotation.replayed(NOW.plus(BURST_SECS)).replays, 1);
    }

    #[test]
    fn the_twenty_first_replay_is_theft() {
        assert!(matches!(shown(4, 4, 1, 19), Shown::Replay(_)));
        assert_eq!(shown(4, 4, 1, 20), Shown::Reused);
    }

    #[test]
    fn an_older_token_is_theft() {
        assert_eq!(shown(3, 3, 0, 0), Shown::Reused);
        assert_eq!(shown(0, 0, 0, 0), Shown::Reused);
    }

    #[test]
    fn a_token_that_this_store_never_gave_shows_that_it_was_rolled_back() {
        assert_eq!(shown(6, 6, 0, 0), Shown::Ahead);
        assert_eq!(shown(5, 9, 0, 0), Shown::Ahead);
        assert_eq!(shown(4, 9, 0, 0), Shown::Ahead);
    }
}
