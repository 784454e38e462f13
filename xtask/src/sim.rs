//! `cargo xtask sim`

use clap::Args;

use crate::command::{self, cargo};
use crate::failure::Failure;
use crate::workspace::Workspace;

/// What the simulator is to draw, and how long.
#[derive(Args)]
pub(crate) struct Options {
    /// Steps; `cargo xtask test` takes a million
    #[arg(long, default_value_t = 10_000_000)]
    steps: u64,
    /// Which lives are drawn; a failing seed replays exactly
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(crate) fn run(options: &Options, workspace: &Workspace) -> Result<(), Failure> {
    let mut test = cargo(workspace);
    test.args(["test", "--package", "licence-tests", "--test", "sim", "--"])
        .args(["--nocapture", "every_promise_holds_for_a_million_steps"])
        .env("LICENCE_SIM_STEPS", options.steps.to_string())
        .env("LICENCE_SIM_SEED", options.seed.to_string());
    command::run(&mut test)
}
