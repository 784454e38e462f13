//! Tests in JavaScript, by the test runner that comes with Node.js.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::files;

/// A test that waits for what never comes fails by then.
const LONGEST: &str = "--test-timeout=1200000";

const ENDINGS: [&str; 2] = [".test.mjs", ".test.js"];

/// Runs every test file in a subfolder of an npm package, from that package's folder.
///
/// # Errors
/// [`Failure::NoTests`] where there is none: the runner itself would call that a success.
pub(crate) fn run(
    package: &Path,
    subfolder: &str,
    prepare: impl FnOnce(&mut Command) -> &mut Command,
) -> Result<(), Failure> {
    let folder = package.join(subfolder);
    let tests = tests_in(&folder)?;
    if tests.is_empty() {
        return Err(Failure::NoTests(folder));
    }
    // By name, because what the runner makes of a folder or a pattern differs between its versions.
    let mut node = Command::new("node");
    // One file after the other: two of them visit the one demonstration, and both count its seats.
    node.current_dir(package).args(["--test", "--test-concurrency=1", LONGEST]).args(tests);
    command::run(prepare(&mut node))
}

fn tests_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut tests = Vec::new();
    for path in files::entries(folder)? {
        if path.ends_with("node_modules") {
            continue;
        }
        if path.is_dir() {
            tests.extend(tests_in(&path)?);
        } else if is_test(&path) {
            tests.push(path);
        }
    }
    Ok(tests)
}

fn is_test(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn tests_are_found_in_subfolders_but_not_among_the_packages() {
        let place = tempfile::tempdir().unwrap();
        for folder in ["inner", "node_modules/other"] {
            fs::create_dir_all(place.path().join(folder)).unwrap();
            fs::write(place.path().join(folder).join("a.test.mjs"), "").unwrap();
            fs::write(place.path().join(folder).join("help.mjs"), "").unwrap();
        }
        assert_eq!(tests_in(place.path()).unwrap(), [place.path().join("inner/a.test.mjs")]);
    }

    #[test]
    fn a_folder_without_tests_is_a_failure() {
        let place = tempfile::tempdir().unwrap();
        let failure = run(place.path(), ".", |node| node).unwrap_err();
        assert!(matches!(failure, Failure::NoTests(_)));
    }
}
