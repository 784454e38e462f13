//! How much would be lost with the machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use licence_cli::files::refused_by_system;
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

/// Who else may read the passphrase, where the server makes backups by itself. Its group may be the server's.
pub(super) fn check_passphrase(state: &AppState) -> Option<Check> {
    let file = &state.config().backups.as_ref()?.passphrase_file;
    let found = fs::metadata(file).map(|metadata| passphrase(file, metadata.permissions().mode()));
    let found = found.map_err(|error| refused_by_system(file.display(), &error));
    Some(Check::tried("backup passphrase", found))
}

fn passphrase(file: &Path, mode: u32) -> Finding {
    if mode & 0o027 == 0 {
        return Finding::Well("others do not read the passphrase of backups".to_owned());
    }
    let file = file.display();
    Finding::mend(
        format!(
            "others than the server may read or change `{file}`: with it, a backup is the site"
        ),
        format!("take their rights away: chmod 600 '{file}'"),
    )
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
    if newest > now {
        let sentence = format!("the newest backup is of {newest}, which is still to come");
        return Finding::mend(sentence, "set the clock right, and see `licence-server clock show`");
    }
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
    fn a_passphrase_that_others_read_is_found() {
        let of = |mode| passphrase(Path::new("p"), mode);
        assert!(of(0o100_600).is_well() && of(0o100_640).is_well());
        assert!(!of(0o100_644).is_well() && !of(0o100_660).is_well());
    }

    #[test]
    fn a_backup_that_is_missing_or_old_is_found() {
        let of = |hours: Option<i64>, every_hours: Option<i64>| {
            let made = hours.map(|hours| start().plus(-hours * HOUR_SECS));
            newest(made, every_hours.map(|hours| hours * HOUR_SECS), start())
        };
        assert!(!of(None, None).is_well() && !of(None, Some(24)).is_well());
        assert!(of(Some(7 * 24), None).is_well() && !of(Some(7 * 24 + 1), None).is_well());
        assert!(of(Some(48), Some(24)).is_well(), "one may have failed");
        assert!(!of(Some(-1), Some(24)).is_well(), "nobody made one in the future");
        let Finding::Mend { sentence, remedy } = of(Some(49), Some(24)) else {
            panic!("not found")
        };
        assert_eq!(sentence, "the newest backup is 49 hours old, and one is to be made every 24");
        assert!(remedy.contains("log"), "{remedy}");
    }
}
