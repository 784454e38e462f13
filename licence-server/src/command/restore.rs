//! `restore`: a data directory of a backup. It begins a new life of the store, and nothing of it is seen
//! until all of it is there and was looked at.

use std::os::unix::net::UnixStream;
use std::path::Path;

use licence_cli::files::Source;
use licence_cli::{Facts, Failure, Format, output};
use licence_core::claims::Epoch;
use licence_core::{Code, Uuid};

use super::{small_runtime, system};
use crate::backup::{self, Copied, Piece};
use crate::cli::RestoreArgs;
use crate::config::Config;
use crate::data_dir::{self, DataDir, NewDataDir};
use crate::domain::{Actor, Command, Outcome, Restore, Site};
use crate::http::admin::CheckShown;
use crate::rng::NoRandomBytes;
use crate::state::{AppState, store_failure};
use crate::store::{RedbStore, StoreCopy};

const MINUTE_SECS: i64 = 60;
const HOUR_SECS: i64 = 3600;
const DAY_SECS: i64 = 86_400;

pub(super) fn run(args: &RestoreArgs, path: &Path, format: Format) -> Result<(), Failure> {
    data_dir::refuse_long(path)?;
    refuse_running(path)?;
    let new = NewDataDir::to_fill(path)?;
    let passphrase = args.passphrase.open(&Source::File(args.file.clone()))?;
    // Once to its end before anything is written, and once to write it.
    backup::read_through(&args.file, passphrase.secret(), |_| Ok(()))?;
    let (copied, store) = fill(&new, &args.file, passphrase.secret())?;
    let begun = begin(store, &new.dir(), &copied)?;
    new.keep_store_private()?;
    new.publish(path)?;
    format.print(&facts(path, &copied, &begun))?;
    output::note(advice(&copied, &begun));
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

/// What the site is after it.
struct Begun {
    site: Site,
    was_final: bool,
}

/// Looks at everything, and begins the new life.
fn begin(store: RedbStore, data: &DataDir, copied: &Copied) -> Result<Begun, Failure> {
    let settings = data.settings()?;
    let public = settings.public_origin(settings.listen.port());
    let state = AppState::over(store, data, Config::new(settings, public), system())?;
    let shown = CheckShown::of(state.reader(), state.site_key(), &state.site().product);
    if let Some(flaw) = shown.map_err(|error| store_failure(&error))?.flaws.first() {
        let sentence = format!("the store in the backup is not what was written: {flaw}");
        return Err(Failure::coded(Code::Malformed, sentence).mend("take an older backup"));
    }
    let was_final = state.mirror().site().retired.is_some();
    small_runtime()?.block_on(async {
        let restored = new_life(&state, copied).await;
        let site = state.mirror().site();
        state.writer().stop().await;
        restored.map(|()| Begun { site, was_final })
    })
}

async fn new_life(state: &AppState, copied: &Copied) -> Result<(), Failure> {
    let no_random = |error: NoRandomBytes| Failure::usage(error.to_string());
    let by = Actor::Local;
    // The restore is the administrator's word: days may have passed since the backup.
    submit(state, Command::AcceptClock(by)).await?;
    let now = state.now();
    let lent = state.mirror().in_force(now).and_then(|terms| terms.seats.borrow);
    let spare = (0..lent.map_or(0, |limits| limits.seats_max))
        .map(|_| state.rng().uuid(now))
        .collect::<Result<Vec<Uuid>, _>>()
        .map_err(no_random)?;
    let counter = state.mirror().site().position.epoch.counter.saturating_add(1);
    let tag = u64::from_be_bytes(state.rng().bytes().map_err(no_random)?);
    let epoch = Epoch { counter, tag };
    submit(state, Command::Restore(Restore { epoch, taken: copied.about.taken, spare, by })).await
}

async fn submit(state: &AppState, command: Command) -> Result<(), Failure> {
    match state.submit(command).await {
        Ok(Outcome::Done) => Ok(()),
        Ok(other) => Err(Failure::usage(format!("the rules answered {other:?}"))),
        Err(error) => Err(Failure::usage(error.to_string()).mend("check the disk")),
    }
}

fn facts(path: &Path, copied: &Copied, Begun { site, .. }: &Begun) -> Facts {
    Facts::new()
        .with_text("data", path.display())
        .with_text("product", &copied.about.product)
        .with_text("site_key", copied.about.site_key)
        .with_text("taken", copied.about.taken)
        .with_some("restored", site.restored.map(|at| at.to_string()))
        .with("lost_secs", lost_secs(copied, site))
        .with_text("epoch", site.position.epoch)
        .with("people", site.users)
        .with("borrowed_seats", site.borrowed)
}

fn lost_secs(copied: &Copied, site: &Site) -> i64 {
    site.restored.map_or(0, |at| at.since(copied.about.taken).max(0))
}

/// A span of time as people say it.
fn span(secs: i64) -> String {
    match secs {
        ..120 => format!("{secs} seconds"),
        120..7200 => format!("{} minutes", secs / MINUTE_SECS),
        7200..172_800 => format!("{} hours", secs / HOUR_SECS),
        _ => format!("{} days", secs / DAY_SECS),
    }
}

/// What the interval that is lost means.
fn advice(copied: &Copied, Begun { site, was_final }: &Begun) -> String {
    if *was_final {
        return "this was the final backup, so nothing is lost: start the server here, and delete the old \
                data directory".to_owned();
    }
    let (taken, lost) = (copied.about.taken, span(lost_secs(copied, site)));
    let mut advice = format!(
        "what happened after {taken} ({lost}) is lost: whoever signed in since signs in once more, and \
         accounts, passwords, roles, sign-outs and data are as they were then; go through what you changed. \
         Never start the old directory again"
    );
    if site.borrowed > 0 {
        advice.push_str(
            ". Seats that are lent, or may have been since, stay counted: `licence-server seat list` \
             shows them, and `seat write-off` frees one",
        );
    }
    advice
}

#[cfg(test)]
mod tests {
    use super::span;

    #[test]
    fn what_is_lost_is_told_as_people_say_it() {
        let told = [119, 120, 7199, 7200, 172_799, 172_800].map(span);
        assert_eq!(
            told,
            ["119 seconds", "2 minutes", "119 minutes", "2 hours", "47 hours", "2 days"]
        );
    }
}
