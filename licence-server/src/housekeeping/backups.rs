//! Backups that the server makes by itself, as the settings say.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use licence_cli::files::{Access, Source, StagedFile, refused_by_system};
use licence_cli::{Failure, passphrase};
use licence_core::UnixTime;
use tokio::time::sleep;

use crate::backup::{self, Names, Piece};
use crate::config::BackupPlan;
use crate::domain::{Command, NoteBackup, Outcome};
use crate::soundness::{Begun, OVERTAKEN, Soundness};
use crate::state::{AppState, store_failure};
use crate::writer::Unavailable;

/// Seconds after one that failed until the next try: whoever is told has had time to make room.
const RETRY_SECS: i64 = 900;

const MINUTE_SECS: i64 = 60;

/// How long a full queue is left to its writer until the next try: several commits.
const QUEUE_WAIT: Duration = Duration::from_millis(100);

/// When the server tried last.
#[derive(Debug)]
pub(super) struct Schedule {
    tried: Option<UnixTime>,
    /// After how many seconds it tries again, if that came to nothing.
    retry_secs: Arc<AtomicI64>,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { tried: None, retry_secs: Arc::new(AtomicI64::new(RETRY_SECS)) }
    }
}

/// Why there is no new backup to count on.
#[derive(Debug)]
enum Unmade {
    /// Something was in the way, which may be gone soon.
    Failed(Failure),
    /// The store is not what was written. It stays so, and to look at all of it is dear.
    Unsound(Failure),
}

impl From<Failure> for Unmade {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Schedule {
    /// Begins a backup, if one is due.
    pub(super) fn look(&mut self, state: &AppState) {
        let Some(plan) = state.config().backups.clone() else { return };
        let (now, site) = (state.now(), state.mirror().site());
        let retry_secs = self.retry_secs.load(Ordering::Acquire);
        if site.retired.is_some() || !is_due(site.backed_up, self.tried, retry_secs, &plan, now) {
            return;
        }
        // Where somebody has one made at this moment, the next look finds that it is there, or has its turn.
        let Ok(turn) = state.backups().try_lock_owned() else { return };
        self.tried = Some(now);
        let (making, retry_secs) = (make(state.clone(), plan), Arc::clone(&self.retry_secs));
        tokio::spawn(async move {
            retry_secs.store(making.await, Ordering::Release);
            drop(turn);
        });
    }
}

/// Whether one is to be made now. A time that lies ahead is of a clock that was set back since.
fn is_due(
    newest: Option<UnixTime>,
    tried: Option<UnixTime>,
    retry_secs: i64,
    plan: &BackupPlan,
    now: UnixTime,
) -> bool {
    let is_over = |at: Option<UnixTime>, secs: i64| {
        at.is_none_or(|at| now.is_expired(at.plus(secs)) || now.since(at) < 0)
    };
    is_over(newest, plan.every_secs) && is_over(tried, retry_secs)
}

/// Makes one; says after how many seconds to try again, if that came to nothing.
async fn make(state: AppState, plan: BackupPlan) -> i64 {
    let (writing, every_secs, taken) = (state.clone(), plan.every_secs, state.now());
    let written = tokio::task::spawn_blocking(move || write(&writing, &plan, taken)).await;
    let (failure, retry_secs) = match written {
        Ok(Ok(())) => {
            note(taken, |note| state.submit(note)).await;
            tracing::info!(%taken, "a backup was made");
            return RETRY_SECS;
        }
        Ok(Err(Unmade::Failed(failure))) => (told(&failure), RETRY_SECS),
        Ok(Err(Unmade::Unsound(failure))) => (told(&failure), every_secs),
        Err(error) => (error.to_string(), RETRY_SECS),
    };
    let minutes = retry_secs / MINUTE_SECS;
    // In this order: whoever is woken by the number reads the log.
    tracing::error!(%failure, "a backup was due and could not be made; it is tried again in {minutes} minutes");
    state.metrics().backup_failures.inc();
    retry_secs
}

/// Has it noted that one was made: nobody else knows of it.
async fn note<F>(taken: UnixTime, submit: impl Fn(Command) -> F)
where
    F: Future<Output = Result<Outcome, Unavailable>>,
{
    let note = Command::NoteBackup(NoteBackup { taken, by: None });
    // Another error means that the store has failed, and that is told elsewhere.
    while submit(note.clone()).await == Err(Unavailable::Busy) {
        sleep(QUEUE_WAIT).await;
    }
}

fn told(failure: &Failure) -> String {
    failure.report().map(ToString::to_string).unwrap_or_default()
}

/// One that was written, and has no name yet.
struct Staged {
    file: StagedFile,
    begun: Begun,
}

fn write(state: &AppState, plan: &BackupPlan, taken: UnixTime) -> Result<(), Unmade> {
    publish(stage(state, plan, taken)?, state, plan, taken)
}

/// Writes one, and reads it back.
fn stage(state: &AppState, plan: &BackupPlan, taken: UnixTime) -> Result<Staged, Failure> {
    let passphrase = passphrase::from_file(&Source::File(plan.passphrase_file.clone()))?;
    let begun = state.begun().map_err(|error| store_failure(&error))?;
    let target = plan.dir.join(names(state).automatic(taken));
    let file = StagedFile::filled(&target, Access::Private, |file| {
        state.write_backup(file, passphrase.secret(), taken)
    })?;
    let go_on = |_: Piece<'_>| {
        state
            .may_back_up()
            .map_err(|error| refused_by_system("the backup cannot be read back", &error))
    };
    backup::read_back(file.reread()?, file.path(), passphrase.secret(), go_on)?;
    Ok(Staged { file, begun })
}

/// Sees that it is one which a restore takes, gives it its name, and deletes those that are too many.
fn publish(
    staged: Staged,
    state: &AppState,
    plan: &BackupPlan,
    taken: UnixTime,
) -> Result<(), Unmade> {
    let (Staged { file, begun }, names) = (staged, names(state));
    let found = state.soundness().map_err(|error| store_failure(&error))?;
    if let Some(flaw) = found.flaws().next() {
        return Err(Unmade::Unsound(keep_unsound(file, &place(&found, &names, plan), &flaw)?));
    }
    for damaged in found.damaged() {
        tracing::warn!(damaged, "install the file again, as the vendor has it");
    }
    if state.begun().map_err(|error| store_failure(&error))? != begun {
        return Err(Failure::usage(format!("{OVERTAKEN} while the backup was made")).into());
    }
    file.publish()?;
    if let Err(failure) = delete_old(&plan.dir, &names, taken, plan.keep) {
        tracing::warn!(failure = told(&failure), "backups that are too old were not deleted");
    }
    Ok(())
}

fn names(state: &AppState) -> Names {
    Names::of(&state.site().product, state.site_key().id())
}

/// Where a backup of an unsound store is kept. One that no restore takes must not take the place of one that can be
/// restored without its log.
fn place(found: &Soundness, names: &Names, plan: &BackupPlan) -> PathBuf {
    let is_log_alone = found.broken_log_alone().is_some();
    plan.dir.join(if is_log_alone { names.broken_log() } else { names.unsound() })
}

/// A restore takes no such backup as it is, so no good one makes room for it. But what happened since the last good
/// one is in no other, so the newest of them is kept, under a name that says so.
fn keep_unsound(staged: StagedFile, place: &Path, flaw: &str) -> Result<Failure, Failure> {
    staged.replace(place)?;
    let sentence = format!("the store is not what was written: {flaw}");
    Ok(Failure::usage(sentence).mend(format!(
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
