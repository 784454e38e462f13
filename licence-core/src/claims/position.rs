use core::cmp::Ordering;
use core::fmt;

use super::{Flaw, Object, ObjectWriter, need, parsed};
use crate::hash_chain::ChainHead;
use crate::time::UnixTime;

/// Where an audit log stands: a roll-back or a fork of the store shows in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogPosition {
    /// Which life of the store.
    pub epoch: Epoch,
    /// How many entries.
    pub seq: u64,
    /// The head of their hash chain.
    pub head: ChainHead,
}

/// One life of a store, new when it is made and when a backup is restored: a counter and eight random
/// bytes, written as `1-0011223344556677`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// Rises with each restore, from 1, as [`next`](Self::next) says.
    pub counter: u32,
    /// Tells two restores of one backup apart.
    pub tag: u64,
}

impl Epoch {
    /// The life that begins when a backup of this one is put back at a time.
    ///
    /// The counter rises, and to the seconds since 2020 at least: where one backup is put back twice, whoever saw
    /// the first new life takes the later one for what it is, and not for a copy that runs beside the first.
    #[must_use]
    pub fn next(self, now: UnixTime, tag: u64) -> Self {
        // They fit until 2156. A clock that says more is wrong, and must not use up all numbers that there are.
        let seconds = u32::try_from(now.since(UnixTime::MIN)).unwrap_or(0);
        Self { counter: self.counter.saturating_add(1).max(seconds), tag }
    }

    /// Reads the canonical text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (counter, tag) = text.split_once('-')?;
        let epoch =
            Self { counter: counter.parse().ok()?, tag: u64::from_str_radix(tag, 16).ok()? };
        // Written again, so that `01-…`, `+1-…` and upper case are no second spelling.
        (epoch.to_string() == text).then_some(epoch)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:016x}", self.counter, self.tag)
    }
}

/// Where a log stands that stood elsewhere before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogStep {
    /// It may have gone on from there. In a later epoch a backup was restored, which is on record.
    Onwards,
    /// It stands before a place at which it stood.
    RolledBack {
        /// Where it stood.
        from: u64,
        /// Where it stands.
        to: u64,
    },
    /// It is another log.
    Forked {
        /// The place from which on it cannot be the same.
        seq: u64,
    },
}

impl LogPosition {
    /// How a log that stood here came to stand there later.
    #[must_use]
    pub fn step_to(&self, later: &Self) -> LogStep {
        let back = LogStep::RolledBack { from: self.seq, to: later.seq };
        match later.epoch.counter.cmp(&self.epoch.counter) {
            Ordering::Greater => LogStep::Onwards,
            Ordering::Less => back,
            Ordering::Equal if later.epoch.tag != self.epoch.tag => {
                LogStep::Forked { seq: self.seq.min(later.seq) }
            }
            Ordering::Equal if later.seq < self.seq => back,
            Ordering::Equal if later.seq == self.seq && later.head != self.head => {
                LogStep::Forked { seq: self.seq }
            }
            Ordering::Equal => LogStep::Onwards,
        }
    }

    pub(super) fn read(claims: &Object<'_>) -> Result<Self, Flaw> {
        Ok(Self {
            epoch: need(claims, "epoch", parsed(Epoch::parse))?,
            seq: need(claims, "seq", |value| u64::try_from(value.as_integer()?).ok())?,
            head: need(claims, "head", parsed(ChainHead::parse))?,
        })
    }

    pub(super) fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.string("epoch", self.epoch);
        claims.integer("seq", i64::try_from(self.seq).unwrap_or(i64::MAX));
        claims.string("head", self.head);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(counter: u32, tag: u64, seq: u64, entry: &[u8]) -> LogPosition {
        LogPosition { epoch: Epoch { counter, tag }, seq, head: ChainHead::EMPTY.append(entry) }
    }

    #[test]
    fn of_two_lives_that_begin_with_one_backup_the_later_one_is_later() {
        let (lost, noon) = (Epoch { counter: 1, tag: 7 }, UnixTime::MIN.plus(43_200));
        let (first, second) = (lost.next(noon, 8), lost.next(noon.plus(1), 9));
        assert!(lost.counter < first.counter && first.counter < second.counter);
        let set_back = first.next(UnixTime::MIN, 10);
        assert_eq!(set_back.counter, first.counter + 1, "whatever the clock says");
        assert!(lost.next(UnixTime::MAX, 0).counter < u32::MAX, "there is room after any clock");
    }

    #[test]
    fn a_log_goes_on_and_never_back_nor_elsewhere() {
        let seen = at(2, 7, 10, b"a");
        for (later, step) in [
            (seen, LogStep::Onwards),
            (at(2, 7, 11, b"b"), LogStep::Onwards),
            (at(3, 8, 4, b"b"), LogStep::Onwards),
            (at(2, 7, 9, b"b"), LogStep::RolledBack { from: 10, to: 9 }),
            (at(1, 6, 40, b"b"), LogStep::RolledBack { from: 10, to: 40 }),
            (at(2, 7, 10, b"b"), LogStep::Forked { seq: 10 }),
            (at(2, 8, 12, b"b"), LogStep::Forked { seq: 10 }),
        ] {
            assert_eq!(seen.step_to(&later), step, "{later:?}");
        }
    }
}
