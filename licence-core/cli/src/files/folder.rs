//! A folder that appears complete or not at all.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::{Builder, TempDir};

use super::leftover;
use super::words::{failed, is_there};
use super::write::{folder_of, sync_folder, sync_folder_of};
use crate::failure::Failure;

/// A folder in the making, for its owner alone (0700 on Unix); it stands beside its final place and
/// is removed unless it is published.
#[derive(Debug)]
pub struct StagedFolder {
    made: TempDir,
    /// Whoever sweeps sees by it that somebody is still at work.
    _claim: Option<File>,
}

impl StagedFolder {
    /// Starts a folder that is to stand at `target`, where there is nothing or an empty folder.
    ///
    /// # Errors
    /// If there is something at `target`, or the folder cannot be made.
    pub fn beside(target: &Path) -> Result<Self, Failure> {
        refuse_occupied(target)?;
        leftover::sweep_beside(target);
        let mut builder = Builder::new();
        builder.prefix(leftover::PREFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(fs::Permissions::from_mode(0o700));
        }
        let cannot = |error| failed(target, "made", &error);
        loop {
            let made = builder.tempdir_in(folder_of(target)).map_err(cannot)?;
            // Not every system opens a folder as a file; there nothing is swept, either.
            let claim = File::open(made.path()).ok();
            if claim.as_ref().is_none_or(|claim| leftover::claim(claim, made.path())) {
                return Ok(Self { made, _claim: claim });
            }
        }
    }

    /// Where the files are to be put meanwhile.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.made.path()
    }

    /// Moves the folder into place. The files in it must be synced.
    ///
    /// # Errors
    /// If something has come to stand at `target` meanwhile, or it cannot be moved there.
    pub fn publish(self, target: &Path) -> Result<(), Failure> {
        sync_folder(self.path()).map_err(|error| failed(target, "synced to disk", &error))?;
        match fs::remove_dir(target) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed(target, "replaced", &error));
            }
            Ok(()) | Err(_) => {}
        }
        fs::rename(self.path(), target).map_err(|error| failed(target, "made", &error))?;
        // It has moved away: there is nothing left to remove.
        let _ = self.made.keep();
        sync_folder_of(target)
    }
}

/// Makes a folder, and those above it, unless it is there.
///
/// # Errors
/// If it cannot be made, or something else has its name.
pub fn create_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|error| {
        let is_taken = error.kind() == io::ErrorKind::AlreadyExists;
        if is_taken { is_there(path) } else { failed(path, "made", &error) }
    })
}

fn refuse_occupied(target: &Path) -> Result<(), Failure> {
    if target.file_name().is_none() {
        return Err(Failure::usage(format!("`{}` is no name for a new folder", target.display()))
            .mend("name a folder that is not there yet"));
    }
    let entries = match fs::read_dir(target) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Err(is_there(target)),
        Err(error) => return Err(failed(target, "read", &error)),
    };
    if entries.count() == 0 {
        return Ok(());
    }
    Err(Failure::usage(format!("`{}` is not empty", target.display()))
        .mend("name a folder that is empty or not there yet"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::StagedFolder;

    #[test]
    fn a_folder_appears_complete() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("vendor");
        let staged = StagedFolder::beside(&target).unwrap();
        fs::write(staged.path().join("a"), "1").unwrap();
        assert!(!target.exists());
        staged.publish(&target).unwrap();
        assert_eq!(fs::read_to_string(target.join("a")).unwrap(), "1");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_folder_that_is_given_up_leaves_no_trace() {
        let dir = tempfile::tempdir().unwrap();
        drop(StagedFolder::beside(&dir.path().join("vendor")).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn an_empty_folder_is_filled_and_any_other_refused() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("vendor");
        fs::create_dir(&target).unwrap();
        StagedFolder::beside(&target).unwrap().publish(&target).unwrap();
        fs::write(target.join("mine"), "").unwrap();
        let failure = StagedFolder::beside(&target).unwrap_err();
        assert!(failure.report().unwrap().message.ends_with("vendor` is not empty"));
    }

    #[test]
    fn what_came_meanwhile_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("vendor");
        let staged = StagedFolder::beside(&target).unwrap();
        fs::create_dir(&target).unwrap();
        fs::write(target.join("mine"), "").unwrap();
        staged.publish(&target).unwrap_err();
        assert!(target.join("mine").exists());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_path_without_a_name_is_refused() {
        for path in [".", "..", "/"] {
            let failure = StagedFolder::beside(path.as_ref()).unwrap_err();
            let message = &failure.report().unwrap().message;
            assert!(message.contains("is no name for a new folder"), "{path}: {message}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn the_folder_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("vendor");
        StagedFolder::beside(&target).unwrap().publish(&target).unwrap();
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
