//! Writes that are whole or absent, whenever the power goes.
//!
//! A file is written beside its target, synced, moved into place, and its folder synced: before the
//! move a reader sees the old state, after it the new one, and what was reported as written
//! survives.

use std::fs::{File, Permissions};
use std::io::{self, Seek as _, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::leftover;
use super::words::{failed, is_there};
use crate::failure::Failure;

/// Who may read a file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Access {
    /// Whoever the user's umask allows.
    Shared,
    /// Its owner alone: 0600 on Unix, from the moment it exists.
    Private,
}

/// A new file whose bytes are on disk already and whose name is still to come.
///
/// What must be recorded before it is handed out is staged, recorded, published: a full disk or a
/// taken name shows before the record is made. Dropped instead, it leaves no trace.
#[derive(Debug)]
pub struct StagedFile {
    written: NamedTempFile,
    target: PathBuf,
}

impl StagedFile {
    /// Writes the bytes beside `target`, where nothing must be.
    ///
    /// # Errors
    /// If there is anything at `target`, or the bytes cannot be written.
    pub fn beside(target: &Path, bytes: &[u8], access: Access) -> Result<Self, Failure> {
        refuse_taken(target)?;
        Ok(Self { written: write_beside(target, bytes, access)?, target: target.to_owned() })
    }

    /// Has the bytes written piece by piece beside `target`, where nothing must be.
    ///
    /// # Errors
    /// If there is anything at `target`, and as `fill` fails.
    pub fn filled(
        target: &Path,
        access: Access,
        fill: impl FnOnce(&mut File) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        refuse_taken(target)?;
        let cannot = |error| failed(target, "written", &error);
        leftover::sweep_beside(target);
        let mut written = open_beside(target, access).map_err(cannot)?;
        fill(written.as_file_mut())?;
        written.as_file().sync_all().map_err(cannot)?;
        Ok(Self { written, target: target.to_owned() })
    }

    /// Where the bytes are meanwhile.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.written.path()
    }

    /// The file from its beginning, by the handle that claims it: some shares let nobody read what another handle
    /// has locked.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn reread(&self) -> Result<File, Failure> {
        let again = self.written.as_file().try_clone().and_then(|mut file| {
            file.rewind()?;
            Ok(file)
        });
        again.map_err(|error| failed(&self.target, "read", &error))
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// If something has come to stand there meanwhile, which stays as it is, or it cannot be named.
    pub fn publish(self) -> Result<(), Failure> {
        match self.written.persist_noclobber(&self.target) {
            Ok(_) => sync_folder_of(&self.target),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(is_there(&self.target))
            }
            Err(error) => Err(failed(&self.target, "written", &error.error)),
        }
    }

    /// Leaves it to a database to lock the file from here on, which could not open it otherwise.
    ///
    /// # Errors
    /// If the system refuses.
    pub fn unclaimed(self) -> Result<Self, Failure> {
        let freed = self.written.as_file().unlock();
        freed.map_err(|error| failed(&self.target, "written", &error)).map(|()| self)
    }

    /// Gives the file another name than it was made for, in place of whatever has it.
    ///
    /// # Errors
    /// If it cannot be named; what was there stays as it is.
    pub fn replace(self, path: &Path) -> Result<(), Failure> {
        self.written.persist(path).map_err(|error| failed(path, "written", &error.error))?;
        sync_folder_of(path)
    }
}

fn refuse_taken(target: &Path) -> Result<(), Failure> {
    // A link that leads nowhere is something, too.
    if target.symlink_metadata().is_ok() { Err(is_there(target)) } else { Ok(()) }
}

/// Writes a file that must not be there yet.
///
/// # Errors
/// If there is anything at `path`, which stays as it is, or if it cannot be written.
pub fn create(path: &Path, bytes: &[u8], access: Access) -> Result<(), Failure> {
    StagedFile::beside(path, bytes, access)?.publish()
}

/// Writes a file in place of the one that may be there.
///
/// # Errors
/// If it cannot be written; what was there stays as it is.
pub fn replace(path: &Path, bytes: &[u8], access: Access) -> Result<(), Failure> {
    let written = write_beside(path, bytes, access)?;
    written.persist(path).map_err(|error| failed(path, "written", &error.error))?;
    sync_folder_of(path)
}

fn write_beside(path: &Path, bytes: &[u8], access: Access) -> Result<NamedTempFile, Failure> {
    open_beside(path, access)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            Ok(file)
        })
        .map_err(|error| failed(path, "written", &error))
}

fn open_beside(path: &Path, access: Access) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(leftover::PREFIX);
    let permissions = permissions(access);
    if let Some(permissions) = permissions {
        builder.permissions(permissions);
    }
    loop {
        let file = builder.tempfile_in(folder_of(path))?;
        if leftover::claim(file.as_file(), file.path()) {
            return Ok(file);
        }
    }
}

/// The mode that the operating system is asked for, before it takes the umask away.
#[cfg(unix)]
fn permissions(access: Access) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(match access {
        Access::Shared => 0o666,
        Access::Private => 0o600,
    }))
}

/// Elsewhere a file inherits what its folder allows.
#[cfg(not(unix))]
fn permissions(_: Access) -> Option<Permissions> {
    None
}

pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Without this a file that was moved into place may be gone after a power failure.
pub(super) fn sync_folder_of(path: &Path) -> Result<(), Failure> {
    sync_folder(folder_of(path)).map_err(|error| failed(path, "synced to disk", &error))
}

#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened as a file; the file system journals the move.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Access, StagedFile, create, replace};

    #[test]
    fn a_file_that_is_there_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root.key");
        create(&path, b"first", Access::Private).unwrap();
        let failure = create(&path, b"second", Access::Private).unwrap_err();
        assert_eq!(
            failure.report().unwrap().to_string(),
            format!(
                "error: `{}` is there already\n  \
                 help: choose another name, or move it away: it is never overwritten",
                path.display()
            )
        );
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_name_taken_after_staging_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let staged = StagedFile::beside(&path, b"mine", Access::Shared).unwrap();
        fs::write(&path, "theirs").unwrap();
        staged.publish().unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn replacing_is_asked_for_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        replace(&path, b"first", Access::Shared).unwrap();
        replace(&path, b"second", Access::Shared).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
    }

    #[test]
    fn a_dangling_link_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("link");
        #[cfg(unix)]
        std::os::unix::fs::symlink(dir.path().join("elsewhere"), &link).unwrap();
        #[cfg(not(unix))]
        fs::write(&link, "").unwrap();
        create(&link, b"x", Access::Private).unwrap_err();
        assert!(!dir.path().join("elsewhere").exists());
    }

    #[test]
    #[cfg(unix)]
    fn a_private_file_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("k");
        create(&path, b"x", Access::Private).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_missing_folder_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let failure = create(&dir.path().join("no/f"), b"x", Access::Shared).unwrap_err();
        assert!(failure.report().unwrap().message.contains("no/f` cannot be written: there is no"));
    }
}
