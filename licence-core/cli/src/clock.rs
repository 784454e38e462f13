//! The one place of the command-line tools that reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::failure::Failure;

/// Seconds since 1970 by the machine's clock.
///
/// # Errors
/// If the clock stands before 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the file that clippy.toml sends everyone to"
)]
pub fn now() -> Result<i64, Failure> {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    since_1970.and_then(|age| i64::try_from(age.as_secs()).ok()).ok_or_else(|| {
        Failure::usage("the machine's clock stands before 1970").mend("set the clock")
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_clock_stands_after_this_was_written() {
        assert!(super::now().unwrap() > 1_700_000_000);
    }
}
