//! The standard library for WebAssembly.

use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// What the browser's module is compiled for.
pub(crate) const TRIPLE: &str = "wasm32-unknown-unknown";

pub(crate) fn provide(workspace: &Workspace) -> Result<(), Failure> {
    if is_installed(workspace)? {
        return Ok(());
    }
    if command::find("rustup").is_none() {
        return Err(Failure::Missing {
            what: format!("Rust's standard library for `{TRIPLE}`"),
            mend: "install rustup, or the target by whatever installed rustc".to_owned(),
        });
    }
    // Without arguments it installs what rust-toolchain.toml names, targets included.
    command::run(
        Command::new("rustup").args(["toolchain", "install"]).current_dir(workspace.root()),
    )
}

fn is_installed(workspace: &Workspace) -> Result<bool, Failure> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", TRIPLE]).current_dir(workspace.root());
    Ok(Path::new(command::output(&mut rustc)?.trim()).is_dir())
}
