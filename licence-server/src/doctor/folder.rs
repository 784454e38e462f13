//! The disk of the data directory, and who may read what is there.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use licence_cli::Failure;

use super::{Check, Finding};
use crate::clock::Stopwatch;
use crate::data_dir::DataDir;

/// Bytes that the disk has to have left: some years of the audit log of a small institute.
const FREE_BYTES_MIN: u64 = 512 * 1024 * 1024;

/// Milliseconds that a commit may take to reach the disk. People wait for two or three of them.
const SYNC_MILLIS_MAX: u64 = 100;

/// What is written to measure that: a page of the store.
const PAGE: [u8; 4096] = [0; 4096];

/// The name of that file in the data directory; it is gone at once.
const PROBE: &str = "doctor.probe";

pub(super) fn checks(data: &DataDir) -> [Check; 3] {
    let dir = data.path();
    [
        Check::tried("disk space", free_bytes(dir).map(space)),
        Check::tried("disk speed", sync_millis(dir).map(speed)),
        Check::tried("permissions", permissions(dir)),
    ]
}

fn free_bytes(dir: &Path) -> Result<u64, Failure> {
    let disk = rustix::fs::statvfs(dir).map_err(|error| unreadable(dir, &error.into()))?;
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
    Ok(u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX))
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
    use crate::http::testing::World;

    #[test]
    fn a_disk_that_is_full_or_slow_is_found() {
        assert!(space(FREE_BYTES_MIN).is_well() && !space(FREE_BYTES_MIN - 1).is_well());
        assert!(speed(SYNC_MILLIS_MAX).is_well() && !speed(SYNC_MILLIS_MAX + 1).is_well());
    }

    #[test]
    fn a_real_directory_is_measured_and_nothing_is_left_in_it() {
        let world = World::new();
        let path = world.state.data().path();
        assert!(free_bytes(path).unwrap() > 0);
        sync_millis(path).unwrap();
        assert!(!path.join(PROBE).exists());
        assert!(sync_millis(&path.join("nowhere")).is_err());
    }

    #[test]
    fn a_key_that_others_may_read_is_found_by_its_name() {
        let world = World::new();
        let path = world.state.data().path();
        assert!(permissions(path).unwrap().is_well());
        fs::set_permissions(path.join("site.key"), fs::Permissions::from_mode(0o640)).unwrap();
        let Finding::Mend { remedy, .. } = permissions(path).unwrap() else { panic!("not found") };
        assert!(remedy.starts_with("take them away: chmod 600") && remedy.contains("site.key"));
    }
}
