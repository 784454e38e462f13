//! `restore`: a data directory of a backup. It begins a new life of the store, and nothing of it is seen
//! until all of it is there and was looked at.

mod told;

use std::os::unix::net::UnixStream;
use std::path::Path;

use licence_cli::files::{self, ByteLimit, Source};
use licence_cli::{Failure, Format, output};
use licence_core::claims::{CheckpointClaims, LogPosition};
use licence_core::limits::FILE_BYTES_MAX;
use licence_core::{Code, LicenceId};

use super::admin_call::AdminCall;
use super::{small_runtime, system};
use crate::backup::{self, Copied, Piece};
use crate::cli::RestoreArgs;
use crate::config::{Config, Settings};
use crate::data_dir::{self, DataDir, NewDataDir};
use crate::domain::{Actor, Command, Outcome, PruneLog, Restore, Site};
use crate::http::admin::Installed;
use crate::http::{app, paths};
use crate::log_chain::Broken;
use crate::rng::NoRandomBytes;
use crate::soundness::Soundness;
use crate::state::{AppState, store_failure};
use crate::store::{RedbStore, StoreCopy};

/// `configured` gives a directory the settings of this process: another file, and variables.
pub(super) fn run(
    args: &RestoreArgs,
    path: &Path,
    configured: impl Fn(DataDir) -> DataDir,
    format: Format,
) -> Result<(), Failure> {
    data_dir::refuse_long(path)?;
    refuse_running(path)?;
    let new = NewDataDir::to_fill(path)?;
    let passphrase = args.passphrase.open(&Source::File(args.file.clone()))?;
    let licences = read_licences(&args.licences)?;
    // Once to its end before anything is written, and once to write it.
    backup::read_through(&args.file, passphrase.secret(), |_| Ok(()))?;
    let (copied, store) = fill(&new, &args.file, passphrase.secret())?;
    let begun = begin(store, &configured(new.dir()), &copied, &Asked { args, licences })?;
    new.keep_store_private()?;
    new.publish(path)?;
    format.print(&told::facts(path, &copied, &begun))?;
    output::note(told::advice(&copied, &begun));
    Ok(())
}

/// A directory that is served is not to be touched, and says more than that it is not empty.
fn refuse_running(path: &Path) -> Result<(), Failure> {
    match UnixStream::connect(data_dir::socket_in(path)) {
        Ok(_) => Err(Failure::usage(format!("a server runs on `{}`", path.display())).mend(
            "restore into a new directory, and stop that server before the new one is started",
        )),
        Err(_) => Ok(()),
    }
}

fn read_licences(files: &[Source]) -> Result<Vec<Vec<u8>>, Failure> {
    files.iter().map(|file| files::read(file, ByteLimit(FILE_BYTES_MAX))).collect()
}

fn fill(new: &NewDataDir, file: &Path, passphrase: &str) -> Result<(Copied, RedbStore), Failure> {
    let unstored = |error| store_failure(&error);
    let mut store = StoreCopy::create(&new.dir().store()).map_err(unstored)?;
    let copied = backup::read_through(file, passphrase, |piece| match piece {
        Piece::Row(row) => store.put(row).map_err(unstored),
        Piece::File(name, bytes) => new.take_over(name, bytes)?.ok_or_else(|| {
            Failure::malformed(format!("the backup holds a file `{name}`, which makes no site"))
                .mend("use the version of this program that wrote it, or later")
        }),
    })?;
    let store = store.finish().map_err(unstored)?;
    Ok((copied, store))
}

/// What the administrator said.
struct Asked<'a> {
    args: &'a RestoreArgs,
    /// Licence files that were installed after the backup.
    licences: Vec<Vec<u8>>,
}

/// What the site is after it.
struct Begun {
    site: Site,
    was_final: bool,
    /// Whether the administrator gave a licence that was installed since.
    has_licence: bool,
    /// Whether the administrator vouched that nothing was lent since.
    is_first: bool,
    /// Where the log was cut, if it was.
    log_broken_at: Option<u64>,
}

/// Looks at everything, and begins the new life.
fn begin(
    store: RedbStore,
    data: &DataDir,
    copied: &Copied,
    asked: &Asked<'_>,
) -> Result<Begun, Failure> {
    let settings = settings(data)?;
    let public = settings.public_origin(settings.listen.port());
    // The writer needs no runtime, and what is asked of it does.
    let state = AppState::over(store, data, Config::new(settings, public), system())?;
    let found = state.soundness().map_err(|error| store_failure(&error))?;
    let log_broken_at = refuse_unsound(&found, asked.args)?;
    tell_of_refused_licences(&state)?;
    let was_final = state.mirror().site().retired.is_some();
    let (is_first, has_licence) = (asked.args.first_restore, !asked.licences.is_empty());
    refuse_contradictory(was_final, asked.args)?;
    small_runtime()?.block_on(async {
        let begun = new_life(&state, copied, asked, log_broken_at).await;
        let site = state.mirror().site();
        state.writer().stop().await;
        begun.map(|()| Begun { site, was_final, has_licence, is_first, log_broken_at })
    })
}

/// The settings in the backup need not be right by themselves, nor all there is: what is missing may stand in the
/// environment of the service. So every licence is taken for one that counted and may have lent seats.
fn settings(data: &DataDir) -> Result<Settings, Failure> {
    let wrong = match data.load_settings() {
        Ok(Ok(loaded)) => return Ok(with_every_licence(loaded.settings)),
        Ok(Err(wrong)) => wrong.to_string(),
        // A file that was named is missed, and one that the backup brought is not.
        Err(failure) if !data.config_file().starts_with(data.path()) => return Err(failure),
        Err(failure) => failure.report().map(ToString::to_string).unwrap_or_default(),
    };
    output::note(format!(
        "the settings are not right, and the restore used none of them: {wrong}; see `config check` before the \
         server is started"
    ));
    Ok(with_every_licence(Settings::default()))
}

