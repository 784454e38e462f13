//! What a program leaves behind that is killed while it writes: found by its name, and deleted by the next that
//! writes something large beside it. For a small file nobody looks: a thousand are written into one folder.

use std::fs::{self, DirEntry, File};
use std::path::Path;

use super::write::folder_of;

/// How the name of everything begins that is in the making. Nothing else in a folder is ever deleted.
pub(super) const PREFIX: &str = ".licence-new-";

/// Random characters behind it.
const RANDOM_CHARS: usize = 6;

/// Deletes what was left beside a path by programs that were killed. Whatever stands in the way is met again, and
/// told, by whoever writes there.
pub fn sweep_beside(path: &Path) {
    let Ok(entries) = fs::read_dir(folder_of(path)) else { return };
    entries.flatten().filter(is_called_so).for_each(|entry| {
        let _ = delete_unless_claimed(&entry);
    });
}

/// Keeps a file or a folder from being taken for a leftover: until the handle is closed, which the end of the process
/// does at the latest. Says whether it is still there: it may have been taken for one a moment before.
pub(super) fn claim(made: &File, path: &Path) -> bool {
    // Where the file system knows no locks, none can be taken there by whoever sweeps, either.
    let _ = made.lock();
    path.exists()
}

fn is_called_so(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    random.is_some_and(|random| {
        random.len() == RANDOM_CHARS && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn delete_unless_claimed(entry: &DirEntry) -> std::io::Result<()> {
    let (kind, path) = (entry.file_type()?, entry.path());
    if !kind.is_file() && !kind.is_dir() {
        return Ok(());
    }
    let abandoned = File::open(&path)?;
    abandoned.try_lock()?;
    let deleted = if kind.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    // Not before: whoever has just made it waits for this lock, and then looks whether it is still there.
    drop(abandoned);
    deleted
}

#[cfg(test)]
mod tests {
    use super::super::{Access, StagedFile, StagedFolder};
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let names = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn what_a_killed_program_left_is_deleted_by_the_next_that_writes_there() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(".licence-new-a1B2c3")).unwrap();
        fs::write(dir.path().join(".licence-new-a1B2c3/site.key"), "half").unwrap();
        fs::write(dir.path().join(".licence-new-d4E5f6"), "half").unwrap();
        let staged = StagedFile::filled(&dir.path().join("f"), Access::Shared, |_| Ok(()));
        staged.unwrap().publish().unwrap();
        assert_eq!(names(dir.path()), ["f"]);
    }

    #[test]
    fn what_is_still_being_made_stays_and_so_does_what_is_somebodys() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("site");
        let file = StagedFile::beside(&target, b"x", Access::Private).unwrap();
        let folder = StagedFolder::beside(&dir.path().join("folder")).unwrap();
        for name in [".licence-new-", ".licence-new-notes.txt", ".new-abc123", ".licence-new-a.b.c"]
        {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let before = names(dir.path());
        sweep_beside(&target);
        assert_eq!(names(dir.path()), before);
        drop((file, folder));
    }

    /// Once the lock was given up before the file was deleted, and whoever had just made it took it for theirs.
    #[test]
    fn nothing_is_deleted_that_somebody_has_just_made() {
        let dir = tempfile::tempdir().unwrap();
        let write = &|number: usize| {
            let path = dir.path().join(number.to_string());
            StagedFile::filled(&path, Access::Shared, |_| Ok(())).unwrap().publish().unwrap();
        };
        std::thread::scope(|scope| {
            for thread in 0..4 {
                scope.spawn(move || (0..50).for_each(|number| write(thread * 50 + number)));
            }
        });
        assert_eq!(names(dir.path()).len(), 200);
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("mine")).unwrap();
        let link = dir.path().join(".licence-new-a1B2c3");
        std::os::unix::fs::symlink(dir.path().join("mine"), &link).unwrap();
        sweep_beside(&dir.path().join("f"));
        assert_eq!(names(dir.path()), [".licence-new-a1B2c3", "mine"]);
    }
}
