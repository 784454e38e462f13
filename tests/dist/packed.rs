//! The packed files, and running programs.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Where a variable that `cargo xtask dist --check` sets points to.
#[track_caller]
pub(crate) fn told(variable: &str) -> PathBuf {
    let path = env::var_os(variable);
    path.unwrap_or_else(|| panic!("`{variable}` is not set: run `cargo xtask dist --check`")).into()
}

/// The names of everything that was packed.
#[track_caller]
pub(crate) fn names() -> Vec<String> {
    let entries = fs::read_dir(told("LICENCE_DIST")).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The one packed file with such a name.
#[track_caller]
pub(crate) fn file(beginning: &str, ending: &str) -> PathBuf {
    let fits = |name: &String| name.starts_with(beginning) && name.ends_with(ending);
    let found: Vec<_> = names().into_iter().filter(fits).collect();
    assert_eq!(found.len(), 1, "{beginning}*{ending}: {found:?}");
    told("LICENCE_DIST").join(&found[0])
}

/// An unpacked archive.
pub(crate) struct Unpacked {
    _place: TempDir,
    pub(crate) folder: PathBuf,
}

impl Unpacked {
    #[track_caller]
    pub(crate) fn of(program: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let archive = file(&format!("{program}-"), ".tar.gz");
        run(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(place.path()));
        let name = archive.file_name().unwrap().to_str().unwrap();
        let folder = place.path().join(name.strip_suffix(".tar.gz").unwrap());
        Self { _place: place, folder }
    }
}

/// Runs a command to its end and expects it to succeed.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {}\n{printed}\n{errors}", output.status);
    printed
}

/// A command as root: some things nobody else may try.
pub(crate) fn as_root(program: impl AsRef<OsStr>) -> Command {
    let is_root = run(Command::new("id").arg("-u")).trim() == "0";
    let mut words = if is_root { vec![] } else { vec![OsStr::new("sudo"), OsStr::new("-n")] };
    words.push(program.as_ref());
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

/// A file of the project.
pub(crate) fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().and_then(Path::parent).unwrap().join(path)
}
