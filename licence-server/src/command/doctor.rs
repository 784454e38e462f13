//! `doctor`: looks at everything that goes wrong in institutes, and says how to mend it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use licence_cli::table::Align;
use licence_cli::{Facts, Failure, Format};

use super::admin_call::AdminCall;
use super::said::{Listing, time};
use crate::clock::Stopwatch;
use crate::config::{Origin, Transport};
use crate::data_dir::DataDir;
use crate::http::admin::{ClockShown, LicenceRow, Page};
use crate::http::paths;

/// Days before the licence's end from which on a renewal is asked for: mail and signatures take weeks.
const LICENCE_DAYS: i64 = 30;

const DAY_SECS: i64 = 86_400;

/// Bytes that the disk has to have left: some years of the audit log of a small institute.
const FREE_BYTES_MIN: u64 = 512 * 1024 * 1024;

/// Milliseconds that a commit may take to reach the disk. People wait for two or three of them.
const SYNC_MILLIS_MAX: u64 = 100;

/// What is written to measure that: a page of the store.
const PAGE: [u8; 4096] = [0; 4096];

/// The name of that file in the data directory; it is gone at once.
const PROBE: &str = "doctor.probe";

/// What came of looking at one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Finding {
    /// All is well.
    Well(String),
    /// There is something to mend, or it cannot be seen.
    Mend { sentence: String, remedy: String },
}

impl Finding {
    fn mend(sentence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Mend { sentence: sentence.into(), remedy: remedy.into() }
    }

    /// What could not be looked at, for the reason that a command would give.
    fn unseen(failure: &Failure) -> Self {
        let report = failure.report();
        let sentence = report.map_or_else(String::new, |report| report.message.clone());
        let remedy = report.and_then(|report| report.help.clone());
        Self::mend(format!("it cannot be seen: {sentence}"), remedy.unwrap_or_default())
    }

    fn remedy(&self) -> Option<&str> {
        match self {
            Self::Well(_) => None,
            Self::Mend { remedy, .. } => Some(remedy),
        }
    }

    fn row(self, name: &'static str) -> Facts {
        let (state, sentence, remedy) = match self {
            Self::Well(sentence) => ("well", sentence, None),
            Self::Mend { sentence, remedy } => ("mend", sentence, Some(remedy)),
        };
        Facts::new()
            .with("check", name)
            .with("state", state)
            .with("sentence", sentence)
            .with_some("remedy", remedy)
    }
}

/// Looks at everything, and fails where there is something to mend.
pub(super) fn run(data: &DataDir, format: Format) -> Result<(), Failure> {
    let findings = [
        ("address", or_unseen(data.settings().map(|settings| address(settings.public_url)))),
        ("clock", or_unseen(AdminCall::get(paths::ADMIN_CLOCK).send(data).map(|it| clock(&it)))),
        ("licence", or_unseen(look_at_licence(data))),
        ("disk space", or_unseen(free_bytes(data).map(space))),
        ("disk speed", or_unseen(sync_millis(data.path()).map(speed))),
        ("permissions", or_unseen(permissions(data.path()))),
    ];
    let all = findings.len();
    let ill = findings.iter().filter(|(_, it)| matches!(it, Finding::Mend { .. })).count();
    let columns = [("check", Align::Left), ("state", Align::Left), ("sentence", Align::Left)];
    let remedies: Vec<_> = findings
        .iter()
        .filter_map(|(name, it)| Some(format!("{name}: {}", it.remedy()?)))
        .collect();
    let rows = findings.into_iter().map(|(name, finding)| finding.row(name)).collect();
    let said = Listing::new(columns, rows).said()?;
    said.noting((ill > 0).then(|| remedies.join("\n"))).print(format)?;
    if ill == 0 {
        return Ok(());
    }
    Err(Failure::usage(format!("{ill} of {all} checks want mending"))
        .mend("do what stands beside each of them, then run `licence-server doctor` again"))
}

fn or_unseen(found: Result<Finding, Failure>) -> Finding {
    found.unwrap_or_else(|failure| Finding::unseen(&failure))
}

