//! Why a command stopped: what to tell the user, how to mend it, and the exit status.

use std::fmt;

use crate::printable::printable;

/// The exit statuses of both tools, other than 0 for success.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// 1: the command was typed wrongly, or a file, the terminal or the machine was in the way.
    Usage,
    /// 2: the input was understood and refused.
    Refused,
    /// 3: the input is not what it should be: damaged, too large, or of another kind.
    Malformed,
}

impl Status {
    /// The number that the process ends with.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Usage => 1,
            Self::Refused => 2,
            Self::Malformed => 3,
        }
    }
}

/// A command's end other than success.
///
/// `message` is one sentence in lower case without a full stop, with what the user gave in
/// backticks; `help` says how to mend it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure(Kind);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Kind {
    Told(Report),
    ReaderGone,
}

/// What is told about a failure.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    /// Which exit status the process ends with.
    pub status: Status,
    /// What happened.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// The stable name of the refusal, for scripts.
    pub code: Option<&'static str>,
}

impl Failure {
    /// A failure with exit status 1: usage, files, the machine.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, message)
    }

    /// A failure with exit status 2: understood and refused.
    #[must_use]
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Status::Refused, message)
    }

    /// A failure with exit status 3: the input is not what it should be.
    #[must_use]
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(Status::Malformed, message)
    }

    /// A failure with the given exit status.
    #[must_use]
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Self(Kind::Told(Report { status, message: message.into(), help: None, code: None }))
    }

    /// The end that nobody needs to be told of: whoever read our output has closed it.
    #[must_use]
    pub fn reader_gone() -> Self {
        Self(Kind::ReaderGone)
    }

    /// Adds how to mend it.
    #[must_use]
    pub fn mend(mut self, help: impl Into<String>) -> Self {
        if let Kind::Told(report) = &mut self.0 {
            report.help = Some(help.into());
        }
        self
    }

    /// Adds the stable name that scripts compare.
    #[must_use]
    pub fn code(mut self, code: &'static str) -> Self {
        if let Kind::Told(report) = &mut self.0 {
            report.code = Some(code);
        }
        self
    }

    /// What is to be told, if anything.
    #[must_use]
    pub fn report(&self) -> Option<&Report> {
        match &self.0 {
            Kind::Told(report) => Some(report),
            Kind::ReaderGone => None,
        }
    }
}

/// The lines for a person: `error: …`, and below it `  help: …`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", printable(&self.message))?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {}", printable(help)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, Status};

    #[track_caller]
    fn shown(failure: &Failure) -> String {
        failure.report().unwrap().to_string()
    }

    #[test]
    fn statuses_have_their_documented_numbers() {
        assert_eq!(
            [Status::Usage, Status::Refused, Status::Malformed].map(Status::number),
            [1, 2, 3]
        );
    }

    #[test]
    fn help_stands_below_the_error() {
        let failure = Failure::usage("`a` is there already").mend("choose another name");
        assert_eq!(shown(&failure), "error: `a` is there already\n  help: choose another name");
    }

    #[test]
    fn input_inside_a_message_cannot_steer_the_terminal() {
        let failure = Failure::malformed("`\x1b[2J` is no serial");
        assert_eq!(shown(&failure), "error: `\\u{1b}[2J` is no serial");
    }

    #[test]
    fn a_closed_reader_has_nothing_to_tell() {
        assert_eq!(Failure::reader_gone().mend("x").code("y").report(), None);
    }
}
