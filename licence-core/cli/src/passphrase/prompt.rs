//! Asking on the terminal.

use std::io::{self, IsTerminal};

use zeroize::Zeroizing;

use crate::failure::Failure;

/// Someone who can be asked for a secret.
pub(super) trait Prompt {
    /// Shows the question and returns the line that was typed, which was not shown.
    fn ask(&self, question: &str) -> Result<Zeroizing<String>, Failure>;
}

/// The terminal that this process runs on.
pub(super) struct Terminal(());

impl Terminal {
    /// The terminal, where standard input is one: a script that has one by chance is not left
    /// waiting for an answer that nobody types.
    pub(super) fn found() -> Option<Self> {
        io::stdin().is_terminal().then_some(Self(()))
    }
}

impl Prompt for Terminal {
    fn ask(&self, question: &str) -> Result<Zeroizing<String>, Failure> {
        rpassword::prompt_password(question).map(Zeroizing::new).map_err(|error| {
            Failure::usage(format!("the passphrase cannot be read from the terminal: {error}"))
                .mend("give --passphrase-file FILE")
        })
    }
}
