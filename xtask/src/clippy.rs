//! `cargo xtask clippy`

use crate::command::{cargo, run as run_command};
use crate::failure::Failure;
use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    // After `--`, not in RUSTFLAGS: flags there would rebuild every dependency for this step alone.
    let strict = ["--", "-D", "warnings"];
    run_command(cargo(workspace).args(["clippy", "--workspace", "--all-targets"]).args(strict))
}
