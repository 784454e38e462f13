//! What time it is, by the words of the contract.

use licence_core::UnixTime;
use licence_server::domain::Reading;

use crate::broken::{Broken, Promise, check};
use crate::clocks::{DAY, HOUR};

/// The highest time that was trusted, and what the boot clock said then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trusted {
    mark: UnixTime,
    boot_secs: i64,
    disputed: Option<Dispute>,
    /// How far it was ahead at a start, after which no turn was committed so far.
    ahead_at_start: Option<i64>,
}

/// A wall clock that is not followed: since when, and how far it was ahead then.
#[derive(Clone, Copy, Debug)]
struct Dispute {
    since: UnixTime,
    ahead_secs: i64,
}

impl Trusted {
    pub(crate) const fn new(mark: UnixTime, reading: Reading) -> Self {
        Self { mark, boot_secs: reading.boot_secs, disputed: None, ahead_at_start: None }
    }

    const fn running(&self, reading: Reading) -> UnixTime {
        self.mark.plus(reading.boot_secs - self.boot_secs)
    }

    fn is_ahead(running: UnixTime, reading: Reading) -> bool {
        reading.wall.since(running) > HOUR
    }

    /// Leases run on boot time; a wall clock that is behind changes nothing, and one that is far ahead
    /// is not followed before a day has run.
    fn expected(&self, reading: Reading) -> UnixTime {
        let running = self.running(reading);
        let dispute = self.dispute(reading.wall.since(running));
        let has_run_a_day = dispute.is_some_and(|dispute| running.since(dispute.since) >= DAY);
        if Self::is_ahead(running, reading) && !has_run_a_day {
            running
        } else if running.since(reading.wall) == 1 {
            // The same second, read a moment apart.
            reading.wall.max(self.mark)
        } else {
            running.max(reading.wall)
        }
    }

    /// The dispute that is going on, of a clock that nobody has moved by more than an hour since.
    fn dispute(&self, ahead_secs: i64) -> Option<Dispute> {
        let Dispute { since, ahead_secs: before } = self.disputed?;
        let dispute = Dispute { since, ahead_secs: self.ahead_at_start.unwrap_or(before) };
        ((dispute.ahead_secs - ahead_secs).abs() <= HOUR).then_some(dispute)
    }

    pub(crate) fn check(&self, now: UnixTime, reading: Reading) -> Result<(), Broken> {
        let expected = self.expected(reading);
        check(now == expected, Promise::Time, || {
            format!("it is {expected} and was judged to be {now}: {reading:?}, {self:?}")
        })
    }

    /// A turn was committed at that time.
    pub(crate) fn commit(&mut self, reading: Reading) {
        let now = self.expected(reading);
        let ahead_secs = reading.wall.since(now);
        let begun = Dispute { since: now, ahead_secs };
        let dispute = self.dispute(ahead_secs).unwrap_or(begun);
        // The second between two clocks that are read in whole ones goes on counting.
        let is_rounded = self.running(reading).since(now) == 1;
        self.disputed = (ahead_secs > HOUR).then_some(dispute);
        (self.mark, self.boot_secs) = (now, reading.boot_secs - i64::from(is_rounded));
        self.ahead_at_start = None;
    }

    /// An administrator set the time.
    pub(crate) const fn set(&mut self, mark: UnixTime, reading: Reading) {
        *self = Self::new(mark, reading);
    }

    /// The server starts: it may have been off for so long at most, unless the clock was disputed.
    pub(crate) fn start(&mut self, reading: Reading, gap_secs: i64) {
        let off_secs = reading.wall.since(self.mark);
        let is_believed = self.disputed.is_none() && (0..=gap_secs).contains(&off_secs);
        // While it was off nobody moved the clock, where that was not for longer than two weeks.
        let may_be_off =
            |dispute: &Dispute| (0..=14 * DAY).contains(&(off_secs - dispute.ahead_secs));
        self.ahead_at_start = self.disputed.filter(may_be_off).map(|_| off_secs);
        self.boot_secs = reading.boot_secs - if is_believed { off_secs } else { 0 };
    }
}
