//! `cargo xtask deny`

use crate::command;
use crate::failure::Failure;
use crate::need::cargo_tool::CargoTool;
use crate::workspace::Workspace;

const CARGO_DENY: CargoTool =
    CargoTool { name: "cargo-deny", version: "0.20.2", says: "cargo-deny ", features: None };

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    check(workspace, &["bans", "licenses", "sources"])
}

/// Runs the named checks of `deny.toml`.
pub(crate) fn check(workspace: &Workspace, checks: &[&str]) -> Result<(), Failure> {
    let mut deny = CARGO_DENY.command(workspace)?;
    // A warning is an entry of deny.toml that nothing needs any more.
    command::run(deny.args(["--workspace", "--locked", "check", "-D", "warnings"]).args(checks))
}
