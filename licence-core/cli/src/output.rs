//! Results on standard output, as text or as JSON. Everything else goes to standard error.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;

use crate::failure::Failure;

/// For whom results and failures are written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Format {
    /// For a person.
    #[default]
    Text,
    /// For a script.
    Json,
}

impl Format {
    /// Writes a result: its text for a person, or its JSON for a script.
    ///
    /// # Errors
    /// If standard output cannot be written; a reader that hung up gives a silent failure.
    pub fn print<T: fmt::Display + Serialize>(self, result: &T) -> Result<(), Failure> {
        match self {
            Self::Text => print_bytes(result.to_string().as_bytes()),
            Self::Json => print_bytes(&Self::json(result)?),
        }
    }

    /// The JSON of a result, as [`print`](Self::print) writes it.
    ///
    /// # Errors
    /// If it has none.
    pub fn json(result: &impl Serialize) -> Result<Vec<u8>, Failure> {
        let mut line = serde_json::to_vec_pretty(result).map_err(|error| {
            Failure::usage(format!("the result cannot be written as JSON: {error}"))
        })?;
        line.push(b'\n');
        Ok(line)
    }
}

/// Writes bytes to standard output as they are.
///
/// # Errors
/// If standard output cannot be written; a reader that hung up gives a silent failure.
pub fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    write_all(&mut io::stdout().lock(), bytes)
}

/// Tells the user something that is not the result: on standard error, one line.
///
/// That nobody reads standard error is no reason to stop.
pub fn note(text: impl fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn write_all(stream: &mut impl Write, bytes: &[u8]) -> Result<(), Failure> {
    stream.write_all(bytes).and_then(|()| stream.flush()).map_err(|error| unwritten(&error))
}

fn unwritten(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Failure::reader_gone();
    }
    Failure::usage(format!("standard output cannot be written: {error}"))
        .mend("check where the output goes: the disk may be full")
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{Failure, Format, write_all};

    struct Broken(io::ErrorKind);

    impl io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_hung_up_is_no_error_to_tell() {
        let end = write_all(&mut Broken(io::ErrorKind::BrokenPipe), b"x");
        assert_eq!(end, Err(Failure::reader_gone()));
    }

    #[test]
    fn a_full_disk_is_told() {
        let failure = write_all(&mut Broken(io::ErrorKind::StorageFull), b"x").unwrap_err();
        assert!(failure.report().unwrap().message.starts_with("standard output cannot be written"));
    }

    #[test]
    fn json_ends_with_a_newline() {
        assert_eq!(Format::json(&[1]).unwrap(), b"[\n  1\n]\n");
    }
}
