//! `cargo xtask vectors`

use crate::command::{cargo, run as run_command};
use crate::failure::Failure;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    run_command(cargo(workspace).args(["run", "--package", "licence-tests", "--bin", "vectors"]))
}
