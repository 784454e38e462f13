//! The refresh tokens of one session: what each is worth, by the words of the contract.

use licence_core::UnixTime;
use licence_server::domain::{DeviceMark, Generation, Nonce, SecretHash};

use crate::clocks::DAY;

/// Seconds in which a parent gives the same child again.
const REPLAY_SECS: i64 = 30;

/// First of those seconds, in which the tabs of one browser may all come.
const BURST_SECS: i64 = 5;

const REPLAYS_MAX: u32 = 20;
const LATE_MAX: u32 = 2;

/// A session's row of rotations.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    generation: Generation,
    /// The one that is good.
    current: SecretHash,
    parent: Option<SecretHash>,
    /// In which life of the store a token was adopted that it had never given; 0 for none.
    pub(crate) adopted_in: u32,
    nonce: Option<Nonce>,
    rotated: UnixTime,
    /// The place in the log at which its first access token was made.
    rotated_seq: u64,
    opened: UnixTime,
    replays: u32,
    /// The place in the log of the latest access token that came back.
    seen: Option<u64>,
    late_since: UnixTime,
    late: u32,
}

/// What a token is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Worth {
    /// It is the good one.
    Current,
    /// The same child again.
    SameChild,
    /// The same child again, long after.
    LateChild,
    /// The store never gave it: so the store is older than the token.
    Ahead,
    /// Its session ends.
    Theft,
}

impl Chain {
    pub(crate) const fn new(first: SecretHash, now: UnixTime) -> Self {
        Self {
            generation: Generation::FIRST,
            current: first,
            parent: None,
            adopted_in: 0,
            nonce: None,
            rotated: now,
            rotated_seq: 0,
            opened: now,
            replays: 0,
            seen: None,
            late_since: UnixTime::MIN,
            late: 0,
        }
    }

    pub(crate) const fn generation(&self) -> Generation {
        self.generation
    }

    pub(crate) const fn nonce(&self) -> Option<Nonce> {
        self.nonce
    }

    pub(crate) const fn current(&self) -> SecretHash {
        self.current
    }

    /// What a genuine token is worth now.
    pub(crate) fn worth(
        &self,
        (generation, secret): (Generation, SecretHash),
        is_same_device: bool,
        seen: Option<u64>,
        now: UnixTime,
    ) -> Worth {
        if generation == self.generation && secret == self.current {
            return Worth::Current;
        }
        if generation >= self.generation {
            return Worth::Ahead;
        }
        if generation.next() != Some(self.generation) {
            return Worth::Theft;
        }
        if self.parent != Some(secret) {
            return Worth::Ahead;
        }
        let after_secs = |time: UnixTime| now.since(time).max(0);
        if after_secs(self.opened) < REPLAY_SECS {
            return if self.replays < REPLAYS_MAX { Worth::SameChild } else { Worth::Theft };
        }
        let is_seen = self.seen.max(seen).is_some_and(|seq| seq >= self.rotated_seq);
        let has_late = self.late_today(now) < LATE_MAX;
        if after_secs(self.rotated) < DAY && !is_seen && is_same_device && has_late {
            Worth::LateChild
        } else {
            Worth::Theft
        }
    }

    fn late_today(&self, now: UnixTime) -> u32 {
        if now.since(self.late_since) < DAY { self.late } else { 0 }
    }

    pub(crate) fn rotate(&mut self, child: SecretHash, nonce: Nonce, now: UnixTime, seq: u64) {
        self.generation = self.generation.next().unwrap();
        (self.parent, self.current, self.nonce) = (Some(self.current), child, Some(nonce));
        (self.rotated, self.opened, self.replays) = (now, now, 0);
        self.rotated_seq = seq;
    }

    /// Takes over a token that was made after the backup which was put back.
    pub(crate) const fn adopt(&mut self, generation: Generation, secret: SecretHash, life: u32) {
        (self.generation, self.current, self.adopted_in) = (generation, secret, life);
    }

    pub(crate) fn replay(&mut self, now: UnixTime) {
        self.replays += u32::from(now.since(self.opened) >= BURST_SECS);
    }

    pub(crate) fn replay_late(&mut self, now: UnixTime) {
        if now.since(self.late_since) >= DAY {
            (self.late_since, self.late) = (now, 0);
        }
        self.late += 1;
        (self.opened, self.replays) = (now, 0);
    }

    pub(crate) fn see(&mut self, seq: u64) {
        self.seen = self.seen.max(Some(seq));
    }

    /// The clock was set back: nothing of this lies ahead any more.
    pub(crate) fn set_back(&mut self, now: UnixTime) {
        self.rotated = self.rotated.min(now);
        self.opened = self.opened.min(now);
        self.late_since = self.late_since.min(now);
    }
}

/// Whether two requests look as if they came from one device.
pub(crate) fn is_same_device(one: DeviceMark, other: DeviceMark) -> bool {
    one == other
}
