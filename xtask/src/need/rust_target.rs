//! The standard library for what is not this machine.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// What the browser's module is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

pub(crate) fn provide(workspace: &Workspace, triple: &str) -> Result<(), Failure> {
    if is_installed(workspace, triple)? {
        return Ok(());
    }
    if command::find("rustup").is_none() {
        return Err(Failure::Missing {
            what: format!("Rust's standard library for `{triple}`"),
            mend: "install rustup, or the target by whatever installed rustc".to_owned(),
        });
    }
    // Of the toolchain that rust-toolchain.toml names, which is why it is asked for there.
    let mut rustup = Command::new("rustup");
    command::run(rustup.args(["target", "add", triple]).current_dir(workspace.root()))
}

fn is_installed(workspace: &Workspace, triple: &str) -> Result<bool, Failure> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", triple]).current_dir(workspace.root());
    Ok(Path::new(command::output(&mut rustc)?.trim()).is_dir())
}