fn with_every_licence(settings: Settings) -> Settings {
    Settings { test_licences: true, unbound_licences: true, ..settings }
}

/// A licence that came along and counts no more: what it lent since the backup is not held back.
fn tell_of_refused_licences(state: &AppState) -> Result<(), Failure> {
    let files = state.reader().licence_files().map_err(|error| store_failure(&error))?.len();
    let refused = files.saturating_sub(state.mirror().licences().iter().count());
    if refused > 0 {
        output::note(format!(
            "{refused} of the {files} licences in the backup are refused here, because they are damaged, their root key is \
             not trusted or the site's key is another one now: they grant nothing, and what they lent is held back only \
             where they are given again with --licence"
        ));
    }
    Ok(())
}

/// Where the log is broken, if that is all and the administrator said to cut it off.
fn refuse_unsound(found: &Soundness, args: &RestoreArgs) -> Result<Option<u64>, Failure> {
    let Some(flaw) = found.flaws().next() else { return Ok(None) };
    let broken = found.broken_log_alone().map(Broken::place);
    if args.cut_broken_log && broken.is_some() {
        return Ok(broken);
    }
    let sentence = format!("the store in the backup is not what was written: {flaw}");
    let help = if broken.is_some() {
        "take an older backup; or restore this one with --cut-broken-log, which goes on record, and keep it to find out why"
    } else {
        "take an older backup"
    };
    Err(Failure::coded(Code::Malformed, sentence).mend(help))
}

fn refuse_contradictory(was_final: bool, args: &RestoreArgs) -> Result<(), Failure> {
    if args.first_restore && !was_final {
        return Err(Failure::usage(
            "--first-restore is for final backups, and after this one the server went on",
        )
        .mend("leave it out: what may have been lent since is held back"));
    }
    if args.first_restore && !args.licences.is_empty() {
        return Err(Failure::usage(
            "--first-restore says that no server went on after the backup, and --licence that one did",
        )
        .mend("leave one of them out; a licence that lent no seat is installed afterwards"));
    }
    Ok(())
}

async fn new_life(
    state: &AppState,
    copied: &Copied,
    asked: &Asked<'_>,
    log_broken_at: Option<u64>,
) -> Result<(), Failure> {
    let by = Actor::Local;
    let before = state.mirror().site().position;
    // Before others are installed: one that came since may say that it was in force by then.
    let licence = state.mirror().in_force(copied.about.taken).map(|terms| terms.id);
    // The restore is the administrator's word: days may have passed since the backup.
    submit(state, Command::AcceptClock(by)).await?;
    let tag = u64::from_be_bytes(state.rng().bytes().map_err(no_random)?);
    let restore = Restore {
        epoch: before.epoch.next(state.now(), tag),
        taken: copied.about.taken,
        licence,
        since: Vec::new(),
        spare: Vec::new(),
        is_lossless: asked.args.first_restore,
        log_broken_at: None,
        by,
    };
    if state.mirror().site().retired.is_some() && !asked.licences.is_empty() {
        // A server that was retired installs no licence. So the life begins for that, and begins again below: what is
        // held back is known only when all of them are installed.
        submit(state, Command::Restore(restore.clone())).await?;
    }
    let since = install_all(state, &asked.licences).await?;
    let restore =
        Restore { since, spare: state.spare_ids().map_err(no_random)?, log_broken_at, ..restore };
    submit(state, Command::Restore(restore)).await?;
    match log_broken_at {
        Some(_) => cut_log(state, before, by).await,
        None => Ok(()),
    }
}

/// Installs what came since the backup, and tells which licences these are. Some of them may be in the backup.
async fn install_all(state: &AppState, files: &[Vec<u8>]) -> Result<Vec<LicenceId>, Failure> {
    let mut licences = Vec::new();
    for file in files {
        let call = AdminCall::post_file(paths::ADMIN_LICENCES, file.clone());
        // It was in force, whichever it replaced.
        let call = call.with("replace", Some(true));
        if let Installed::Licence(installed) = call.through(app(state.clone())).await? {
            licences.extend(LicenceId::parse(&installed.id));
        }
    }
    Ok(licences)
}

fn no_random(error: NoRandomBytes) -> Failure {
    Failure::usage(error.to_string())
}

/// Begins the log behind where it stood in the backup: what came before is not what was written, and the head that
/// it led to is signed in its place.
async fn cut_log(state: &AppState, before: LogPosition, by: Actor) -> Result<(), Failure> {
    let product = state.site().product.clone();
    let claims = CheckpointClaims { product, iat: state.now(), position: before };
    let checkpoint = state.minter().finish(&claims);
    let checkpoint = checkpoint.map_err(|error| Failure::usage(error.to_string()))?;
    let below = before.seq.saturating_add(1);
    submit(state, Command::PruneLog(PruneLog { below, checkpoint, by })).await
}

async fn submit(state: &AppState, command: Command) -> Result<(), Failure> {
    match state.submit(command).await {
        Ok(Outcome::Done) => Ok(()),
        Ok(other) => Err(Failure::usage(format!("the rules answered {other:?}"))),
        Err(error) => Err(Failure::usage(error.to_string()).mend("check the disk")),
    }
}
