//! When the packed commit was made: the one time that an archive may know.

use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// The checked-out commit's time.
pub(super) struct Commit {
    /// Seconds since 1970, which `SOURCE_DATE_EPOCH` asks for.
    pub(super) unix_secs: u64,
    /// The same as RFC 3339 writes it.
    pub(super) time: String,
}

impl Commit {
    pub(super) fn of(workspace: &Workspace) -> Result<Self, Failure> {
        let mut git = Command::new("git");
        git.current_dir(workspace.root()).env("TZ", "UTC");
        git.args(["log", "-1", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", "--format=%ct %cd"]);
        let output = command::output(&mut git)?;
        let parsed = output.trim().split_once(' ').and_then(|(secs, time)| {
            Some(Self { unix_secs: secs.parse().ok()?, time: time.to_owned() })
        });
        parsed.ok_or(Failure::UnexpectedOutput { tool: "git log", output })
    }
}
