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
    } else if let Some(flaw) = flaw(data).map_err(|failure| unseen(&target, &failure))? {
        return Err(unsound(&target, &flaw));
    }
    note(taken, data).map_err(|failure| unnoted(&target, &failure))
}

/// What a restore would refuse the backup for. Before a final one the server looks by itself.
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
