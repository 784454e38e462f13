use licence_core::claims::{Epoch, LogPosition};
use licence_core::{ChainHead, Serial, UnixTime};

use super::hour::Hour;
use crate::domain::timeline::ClockDoubt;

/// A life has two to that many versions before those of the next: more than are written in the second by which the
/// numbers of two lives differ at least. Whatever the number of a life, which has 32 bits, all of them are below 2^53,
/// which JavaScript counts to.
const LIFE_VERSIONS_BITS: u32 = 20;

/// That an administrator set the clock back: what was written before may lie ahead of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetBack {
    /// How often that was so far.
    pub times: u32,
    /// To when, this time.
    pub to: UnixTime,
    /// The site's `unlicensed_secs` then, of which the clock that was wrong may have counted years.
    pub unlicensed_secs: i64,
}

/// The one row of the site itself, written with every commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// The highest time that was trusted. Nothing is judged by an earlier one.
    pub mark: UnixTime,
    /// Why the wall clock was not believed, when the mark was set.
    pub doubt: Option<ClockDoubt>,
    /// Where the audit log stands.
    pub position: LogPosition,
    /// The last time that the clock was set back; `None` where it never was.
    pub set_back: Option<SetBack>,
    /// Access tokens made before this place in the log are good no more: the time was set back since.
    pub access_from: u64,
    /// Revocations in force.
    pub revoked: u32,
    /// When a backup was put back; `None` where none ever was.
    pub restored: Option<UnixTime>,
    /// Of which time the newest backup is that reached its place.
    pub backed_up: Option<UnixTime>,
    /// When its final backup was begun: from then on nothing is decided here any more.
    pub retired: Option<UnixTime>,
    /// The series of licences in force.
    pub serial: Option<Serial>,
    /// The number of the newest revocation list that was taken over; 0 before there was one.
    pub list_seq: u32,
    /// Seconds so far that count as nobody's idleness: no licence was valid, or a backup that was put back
    /// knows nothing of them.
    pub unlicensed_secs: i64,
    /// Since when more seats are held than the licence has: a smaller one took over.
    pub over_since: Option<UnixTime>,
    /// People registered, those who only applied left out.
    pub users: u32,
    /// People who applied, and about whom no administrator has decided.
    pub applicants: u32,
    /// People with at least one lease.
    pub users_seated: u32,
    /// Sessions with at least one lease.
    pub sessions_seated: u32,
    /// Borrowed seats whose copy may live, those that were brought back included.
    pub borrowed: u32,
    /// The latest end of a borrowed seat that was forgotten because its time was over.
    pub lent_until: Option<UnixTime>,
    /// Places in the queue.
    pub waiting: u32,
    /// The version of the data that was written last.
    pub data_version: u64,
    /// What happened so far in the hour of the mark. It stands here because this row is written with every
    /// commit anyway.
    pub hour: Hour,
}

impl Site {
    /// The row of a site that has just begun.
    #[must_use]
    pub const fn new(mark: UnixTime, epoch: Epoch) -> Self {
        Self {
            mark,
            doubt: None,
            position: LogPosition { epoch, seq: 0, head: ChainHead::EMPTY },
            set_back: None,
            access_from: 0,
            revoked: 0,
            restored: None,
            backed_up: None,
            retired: None,
            serial: None,
            list_seq: 0,
            unlicensed_secs: 0,
            over_since: None,
            users: 0,
            applicants: 0,
            users_seated: 0,
            sessions_seated: 0,
            borrowed: 0,
            lent_until: None,
            waiting: 0,
            data_version: 0,
            hour: Hour::of(mark),
        }
    }

    /// How often the clock was set back so far.
    #[must_use]
    pub fn set_backs(&self) -> u32 {
        self.set_back.map_or(0, |set_back| set_back.times)
    }

    /// The last time that it was, for what was written when that had happened so often; `None` where it has not
    /// happened since.
    pub(in crate::domain) fn set_back_since(&self, times: u32) -> Option<SetBack> {
        self.set_back.filter(|set_back| set_back.times != times)
    }

    /// The version that follows another, of data or of an account.
    ///
    /// It is higher than all that earlier lives of the store gave: what a life wrote that is lost is still open
    /// somewhere, and a version that came again would let it overwrite what others wrote since.
    #[must_use]
    pub fn version_after(&self, version: u64) -> u64 {
        let earlier_lives = u64::from(self.position.epoch.counter.saturating_sub(1));
        version.max(earlier_lives << LIFE_VERSIONS_BITS).saturating_add(1)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A site with nothing in it.
    pub(crate) const fn site(mark: UnixTime) -> Site {
        Site::new(mark, Epoch { counter: 1, tag: 7 })
    }
}
