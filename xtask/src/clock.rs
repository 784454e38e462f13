//! The task runner's only reader of the clock.

use std::time::{Duration, Instant, SystemTime};

/// Measures from its making.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "the edge of the task runner: nothing else in this crate reads the clock"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Seconds since 1970; 0 on a clock that stands before it.
#[expect(
    clippy::disallowed_methods,
    reason = "the edge of the task runner: nothing else in this crate reads the clock"
)]
pub(crate) fn unix_secs() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
