//! The machine's two clocks, beside the time that it really is.

use licence_core::UnixTime;
use licence_server::domain::Reading;

pub(crate) const HOUR: i64 = 3600;
pub(crate) const DAY: i64 = 86_400;
pub(crate) const YEAR: i64 = 365 * DAY;

/// When every simulation begins: 2030-03-17T17:46:40Z.
pub(crate) const START: UnixTime = UnixTime::clamp_secs(1_900_000_000);

/// The clocks of one machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clocks {
    /// Seconds since the simulation began: what nobody in it knows.
    elapsed: i64,
    /// When the machine started.
    booted: i64,
    /// How far the wall clock is wrong.
    wrong: i64,
}

impl Clocks {
    pub(crate) const fn new() -> Self {
        Self { elapsed: 0, booted: -1000, wrong: 0 }
    }

    pub(crate) const fn pass(&mut self, secs: i64) {
        self.elapsed += secs;
    }

    pub(crate) const fn reboot(&mut self) {
        self.booted = self.elapsed;
    }

    /// Moves the wall clock, but never further than two years from the truth.
    pub(crate) fn set_wall_by(&mut self, secs: i64) {
        self.wrong = (self.wrong + secs).clamp(-2 * YEAR, 2 * YEAR);
    }

    pub(crate) const fn set_wall_right(&mut self) {
        self.wrong = 0;
    }

    pub(crate) const fn wrong_secs(&self) -> i64 {
        self.wrong
    }

    /// The time that it really is.
    pub(crate) const fn truth(&self) -> UnixTime {
        START.plus(self.elapsed)
    }

    pub(crate) const fn read(&self) -> Reading {
        let wall = START.plus(self.elapsed + self.wrong);
        Reading { wall, boot_secs: self.elapsed - self.booted }
    }
}
