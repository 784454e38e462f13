//! A small Debian in a folder, to install packages in.

use std::fs;
use std::path::PathBuf;

use super::debian;
use crate::command;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// Tells the tests where it is; they work on copies.
pub(crate) const VARIABLE: &str = "LICENCE_DEBIAN_ROOT";

/// The release that packages are tried on; static programs run on others as well.
const RELEASE: &str = "bookworm";

/// Programs that hosts have and containers lack: they make the folder, or watch what runs in it.
const TOOLS: [(&str, &str); 3] =
    [("debootstrap", "debootstrap"), ("systemd-analyze", "systemd"), ("strace", "strace")];

/// The folder, filled from Debian's archive if that was not done yet.
pub(crate) fn provide(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let missing = TOOLS.into_iter().filter(|(program, _)| command::find(program).is_none());
    let missing: Vec<_> = missing.map(|(_, package)| package).collect();
    if !missing.is_empty() {
        debian::install(&missing)?;
    }
    let folder = workspace.target().join("debian-root");
    // Written last: a folder that was filled in part has none. Beside it, because the folder is root's.
    let is_filled = workspace.target().join("debian-root.filled");
    if is_filled.exists() {
        println!("{} is a Debian", folder.display());
        return Ok(folder);
    }
    command::run(debian::as_root("rm")?.args(["-rf", "--"]).arg(&folder))?;
    let mut debootstrap = debian::as_root("debootstrap")?;
    command::run(debootstrap.args(["--variant=minbase", RELEASE]).arg(&folder))?;
    fs::write(&is_filled, RELEASE).map_err(Failure::file("write", &is_filled))?;
    Ok(folder)
}
