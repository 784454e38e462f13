//! The examples: installed as their lock files say, built, and tested where a browser is not needed.
//!
//! Those that have a page are opened by the browser tests.

use std::path::Path;
use std::process::Command;

use super::{PROGRAMS, node};
use crate::command;
use crate::failure::Failure;
use crate::need::npm;
use crate::need::python::Environment;
use crate::workspace::Workspace;

/// What npm installs for.
const PACKAGES: [&str; 3] = ["node-service", "react-admin", "react-vite"];

/// Builds and tests them; those that need a seat server are told where the programs are.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let examples = workspace.examples();
    for name in PACKAGES {
        npm::provide(&examples.join(name))?;
    }
    build(&examples.join("react-admin"))?;
    node::run(&examples.join("node-service"), ".", |node| node)?;
    fastapi(workspace, &examples.join("fastapi"))
}

/// An API in Python, with an environment of its own.
fn fastapi(workspace: &Workspace, folder: &Path) -> Result<(), Failure> {
    let requirements = folder.join("requirements.txt");
    let environment = Environment { requirements, folder: workspace.target().join("fastapi") };
    let mut tests = Command::new(environment.provide()?);
    tests.current_dir(folder).args(["-m", "unittest", "--verbose"]);
    command::run(tests.env(PROGRAMS, workspace.binaries()))
}

fn build(folder: &Path) -> Result<(), Failure> {
    command::run(npm::npm(folder)?.args(["run", "build"]))
}