/// Where browsers find the server, as far as it is configured.
fn address(public: Option<Origin>) -> Finding {
    let Some(public) = public else {
        return Finding::Well("no address on a network is configured".to_owned());
    };
    match public.transport() {
        Transport::Tls => Finding::Well(format!("browsers reach the server by TLS at {public}")),
        Transport::Loopback => Finding::Well(format!("{public} does not leave this machine")),
        Transport::Plain => Finding::mend(
            format!("passwords and cookies cross the network in the clear to {public}"),
            "serve with --tls-self or --tls-cert, or behind a proxy that speaks TLS, and make \
             `public_url` begin with https",
        ),
    }
}

fn clock(clock: &ClockShown) -> Finding {
    let (now, wall) = (time(clock.now), time(clock.wall));
    match clock.state.as_str() {
        "sound" => Finding::Well(format!("the clock is sound: {now}")),
        "behind" => Finding::mend(
            format!("this machine's clock says {wall}, which is before a time that was trusted"),
            "set the clock right, or where it is right, `licence-server clock reset --reason TEXT`",
        ),
        _ => Finding::mend(
            format!("this machine's clock says {wall}, far ahead of {now}, and is not believed"),
            "set the clock right, or where it is right, `licence-server clock accept`",
        ),
    }
}

fn look_at_licence(data: &DataDir) -> Result<Finding, Failure> {
    let licences: Page<LicenceRow> = AdminCall::get(paths::ADMIN_LICENCES).send(data)?;
    let clock: ClockShown = AdminCall::get(paths::ADMIN_CLOCK).send(data)?;
    Ok(licence(&licences.items, clock.now))
}

fn licence(licences: &[LicenceRow], now: i64) -> Finding {
    let of_state = |state: &str| licences.iter().rfind(|row| row.state == state);
    let Some(in_force) = of_state("in_force") else {
        return match licences.last() {
            Some(last) => Finding::mend(
                format!("no licence is in force: the last one is {}", last.state),
                "ask the vendor for a renewal, then `licence-server licence install FILE`",
            ),
            None => Finding::mend(
                "no licence is installed",
                "`licence-server request --institute NAME`, and install what the vendor sends",
            ),
        };
    };
    let Some(end) = in_force.ends_at else {
        return Finding::Well("the licence has no end".to_owned());
    };
    let days = (end - now) / DAY_SECS;
    let is_renewed = of_state("staged").is_some_and(|next| next.starts_at <= end);
    if days > LICENCE_DAYS || is_renewed {
        return Finding::Well(format!("the licence has {days} days left, until {}", time(end)));
    }
    Finding::mend(
        format!("the licence ends in {days} days, on {}", time(end)),
        "ask the vendor for a renewal, then `licence-server licence install FILE`",
    )
}

