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
    disputed_since: Option<UnixTime>,
}

impl Trusted {
    pub(crate) const fn new(mark: UnixTime, reading: Reading) -> Self {
        Self { mark, boot_secs: reading.boot_secs, disputed_since: None }
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
        let has_run_a_day = self.disputed_since.is_some_and(|since| running.since(since) >= DAY);
        if Self::is_ahead(running, reading) && !has_run_a_day {
            running
        } else if running.since(reading.wall) == 1 {
            // The same second, read a moment apart.
            reading.wall.max(self.mark)
        } else {
            running.max(reading.wall)
        }
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
        let is_disputed = reading.wall.since(now) > HOUR;
        let since = self.disputed_since.unwrap_or(now);
        // The second between two clocks that are read in whole ones goes on counting.
        let is_rounded = self.running(reading).since(now) == 1;
        self.disputed_since = is_disputed.then_some(since);
        (self.mark, self.boot_secs) = (now, reading.boot_secs - i64::from(is_rounded));
    }

    /// An administrator set the time.
    pub(crate) const fn set(&mut self, mark: UnixTime, reading: Reading) {
        (self.mark, self.boot_secs, self.disputed_since) = (mark, reading.boot_secs, None);
    }

    /// The server starts: it may have been off for so long at most, unless the clock was disputed.
    pub(crate) fn start(&mut self, reading: Reading, gap_secs: i64) {
        let off_secs = reading.wall.since(self.mark);
        let is_believed = self.disputed_since.is_none() && (0..=gap_secs).contains(&off_secs);
        self.boot_secs = reading.boot_secs - if is_believed { off_secs } else { 0 };
    }
}
