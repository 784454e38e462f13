//! `cargo xtask dist --reproduce`: the same commit in another place gives the same bytes.

use std::process::Command;

use super::Artefacts;
use super::programs::Build;
use crate::command::{self, cargo};
use crate::failure::Failure;
use crate::files;
use crate::workspace::Workspace;

/// Packs the checked-out commit in a fresh clone, and returns what became of each artefact there.
///
/// The clone's path is longer and its target folder is its own, so that a name of either that gets
/// into a program is found out. The compiler and the registry's sources are this machine's: another
/// machine needs the toolchain of `rust-toolchain.toml`, and the lock files name the rest.
pub(super) fn elsewhere(
    workspace: &Workspace,
    build: Build,
    artefacts: &Artefacts,
) -> Result<Artefacts, Failure> {
    let place = workspace.target().join("a-folder-of-another-name");
    files::fresh_folder(&place)?;
    let clone = place.join("clone");
    let mut git = Command::new("git");
    git.current_dir(workspace.root()).args(["clone", "--quiet", "."]);
    command::run(git.arg(&clone))?;
    let target = clone.join("target");
    let mut dist = cargo(workspace);
    dist.current_dir(&clone).env("CARGO_TARGET_DIR", &target);
    dist.args(["xtask", "dist"]);
    if matches!(build, Build::Quick) {
        dist.arg("--quick");
    }
    command::run(&mut dist)?;
    let folder = target.join(build.folder());
    let read = |name: &String| Ok((name.clone(), files::read(&folder.join(name))?));
    artefacts.keys().map(read).collect()
}
