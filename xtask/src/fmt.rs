//! `cargo xtask fmt`

use crate::command::{cargo, run as run_command};
use crate::failure::Failure;
use crate::workspace::Workspace;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Changes nothing, and fails where something would have to change
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(options: &Options, workspace: &Workspace) -> Result<(), Failure> {
    let mut fmt = cargo(workspace);
    fmt.args(["fmt", "--all"]);
    if options.check {
        fmt.arg("--check");
    }
    run_command(&mut fmt)
}

/// Fails where a file is not formatted.
pub(crate) fn check(workspace: &Workspace) -> Result<(), Failure> {
    run(&Options { check: true }, workspace)
}
