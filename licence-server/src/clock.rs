//! The one place of the server that reads clocks.
//!
//! The clock is a part of the server's state. A request reads it once, through
//! [`AppState::now`](crate::state::AppState::now).

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use licence_core::UnixTime;
use rustix::time::{ClockId, clock_gettime};

use crate::domain::Reading;

/// Counts on while the machine sleeps, so that a lease does not outlast a closed lid.
#[cfg(target_os = "linux")]
const BOOT_CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const BOOT_CLOCK: ClockId = ClockId::Monotonic;

/// Something that knows the time.
pub trait Clock: Send + Sync + 'static {
    /// What the clocks say.
    ///
    /// A wall clock outside 2020 to 9999 (a battery that died, a jump into the far future) gives the
    /// nearer bound: what it means is for the rules to decide.
    fn read(&self) -> Reading;
}

/// How long something took: for logs and metrics, and no rule sees it.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Begins to count.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the file that clippy.toml sends everyone to"
    )]
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since then.
    #[must_use]
    pub fn secs(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }

    /// The time since then.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// What the runtime's timers go by: for how long a connection may do nothing, and no rule sees it.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the file that clippy.toml sends everyone to"
)]
#[must_use]
pub fn timer_now() -> tokio::time::Instant {
    tokio::time::Instant::now()
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the file that clippy.toml sends everyone to"
    )]
    fn read(&self) -> Reading {
        let wall = from_system(SystemTime::now());
        Reading { wall, boot_secs: clock_gettime(BOOT_CLOCK).tv_sec }
    }
}

fn from_system(time: SystemTime) -> UnixTime {
    let secs = match time.duration_since(UNIX_EPOCH) {
        Ok(age) => i64::try_from(age.as_secs()).unwrap_or(i64::MAX),
        Err(_) => 0,
    };
    UnixTime::clamp_secs(secs)
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::{Clock, Reading, UnixTime};

    /// Clocks that stand still until a test moves them.
    #[derive(Debug)]
    pub(crate) struct HandClock {
        wall_secs: AtomicI64,
        boot_secs: AtomicI64,
    }

    impl HandClock {
        pub(crate) fn at(time: UnixTime) -> Self {
            Self { wall_secs: AtomicI64::new(time.secs()), boot_secs: AtomicI64::new(0) }
        }

        /// Lets time pass.
        pub(crate) fn advance(&self, secs: i64) {
            self.boot_secs.fetch_add(secs, Ordering::SeqCst);
            self.set_wall_by(secs);
        }

        /// Sets the wall clock forward or back.
        pub(crate) fn set_wall_by(&self, secs: i64) {
            self.wall_secs.fetch_add(secs, Ordering::SeqCst);
        }
    }

    impl Clock for HandClock {
        fn read(&self) -> Reading {
            Reading {
                wall: UnixTime::clamp_secs(self.wall_secs.load(Ordering::SeqCst)),
                boot_secs: self.boot_secs.load(Ordering::SeqCst),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_out_of_bounds_gives_the_nearer_bound() {
        assert_eq!(from_system(UNIX_EPOCH), UnixTime::MIN);
        assert_eq!(from_system(UNIX_EPOCH - Duration::from_secs(1)), UnixTime::MIN);
        assert_eq!(from_system(UNIX_EPOCH + Duration::from_secs(1 << 40)), UnixTime::MAX);
        let time = UNIX_EPOCH + Duration::from_secs(1_900_000_000);
        assert_eq!(from_system(time).secs(), 1_900_000_000);
    }
}
