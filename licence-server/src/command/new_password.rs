//! Where a command takes a person's password from: a file or a prompt, never the command line, which
//! every user of the machine can read.

use std::io::{self, IsTerminal as _};

use licence_cli::Failure;
use licence_cli::files::{self, ByteLimit, Source};
use licence_core::Text;
use zeroize::Zeroizing;

/// Bytes that are read of a password file: more than the longest password has, so that one which is
/// too long is seen to be.
const FILE_BYTES_MAX: usize = 4096;

/// The password of a person: the first line of a file, or what is typed twice on a terminal.
/// `flag` is the one that names the file.
pub(super) fn obtain(
    name: &Text,
    file: Option<&Source>,
    flag: &'static str,
) -> Result<Zeroizing<String>, Failure> {
    match file {
        Some(file) => first_line(file),
        None if io::stdin().is_terminal() => ask_twice(name),
        None => Err(Failure::usage("there is no terminal to ask for a password on")
            .mend(format!("give {flag} FILE"))),
    }
}

pub(super) fn first_line(file: &Source) -> Result<Zeroizing<String>, Failure> {
    let start = Zeroizing::new(files::read_start(file, ByteLimit(FILE_BYTES_MAX))?);
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).map_err(|_| {
        Failure::usage(format!("the first line of {file} is not text in UTF-8"))
            .mend("write the password as the first line of a text file")
    })?;
    if text.is_empty() {
        return Err(Failure::usage(format!("the first line of {file} is empty"))
            .mend("write the password as the first line of a text file"));
    }
    Ok(Zeroizing::new(text.to_owned()))
}

fn ask_twice(name: &Text) -> Result<Zeroizing<String>, Failure> {
    let first = ask(&format!("New password of {name}: "))?;
    if *first == *ask("The same once more: ")? {
        return Ok(first);
    }
    Err(Failure::usage("the two passwords are not the same").mend("try again"))
}

fn ask(question: &str) -> Result<Zeroizing<String>, Failure> {
    rpassword::prompt_password(question).map(Zeroizing::new).map_err(|error| {
        Failure::usage(format!("the password cannot be read from the terminal: {error}"))
            .mend("give the password in a file")
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_first_line_of_a_file_counts_without_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p");
        let read = |content: &[u8]| {
            fs::write(&path, content).unwrap();
            first_line(&path.as_path().into()).map(|line| line.to_string())
        };
        for content in ["four words of it", "four words of it\n", "four words of it\r\nmore"] {
            assert_eq!(read(content.as_bytes()).unwrap(), "four words of it");
        }
        assert!(read(b"").is_err());
        assert!(read(b"\nx").is_err());
        assert!(read(b"\xff").is_err());
    }
}
