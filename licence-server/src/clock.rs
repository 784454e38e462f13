//! The one place of the server that reads the wall clock.
//!
//! The clock is a part of the server's state. A request reads it once, through
//! [`AppState::now`](crate::state::AppState::now).

use std::time::{SystemTime, UNIX_EPOCH};

use licence_core::UnixTime;

/// Something that knows the time of day.
pub trait Clock: Send + Sync + 'static {
    /// The wall clock's time.
    ///
    /// A clock outside 2020 to 9999 (a battery that died, a jump into the far future) gives the
    /// nearer bound: the highest time that the store trusts decides what that means.
    fn wall(&self) -> UnixTime;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the file that clippy.toml sends everyone to"
    )]
    fn wall(&self) -> UnixTime {
        from_system(SystemTime::now())
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

    use super::{Clock, UnixTime};

    /// A clock that stands still until a test moves it.
    #[derive(Debug)]
    pub(crate) struct HandClock(AtomicI64);

    impl HandClock {
        pub(crate) fn at(time: UnixTime) -> Self {
            Self(AtomicI64::new(time.secs()))
        }

        pub(crate) fn advance(&self, secs: i64) {
            self.0.fetch_add(secs, Ordering::SeqCst);
        }
    }

    impl Clock for HandClock {
        fn wall(&self) -> UnixTime {
            UnixTime::clamp_secs(self.0.load(Ordering::SeqCst))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
