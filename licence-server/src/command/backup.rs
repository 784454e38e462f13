//! `backup`: everything that makes the site in one sealed file, read back before it gets its name.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use licence_cli::files::{Access, Source, StagedFile, refused_by_system};
use licence_cli::{Facts, Failure, Format, clock, output};
use licence_core::{Code, json};

use super::admin_call::AdminCall;
use super::said::time;
use crate::backup::{self, Names};
use crate::cli::BackupArgs;
use crate::data_dir::DataDir;
use crate::http::admin::{BackupShown, CheckShown};
use crate::http::paths;
use crate::soundness::{Begun, OVERTAKEN};

pub(super) fn run(args: &BackupArgs, data: &DataDir, format: Format) -> Result<(), Failure> {
    let usual = data.settings()?.backup_passphrase_file.map(Source::File);
    let target = target(&args.to, data)?;
    let passphrase = args.passphrase.seal(usual.as_ref())?;
    let body = || {
        json::object(|body| {
            body.string("passphrase", passphrase.secret());
            body.boolean("final", args.is_final);
        })
    };
    let begun = shown(data)?.begun;
    let staged = StagedFile::filled(&target, Access::Private, |file| {
        let cannot = |error| {
            refused_by_system(format_args!("`{}` cannot be written", target.display()), &error)
        };
        let call = AdminCall::post_secret(paths::ADMIN_BACKUP, body()).patient();
        call.pass_on(data, |piece| file.write_all(piece).map_err(cannot))
    })?;
    let copied =
        backup::read_back(staged.reread()?, staged.path(), passphrase.secret(), |_| Ok(()))?;
    staged.publish()?;
    let taken = copied.about.taken.secs();
    let facts = Facts::new()
        .with_text("backup", target.display())
        .with("taken", time(taken))
        .with("rows", copied.rows);
    format.print(&facts)?;
    if args.is_final {
        output::note(
            "this server serves nobody any more: restore the backup on the new machine, then delete \
             this data directory",
        );
    } else {
        confirm(&target, &begun, data)?;
    }
    note(taken, data).map_err(|failure| unnoted(&target, &failure))
}

fn shown(data: &DataDir) -> Result<BackupShown, Failure> {
    AdminCall::get(paths::ADMIN_BACKUP).send(data)
}

/// Whether a restore takes the backup. Before a final one the server looks by itself, and nothing changes after that.
fn confirm(backup: &Path, begun: &Begun, data: &DataDir) -> Result<(), Failure> {
    let unseen = |failure| unseen(backup, &failure);
    if let Some(flaw) = flaw(data).map_err(unseen)? {
        return Err(unsound(backup, &flaw));
    }
    if shown(data).map_err(unseen)?.begun != *begun {
        return Err(overtaken(backup));
    }
    Ok(())
}

/// What a restore would refuse the store for.
fn flaw(data: &DataDir) -> Result<Option<String>, Failure> {
    let found: CheckShown = AdminCall::get(paths::ADMIN_CHECK).patient().send(data)?;
    for damaged in found.damaged {
        output::note(format!("{damaged}: install the file again, as the vendor has it"));
    }
    Ok(found.flaws.into_iter().next())
}

/// The file stays, and nobody counts on it: it may be all there is of the days since the last good one.
fn unsound(backup: &Path, flaw: &str) -> Failure {
    let sentence =
        format!("`{}` is there, but the store is not what was written: {flaw}", backup.display());
    Failure::coded(Code::Malformed, sentence).mend(
        "keep it beside an older one: a restore takes it as it is only where all that is wrong is the audit log",
    )
}

/// Whole as it is, it does not count as the newest: nobody knows yet whether a restore takes it.
fn unseen(backup: &Path, failure: &Failure) -> Failure {
    let why = failure.report().map(|report| report.message.clone()).unwrap_or_default();
    Failure::usage(format!(
        "`{}` is there and was read back, but the store was not looked at: {why}",
        backup.display()
    ))
    .mend("keep it, and run `licence-server check`: a backup counts as the newest only if that finds nothing")
}

/// Nothing that is there now tells whether a restore takes it.
fn overtaken(backup: &Path) -> Failure {
    let sentence = format!("`{}` is there, but {OVERTAKEN} while it was made", backup.display());
    Failure::usage(sentence).mend("make another one: this one does not count as the newest")
}

/// Tells the server that the backup reached its place.
fn note(taken: i64, data: &DataDir) -> Result<(), Failure> {
    let noted = serde_json::json!({ "taken": taken });
    let noted = AdminCall::post_json(paths::ADMIN_BACKUP_NOTED, &noted).send(data);
    noted.map(|_: BackupShown| ())
}

fn unnoted(backup: &Path, failure: &Failure) -> Failure {
    let why = failure.report().map(|report| report.message.clone()).unwrap_or_default();
    Failure::usage(format!(
        "`{}` is a good backup, but the server was not told of it: {why}",
        backup.display()
    ))
    .mend("keep it; `doctor` and the server's own backups go by the one before")
}

/// The file that was named, or one in the folder that was.
fn target(typed: &Path, data: &DataDir) -> Result<PathBuf, Failure> {
    if !typed.is_dir() {
        return Ok(typed.to_owned());
    }
    let names = Names::of(&data.site()?.product, data.site_key()?.public().id());
    Ok(typed.join(names.by_hand(clock::now()?)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::command::tests::{add, data_dir};

    /// What is left of a broken log may be whole: once such a backup counted, where one by the server itself did not.
    #[test]
    fn no_backup_counts_during_which_the_log_was_pruned() {
        let (_folder, path, data) = data_dir();
        add("ann", &data).unwrap();
        add("ben", &data).unwrap();
        let begun = shown(&data).unwrap().begun;
        confirm(&path, &begun, &data).unwrap();
        let before = json!({ "before": clock::now().unwrap().plus(1000).secs() });
        AdminCall::post_json(paths::ADMIN_AUDIT_PRUNE, &before).send::<Value>(&data).unwrap();
        let failure = confirm(&path, &begun, &data).unwrap_err();
        let told = &failure.report().unwrap().message;
        assert!(told.ends_with("is there, but the audit log was pruned, or a licence was put back, while it was made"), "{told}");
        confirm(&path, &shown(&data).unwrap().begun, &data).unwrap();
    }
}
