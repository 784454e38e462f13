//! Running other programs.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::failure::Failure;
use crate::workspace::Workspace;

/// A cargo command at the root of the workspace.
pub(crate) fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(workspace.root());
    command
}

/// Runs a command to its end, shown first, with its output where ours goes.
///
/// # Errors
/// [`Failure::Start`], or [`Failure::Ended`] with any status but success.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    show(command);
    let status =
        command.stdin(Stdio::null()).status().map_err(|source| not_started(command, source))?;
    successful(command, status)
}

/// Runs a command to its end and returns what it wrote to standard output.
///
/// # Errors
/// As [`run`]; its standard error is not captured.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| not_started(command, source))?;
    successful(command, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a command can be started and succeeds; what it prints is nobody's business.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Starts a command, shown first, that goes on while we do.
pub(crate) fn start(command: &mut Command) -> Result<Child, Failure> {
    show(command);
    command.stdin(Stdio::null()).spawn().map_err(|source| not_started(command, source))
}

/// A program on the search path.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn successful(command: &Command, status: ExitStatus) -> Result<(), Failure> {
    if status.success() {
        return Ok(());
    }
    Err(Failure::Ended { program: in_words(command), status })
}

fn not_started(command: &Command, source: std::io::Error) -> Failure {
    Failure::Start { program: in_words(command), source }
}

fn show(command: &Command) {
    println!("$ {}", in_words(command));
}

/// The command as one would type it in its own folder.
fn in_words(command: &Command) -> String {
    let folder = command.get_current_dir();
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| quoted(&relative(word, folder)))
        .collect::<Vec<_>>()
        .join(" ")
}

fn relative(word: &OsStr, folder: Option<&Path>) -> String {
    let inside = folder.and_then(|folder| Path::new(word).strip_prefix(folder).ok());
    inside.map_or(word, Path::as_os_str).to_string_lossy().into_owned()
}

fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || c == '\'');
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_command_can_be_typed_in_its_folder() {
        let mut command = Command::new("/project/target/debug/licence-issuer");
        command.current_dir("/project").args(["issue", "--institute", "St John's College", ""]);
        assert_eq!(
            in_words(&command),
            r"target/debug/licence-issuer issue --institute 'St John'\''s College' ''"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_failing_command_is_named_with_its_status() {
        let failure = run(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(
            failure.to_string(),
            "`sh -c 'exit 3'` failed (exit status: 3); its own message is above"
        );
    }
}
