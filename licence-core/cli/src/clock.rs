//! The one place of the command-line tools that reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use licence_core::UnixTime;

use crate::failure::Failure;

/// The time by the machine's clock. A command reads it once and passes it on.
///
/// # Errors
/// If the clock stands outside 2020 to 9999, as after its battery died: what is signed or judged by
/// it would be wrong.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the file that clippy.toml sends everyone to"
)]
pub fn now() -> Result<UnixTime, Failure> {
    from_system(SystemTime::now())
}

fn from_system(time: SystemTime) -> Result<UnixTime, Failure> {
    let secs =
        time.duration_since(UNIX_EPOCH).ok().and_then(|age| i64::try_from(age.as_secs()).ok());
    secs.and_then(UnixTime::from_secs).ok_or_else(|| {
        Failure::usage("the machine's clock stands outside the years 2020 to 9999")
            .mend("set the clock and try again")
    })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{from_system, now};

    #[test]
    fn the_clock_stands_after_this_was_written() {
        assert!(now().unwrap().secs() > 1_790_000_000);
    }

    #[test]
    fn a_clock_with_a_dead_battery_is_told() {
        for time in [UNIX_EPOCH, UNIX_EPOCH - Duration::from_secs(1)] {
            let failure = from_system(time).unwrap_err();
            assert!(failure.report().unwrap().message.contains("clock"));
        }
    }
}
