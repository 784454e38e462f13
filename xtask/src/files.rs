//! Files and folders.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Makes a folder, empty even if it was there.
pub(crate) fn fresh_folder(path: &Path) -> Result<(), Failure> {
    if path.exists() {
        fs::remove_dir_all(path).map_err(Failure::file("remove", path))?;
    }
    fs::create_dir_all(path).map_err(Failure::file("make", path))
}

/// Copies a folder with everything in it, over what is there.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to).map_err(Failure::file("make", to))?;
    for source in entries(from)? {
        let Some(name) = source.file_name() else { continue };
        let destination = to.join(name);
        if source.is_dir() {
            copy_folder(&source, &destination)?;
        } else {
            fs::copy(&source, &destination).map_err(Failure::file("copy", &source))?;
        }
    }
    Ok(())
}

/// All of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(Failure::file("read", path))
}

/// What a folder holds, by name.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = || Failure::file("read", folder);
    let mut paths = fs::read_dir(folder)
        .map_err(unreadable())?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(unreadable())?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_folder_keeps_nothing_and_a_copy_misses_nothing() {
        let place = tempfile::tempdir().unwrap();
        let (from, to) = (place.path().join("from"), place.path().join("to"));
        fs::create_dir_all(from.join("inner")).unwrap();
        fs::write(from.join("inner/file"), "text").unwrap();
        fs::create_dir(&to).unwrap();
        fs::write(to.join("old"), "").unwrap();

        fresh_folder(&to).unwrap();
        copy_folder(&from, &to).unwrap();

        assert_eq!(entries(&to).unwrap(), [to.join("inner")]);
        assert_eq!(fs::read_to_string(to.join("inner/file")).unwrap(), "text");
    }
}
