//! Packages of the npm registry.

use std::path::Path;
use std::process::Command;

use super::stamp::Stamp;
use crate::command;
use crate::failure::Failure;

/// Installs what a folder's `package-lock.json` lists, unless exactly that is there.
pub(crate) fn provide(folder: &Path) -> Result<(), Failure> {
    let installed = folder.join("node_modules/.installed-package-lock.json");
    let stamp = Stamp::new(folder.join("package-lock.json"), installed);
    if stamp.is_current() {
        println!("node_modules is as package-lock.json wants it");
        return Ok(());
    }
    command::run(npm(folder)?.args(["ci", "--no-audit", "--no-fund"]))?;
    stamp.set()
}

/// An npm command in a folder.
pub(crate) fn npm(folder: &Path) -> Result<Command, Failure> {
    if command::find("npm").is_none() {
        return Err(Failure::Missing {
            what: "`npm`".to_owned(),
            mend: "install Node.js 20 or later, which brings it".to_owned(),
        });
    }
    let mut npm = Command::new("npm");
    npm.current_dir(folder);
    Ok(npm)
}