fn free_bytes(data: &DataDir) -> Result<u64, Failure> {
    let disk = rustix::fs::statvfs(data.path());
    let disk = disk.map_err(|error| unreadable(data.path(), &error.into()))?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn space(free: u64) -> Finding {
    let mebibytes = free / (1024 * 1024);
    if free >= FREE_BYTES_MIN {
        return Finding::Well(format!("{mebibytes} MiB are free"));
    }
    Finding::mend(
        format!("only {mebibytes} MiB are free, and a server without room stops"),
        "make room on the disk of the data directory, or `licence-server audit prune`",
    )
}

/// How long a page takes to reach the disk, as a commit does.
fn sync_millis(dir: &Path) -> Result<u64, Failure> {
    let path = dir.join(PROBE);
    let written = write_probe(&path);
    // Where it cannot be taken away, it could not be made either.
    let _ = fs::remove_file(&path);
    written.map_err(|error| {
        Failure::usage(format!("`{}` cannot be written: {error}", path.display()))
            .mend("run this as the user that the server runs as, and make room on the disk")
    })
}

fn write_probe(path: &Path) -> io::Result<u64> {
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(&PAGE)?;
    let watch = Stopwatch::start();
    file.sync_all()?;
    Ok(watch.millis())
}

fn speed(millis: u64) -> Finding {
    if millis <= SYNC_MILLIS_MAX {
        return Finding::Well(format!("what is written is on the disk after {millis} ms"));
    }
    Finding::mend(
        format!(
            "what is written is on the disk only after {millis} ms, and every sign-in waits for it"
        ),
        "put the data directory on a local disk, best a solid-state one",
    )
}

/// Who but the owner may read what only the server is to read.
fn permissions(dir: &Path) -> Result<Finding, Failure> {
    let mut open = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| unreadable(dir, &error))? {
        let path = entry.map_err(|error| unreadable(dir, &error))?.path();
        let is_secret = path.extension().is_some_and(|kind| kind == "key" || kind == "redb");
        let metadata = fs::metadata(&path).map_err(|error| unreadable(&path, &error));
        if is_secret && metadata?.permissions().mode() & 0o077 != 0 {
            open.push(format!("'{}'", path.display()));
        }
    }
    if open.is_empty() {
        return Ok(Finding::Well("only the owner reads the keys and the store".to_owned()));
    }
    open.sort_unstable();
    let files = open.join(" ");
    Ok(Finding::mend(
        format!("others than the owner have rights to {files}"),
        format!("take them away: chmod 600 {files}"),
    ))
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("`{}` cannot be read: {error}", path.display()))
        .mend("run this as the user that the server runs as")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::tests::data_dir;

    fn is_well(finding: &Finding) -> bool {
        matches!(finding, Finding::Well(_))
    }

    #[test]
    fn plain_http_on_a_network_is_found_and_on_this_machine_is_none() {
        let of = |url: &str| address(Some(url.parse().unwrap()));
        assert!(!is_well(&of("http://192.168.1.5:8080")));
        assert!(is_well(&of("http://localhost:8080")) && is_well(&of("https://seats.example.org")));
        assert!(is_well(&address(None)));
    }

    #[test]
    fn a_clock_that_is_not_believed_is_found_with_its_remedy() {
        let shown = |state: &str| ClockShown {
            now: 1_800_000_000,
            wall: 1_900_000_000,
            mark: 1_800_000_000,
            state: state.to_owned(),
            disputed_since: None,
        };
        assert!(is_well(&clock(&shown("sound"))));
        for (state, verb) in [("behind", "clock reset"), ("disputed", "clock accept")] {
            let Finding::Mend { remedy, .. } = clock(&shown(state)) else { panic!("{state}") };
            assert!(remedy.contains(verb), "{remedy}");
        }
    }

    #[test]
    fn a_licence_that_ends_soon_is_found_until_its_renewal_is_installed() {
        let row = |state: &str, starts_at, ends_at| LicenceRow {
            id: String::new(),
            serial: String::new(),
            revision: 1,
            seats: 1,
            starts_at,
            ends_at,
            state: state.to_owned(),
        };
        let days = |days: i64| Some(days * DAY_SECS);
        assert!(!is_well(&licence(&[], 0)));
        assert!(!is_well(&licence(&[row("expired", 0, days(-1))], 0)));
        assert!(is_well(&licence(&[row("in_force", 0, None)], 0)));
        assert!(is_well(&licence(&[row("in_force", 0, days(31))], 0)));
        let last_month = row("in_force", 0, days(30));
        assert!(!is_well(&licence(std::slice::from_ref(&last_month), 0)));
        let renewal = row("staged", 30 * DAY_SECS, days(395));
        assert!(is_well(&licence(&[last_month, renewal], 0)));
    }

    #[test]
    fn a_disk_that_is_full_or_slow_is_found() {
        assert!(is_well(&space(FREE_BYTES_MIN)) && !is_well(&space(FREE_BYTES_MIN - 1)));
        assert!(is_well(&speed(SYNC_MILLIS_MAX)) && !is_well(&speed(SYNC_MILLIS_MAX + 1)));
    }

    #[test]
    fn a_real_directory_is_measured_and_nothing_is_left_in_it() {
        let (_folder, path, data) = data_dir();
        assert!(free_bytes(&data).unwrap() > 0);
        sync_millis(&path).unwrap();
        assert!(!path.join(PROBE).exists());
        assert!(sync_millis(&path.join("nowhere")).is_err());
    }

    #[test]
    fn a_key_that_others_may_read_is_found_by_its_name() {
        let (_folder, path, _data) = data_dir();
        assert!(is_well(&permissions(&path).unwrap()));
        fs::set_permissions(path.join("site.key"), fs::Permissions::from_mode(0o640)).unwrap();
        let Finding::Mend { remedy, .. } = permissions(&path).unwrap() else { panic!("not found") };
        assert!(remedy.starts_with("take them away: chmod 600") && remedy.contains("site.key"));
    }

    #[test]
    fn a_directory_without_a_licence_wants_mending() {
        let (_folder, _path, data) = data_dir();
        let failed = run(&data, Format::Text).unwrap_err();
        assert!(failed.report().unwrap().message.ends_with("of 6 checks want mending"));
    }
}
