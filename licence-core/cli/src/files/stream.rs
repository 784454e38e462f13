//! `-` on the command line: a file, or a standard stream.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// Where input comes from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Source {
    /// Standard input, typed as `-`.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// Where output goes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Sink {
    /// Standard output, typed as `-`.
    Stdout,
    /// A file, which must not be there yet.
    File(PathBuf),
}

/// As clap reads it: any name is allowed, also one that is not Unicode.
impl From<OsString> for Source {
    fn from(typed: OsString) -> Self {
        if is_dash(&typed) { Self::Stdin } else { Self::File(typed.into()) }
    }
}

/// As clap reads it: any name is allowed, also one that is not Unicode.
impl From<OsString> for Sink {
    fn from(typed: OsString) -> Self {
        if is_dash(&typed) { Self::Stdout } else { Self::File(typed.into()) }
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

/// As a message names it: a path in backticks.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => write!(f, "`{}`", path.display()),
        }
    }
}

/// As a message names it: a path in backticks.
impl fmt::Display for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("standard output"),
            Self::File(path) => write!(f, "`{}`", path.display()),
        }
    }
}

fn is_dash(typed: &OsStr) -> bool {
    typed == "-"
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{Sink, Source};

    #[test]
    fn a_dash_is_a_standard_stream_and_nothing_else_is() {
        assert_eq!(Source::from(OsString::from("-")), Source::Stdin);
        assert_eq!(Sink::from(OsString::from("-")), Sink::Stdout);
        assert_eq!(Source::from(OsString::from("./-")), Source::File("./-".into()));
        assert_eq!(Sink::from(OsString::from("--")), Sink::File("--".into()));
    }

    #[test]
    fn messages_put_a_path_in_backticks() {
        assert_eq!(Source::File("a b".into()).to_string(), "`a b`");
        assert_eq!(Sink::Stdout.to_string(), "standard output");
    }
}
