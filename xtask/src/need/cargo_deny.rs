//! cargo-deny, which no crate of ours depends on and Cargo.lock therefore does not pin.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::workspace::Workspace;

const VERSION: &str = "0.20.2";

/// The pinned cargo-deny at the root of the workspace, installed if that version is not there.
pub(crate) fn command(workspace: &Workspace) -> Result<Command, Failure> {
    let tools = workspace.target().join("tools");
    let program = tools.join("bin").join(format!("cargo-deny{}", env::consts::EXE_SUFFIX));
    if !is_pinned(&program) {
        install(workspace, &tools)?;
    }
    let mut deny = Command::new(program);
    deny.current_dir(workspace.root());
    Ok(deny)
}

fn is_pinned(program: &Path) -> bool {
    program.is_file()
        && command::output(Command::new(program).arg("--version"))
            .is_ok_and(|version| version.trim() == format!("cargo-deny {VERSION}"))
}

fn install(workspace: &Workspace, tools: &Path) -> Result<(), Failure> {
    let mut install = command::cargo(workspace);
    install.args(["install", "--locked", "--root"]).arg(tools);
    // Its release profile optimises the whole program at once, for a check that takes a second
    // either way.
    install.args(["--profile", "dev"]).env("CARGO_PROFILE_DEV_DEBUG", "false");
    command::run(install.arg(format!("cargo-deny@{VERSION}")))
}
