//! Backups that the server makes by itself, as the settings say.

use std::fs;
use std::path::Path;

use licence_cli::files::{Access, Source, StagedFile, refused_by_system};
use licence_cli::{Failure, passphrase};
use licence_core::{Product, UnixTime};

use crate::backup;
use crate::config::BackupPlan;
use crate::domain::{Command, NoteBackup};
use crate::state::AppState;

/// Seconds after one that failed until the next try: whoever is told has had time to make room.
const RETRY_SECS: i64 = 900;

/// When the server tried last.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    tried: Option<UnixTime>,
}

impl Schedule {
    /// Begins a backup, if one is due.
    pub(super) fn look(&mut self, state: &AppState) {
        let Some(plan) = state.config().backups.clone() else { return };
        let (now, site) = (state.now(), state.mirror().site());
        if site.retired.is_none() && is_due(site.backed_up, self.tried, &plan, now) {
            self.tried = Some(now);
            tokio::spawn(make(state.clone(), plan));
        }
    }
}

/// Whether one is to be made now. A time that lies ahead is of a clock that was set back since.
fn is_due(
    newest: Option<UnixTime>,
    tried: Option<UnixTime>,
    plan: &BackupPlan,
    now: UnixTime,
) -> bool {
    let is_over = |at: Option<UnixTime>, secs: i64| {
        at.is_none_or(|at| now.is_expired(at.plus(secs)) || now.since(at) < 0)
    };
    is_over(newest, plan.every_secs) && is_over(tried, RETRY_SECS)
}

async fn make(state: AppState, plan: BackupPlan) {
    let Ok(_turn) = state.backups().try_lock_owned() else {
        // One is on its way already.
        return;
    };
    let (writing, taken) = (state.clone(), state.now());
    let written = tokio::task::spawn_blocking(move || write(&writing, &plan, taken)).await;
    let failure = match written {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => failure.report().map(ToString::to_string),
        Err(error) => Some(error.to_string()),
    };
    if let Some(failure) = failure {
        state.metrics().backup_failures.inc();
        tracing::error!(%failure, "a backup was due and could not be made; it is tried again in 15 minutes");
        return;
    }
    let note = Command::NoteBackup(NoteBackup { taken, by: None });
    // An error means that the store has failed, and that is told elsewhere.
    let _ = state.submit(note).await;
    tracing::info!(%taken, "a backup was made");
}

/// Writes one, reads it back, gives it its name, and deletes those that are too many.
fn write(state: &AppState, plan: &BackupPlan, taken: UnixTime) -> Result<(), Failure> {
    let passphrase = passphrase::from_file(&Source::File(plan.passphrase_file.clone()))?;
    let product = &state.site().product;
    let target = plan.dir.join(backup::file_name(product, taken));
    let staged = StagedFile::filled(&target, Access::Private, |file| {
        state.write_backup(file, passphrase.secret(), taken).map(drop)
    })?;
    backup::read_through(staged.path(), passphrase.secret(), |_| Ok(()))?;
    staged.publish()?;
    if let Err(failure) = delete_old(&plan.dir, product, plan.keep) {
        let failure = failure.report().map(ToString::to_string).unwrap_or_default();
        tracing::warn!(%failure, "backups that are too old were not deleted");
    }
    Ok(())
}

/// Only what is named as the server names its backups: whatever else is kept there is somebody's.
fn delete_old(dir: &Path, product: &Product, keep: usize) -> Result<(), Failure> {
    let cannot = |error| {
        refused_by_system(
            format_args!("old backups in `{}` cannot be deleted", dir.display()),
            &error,
        )
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(cannot)? {
        let name = entry.map_err(cannot)?.file_name();
        names.extend(
            name.to_str().filter(|name| backup::is_named_so(name, product)).map(str::to_owned),
        );
    }
    // Names sort by time.
    names.sort_unstable();
    let too_many = names.len().saturating_sub(keep);
    names.iter().take(too_many).try_for_each(|name| fs::remove_file(dir.join(name)).map_err(cannot))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime::MIN.plus(200_000_000);

    #[test]
    fn a_backup_is_due_when_the_newest_is_old_and_the_last_failure_is_a_while_ago() {
        let plan =
            BackupPlan { dir: "b".into(), passphrase_file: "p".into(), every_secs: 3600, keep: 2 };
        let due = |newest_secs: Option<i64>, tried_secs: Option<i64>| {
            let ago = |secs: i64| NOW.plus(-secs);
            is_due(newest_secs.map(ago), tried_secs.map(ago), &plan, NOW)
        };
        assert!(due(None, None));
        assert!(!due(Some(3599), None) && due(Some(3600), None));
        assert!(!due(None, Some(RETRY_SECS - 1)) && due(None, Some(RETRY_SECS)));
        assert!(due(Some(-60), None), "the clock was set back");
    }

    #[test]
    fn the_oldest_of_its_own_go_and_what_is_somebodys_stays() {
        let dir = tempfile::tempdir().unwrap();
        let product = Product::parse("app").unwrap();
        let names: Vec<String> =
            (0..4).map(|day| backup::file_name(&product, NOW.plus(day * 86_400))).collect();
        for name in names.iter().map(String::as_str).chain(["notes.txt", "app-1.backup"]) {
            fs::write(dir.path().join(name), "").unwrap();
        }
        delete_old(dir.path(), &product, 2).unwrap();
        let is_there = |name: &str| dir.path().join(name).exists();
        assert_eq!(
            names.iter().map(|name| is_there(name)).collect::<Vec<_>>(),
            [false, false, true, true]
        );
        assert!(is_there("notes.txt") && is_there("app-1.backup"));
    }
}
