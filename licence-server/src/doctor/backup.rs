//! How much would be lost with the machine.

use licence_core::UnixTime;

use super::{Check, Finding};
use crate::state::AppState;

const HOUR_SECS: i64 = 3600;

/// Seconds after which the newest backup is an old one, where the server makes none by itself: a week.
const OLD_SECS: i64 = 7 * 24 * HOUR_SECS;

pub(super) fn check(state: &AppState) -> Check {
    let every_secs = state.config().backups.as_ref().map(|plan| plan.every_secs);
    Check::new("backup", newest(state.mirror().site().backed_up, every_secs, state.now()))
}

fn newest(newest: Option<UnixTime>, every_secs: Option<i64>, now: UnixTime) -> Finding {
    let remedy = match every_secs {
        Some(_) => {
            "see the server's log for what is in the way, and `licence-server backup FILE` meanwhile"
        }
        None => {
            "`licence-server backup FILE`, and set `backup_dir` and `backup_passphrase_file` to have \
             one made every day"
        }
    };
    let Some(newest) = newest else {
        return Finding::mend("there is no backup: with this machine, everything is lost", remedy);
    };
    let hours = now.since(newest) / HOUR_SECS;
    // One may have failed, and the next one is on its way.
    if now.since(newest) <= every_secs.map_or(OLD_SECS, |every_secs| 2 * every_secs) {
        return Finding::Well(format!("the newest backup is of {newest}"));
    }
    let sentence = match every_secs.map(|secs| secs / HOUR_SECS) {
        Some(every) => {
            format!("the newest backup is {hours} hours old, and one is to be made every {every}")
        }
        None => format!("the newest backup is {hours} hours old"),
    };
    Finding::mend(sentence, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::start;

    #[test]
    fn a_backup_that_is_missing_or_old_is_found() {
        let of = |hours: Option<i64>, every_hours: Option<i64>| {
            let made = hours.map(|hours| start().plus(-hours * HOUR_SECS));
            newest(made, every_hours.map(|hours| hours * HOUR_SECS), start())
        };
        assert!(!of(None, None).is_well() && !of(None, Some(24)).is_well());
        assert!(of(Some(7 * 24), None).is_well() && !of(Some(7 * 24 + 1), None).is_well());
        assert!(of(Some(48), Some(24)).is_well(), "one may have failed");
        let Finding::Mend { sentence, remedy } = of(Some(49), Some(24)) else {
            panic!("not found")
        };
        assert_eq!(sentence, "the newest backup is 49 hours old, and one is to be made every 24");
        assert!(remedy.contains("log"), "{remedy}");
    }
}
