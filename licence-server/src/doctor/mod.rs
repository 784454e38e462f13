//! Everything that goes wrong in institutes, looked at: what is found is told in a sentence, with how to mend it.
//!
//! The command and the page show the same findings in the same words, and both have them of the server, which
//! knows how it was started. Where there is no server to be had, its folder is looked at all the same: a disk
//! that is full is the reason more often than not.

mod backup;
mod certificate;
mod folder;
mod house;
mod webhook;

use licence_cli::Failure;

use crate::data_dir::DataDir;
use crate::state::AppState;

pub use certificate::Presented;

/// One thing that was looked at, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at, in a word or two.
    pub name: &'static str,
    /// What was found.
    pub finding: Finding,
}

/// What came of looking at one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// All is well.
    Well(String),
    /// There is something to mend, or it cannot be seen.
    Mend {
        /// What.
        sentence: String,
        /// How.
        remedy: String,
    },
}

impl Finding {
    /// There is something to mend.
    pub fn mend(sentence: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Mend { sentence: sentence.into(), remedy: remedy.into() }
    }

    /// What could not be looked at, for the reason that a command would give.
    #[must_use]
    pub fn unseen(failure: &Failure) -> Self {
        let report = failure.report();
        let sentence = report.map_or_else(String::new, |report| report.message.clone());
        let remedy = report.and_then(|report| report.help.clone());
        Self::mend(format!("it cannot be seen: {sentence}"), remedy.unwrap_or_default())
    }

    /// Whether nothing is to be mended.
    #[must_use]
    pub const fn is_well(&self) -> bool {
        matches!(self, Self::Well(_))
    }
}

impl Check {
    const fn new(name: &'static str, finding: Finding) -> Self {
        Self { name, finding }
    }

    fn tried(name: &'static str, found: Result<Finding, Failure>) -> Self {
        Self::new(name, found.unwrap_or_else(|failure| Finding::unseen(&failure)))
    }
}

/// Looks at everything. It writes to the disk to see how long that takes, so it is not for a thread that
/// answers requests.
#[must_use]
pub fn examine(state: &AppState) -> Vec<Check> {
    let mut checks = Vec::from(house::checks(state));
    checks.push(certificate::check(state));
    checks.push(webhook::check(state));
    checks.push(backup::check(state));
    checks.extend(backup::check_passphrase(state));
    checks.extend(folder::checks(state.data()));
    checks
}

/// Looks at what can be seen without a server.
#[must_use]
pub fn examine_folder(data: &DataDir, missing: &Failure) -> Vec<Check> {
    let mut checks = vec![Check::new("server", Finding::unseen(missing))];
    checks.extend(folder::checks(data));
    checks
}
