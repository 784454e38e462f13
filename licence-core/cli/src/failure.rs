//! Why a command stopped: what to tell the user, how to mend it, and the exit status.

use std::fmt;

use licence_core::{Code, Exit, Part, Refusal};

use crate::printable::printable;

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
    /// What the process returns to the shell.
    pub exit: Exit,
    /// What happened.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
    /// The stable name of the refusal, for scripts.
    pub code: Option<Code>,
    /// Which link of the chain was refused.
    pub at: Option<Part>,
}

impl Failure {
    /// A failure with exit status 1: the command was typed wrongly, or a file, the terminal or the
    /// machine was in the way.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self(Kind::Told(Report {
            exit: Exit::Failed,
            message: message.into(),
            help: None,
            code: None,
            at: None,
        }))
    }

    /// A failure that has a code, with the exit status of that code and its way to mend it.
    #[must_use]
    pub fn coded(code: Code, message: impl Into<String>) -> Self {
        Self(Kind::Told(Report {
            exit: code.exit(),
            message: message.into(),
            help: Some(code.mend().to_owned()),
            code: Some(code),
            at: None,
        }))
    }

    /// A failure with code `malformed`, for what is not written as it should be. How to mend it
    /// depends on what it is.
    #[must_use]
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::coded(Code::Malformed, message)
    }

    /// The end that nobody needs to be told of: whoever read our output has closed it.
    #[must_use]
    pub fn reader_gone() -> Self {
        Self(Kind::ReaderGone)
    }

    /// Says how to mend it, in place of what the code says.
    #[must_use]
    pub fn mend(mut self, help: impl Into<String>) -> Self {
        if let Kind::Told(report) = &mut self.0 {
            report.help = Some(help.into());
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

/// What the verifier refused, in its own words.
impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let mut failure = Self::coded(refusal.code(), refusal.to_string());
        if let Kind::Told(report) = &mut failure.0 {
            report.at = Some(refusal.at);
        }
        failure
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
    use licence_core::{Code, Exit, Part, Reason, Refusal};

    use super::Failure;

    #[track_caller]
    fn shown(failure: &Failure) -> String {
        failure.report().unwrap().to_string()
    }

    #[test]
    fn help_stands_below_the_error() {
        let failure = Failure::usage("`a` is there already").mend("choose another name");
        assert_eq!(shown(&failure), "error: `a` is there already\n  help: choose another name");
    }

    #[test]
    fn a_code_brings_its_exit_status_and_its_help() {
        let failure = Failure::coded(Code::Expired, "it has ended");
        assert_eq!(shown(&failure), "error: it has ended\n  help: renew it");
        assert_eq!(failure.report().unwrap().exit, Exit::Refused);
        let failure = Failure::coded(Code::TooLarge, "it is large").mend("cut it");
        assert_eq!(shown(&failure), "error: it is large\n  help: cut it");
        assert_eq!(failure.report().unwrap().exit, Exit::Malformed);
    }

    #[test]
    fn a_refusal_says_where_in_the_chain_it_was_made() {
        let refusal = Refusal { at: Part::Issuer, reason: Reason::BadSignature };
        let failure = Failure::from(refusal.clone());
        let report = failure.report().unwrap();
        assert_eq!(report.at, Some(Part::Issuer));
        assert_eq!(report.code, Some(Code::BadSignature));
        assert_eq!(report.message, refusal.to_string());
    }

    #[test]
    fn input_inside_a_message_cannot_steer_the_terminal() {
        let failure = Failure::usage("`\x1b[2J` is no serial");
        assert_eq!(shown(&failure), "error: `\\u{1b}[2J` is no serial");
    }

    #[test]
    fn a_closed_reader_has_nothing_to_tell() {
        assert_eq!(Failure::reader_gone().mend("x").report(), None);
    }
}
