//! Backups that the server makes by itself, as the settings say.

use std::fs;
use std::path::Path;

use licence_cli::files::{Access, Source, StagedFile, refused_by_system};
use licence_cli::{Failure, passphrase};
use licence_core::UnixTime;

use crate::backup::{self, Names, Piece};
use crate::config::BackupPlan;
use crate::domain::{Command, NoteBackup};
use crate::state::{AppState, store_failure};

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
        if site.retired.is_some() || !is_due(site.backed_up, self.tried, &plan, now) {
            return;
        }
        // Where somebody has one made at this moment, the next look finds that it is there, or has its turn.
        let Ok(turn) = state.backups().try_lock_owned() else { return };
        self.tried = Some(now);
        let making = make(state.clone(), plan);
        tokio::spawn(async move {
            making.await;
            drop(turn);
        });
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
    let (writing, taken) = (state.clone(), state.now());
    let written = tokio::task::spawn_blocking(move || write(&writing, &plan, taken)).await;
    let failure = match written {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => failure.report().map(ToString::to_string),
        Err(error) => Some(error.to_string()),
    };
    if let Some(failure) = failure {
        // In this order: whoever is woken by the number reads the log.
        tracing::error!(%failure, "a backup was due and could not be made; it is tried again in 15 minutes");
        state.metrics().backup_failures.inc();
        return;
    }
    let note = Command::NoteBackup(NoteBackup { taken, by: None });
    // An error means that the store has failed, and that is told elsewhere.
    let _ = state.submit(note).await;
    tracing::info!(%taken, "a backup was made");
}

/// Writes one, reads it back, sees that it is one which a restore takes, gives it its name, and deletes those
/// that are too many.
fn write(state: &AppState, plan: &BackupPlan, taken: UnixTime) -> Result<(), Failure> {
    let passphrase = passphrase::from_file(&Source::File(plan.passphrase_file.clone()))?;
    let names = Names::of(&state.site().product, state.site_key().id());
    let target = plan.dir.join(names.automatic(taken));
    let before = flaw(state)?;
    let staged = StagedFile::filled(&target, Access::Private, |file| {
        state.write_backup(file, passphrase.secret(), taken)
    })?;
    let go_on = |_: Piece<'_>| {
        state
            .may_back_up()
            .map_err(|error| refused_by_system("the backup cannot be read back", &error))
    };
    backup::read_back(staged.reread()?, staged.path(), passphrase.secret(), go_on)?;
    // Before and after it was written: a log that was broken in between may have been pruned past the break.
    if let Some(flaw) = before.or(flaw(state)?) {
        return keep_unsound(staged, &plan.dir.join(names.unsound()), &flaw);
    }
    staged.publish()?;
    if let Err(failure) = delete_old(&plan.dir, &names, taken, plan.keep) {
        let failure = failure.report().map(ToString::to_string).unwrap_or_default();
        tracing::warn!(%failure, "backups that are too old were not deleted");
    }
    Ok(())
}

/// What a restore would refuse the backup for, if anything.
fn flaw(state: &AppState) -> Result<Option<String>, Failure> {
    let found = state.soundness().map_err(|error| store_failure(&error))?;
    Ok(found.flaws().next())
}

/// A restore takes no such backup as it is, so no good one makes room for it. But what happened since the last good
/// one is in no other, so the newest of them is kept, under a name that says so.
fn keep_unsound(staged: StagedFile, place: &Path, flaw: &str) -> Result<(), Failure> {
    staged.replace(place)?;
    let sentence = format!("the store is not what was written: {flaw}");
    Err(Failure::usage(sentence).mend(format!(
        "see `licence-server check`; no backup is deleted meanwhile, and `{}` is of now",
        place.display()
    )))
}

fn delete_old(dir: &Path, names: &Names, taken: UnixTime, keep: usize) -> Result<(), Failure> {
    let cannot = |error| {
        refused_by_system(
            format_args!("old backups in `{}` cannot be deleted", dir.display()),
            &error,
        )
    };
    let mut there = Vec::new();
    for entry in fs::read_dir(dir).map_err(cannot)? {
        there.extend(entry.map_err(cannot)?.file_name().into_string());
    }
    let too_many = names.too_many(there, taken, keep);
    too_many.iter().try_for_each(|name| fs::remove_file(dir.join(name)).map_err(cannot))
}

#[cfg(test)]
mod tests;
