//! `cargo xtask deny`

use crate::command;
use crate::failure::Failure;
use crate::need::cargo_deny;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    check(workspace, &["bans", "licenses", "sources"])
}

/// Runs the named checks of `deny.toml`.
pub(crate) fn check(workspace: &Workspace, checks: &[&str]) -> Result<(), Failure> {
    let mut deny = cargo_deny::command(workspace)?;
    // A warning is an entry of deny.toml that nothing needs any more.
    command::run(deny.args(["--workspace", "--locked", "check", "-D", "warnings"]).args(checks))
}
