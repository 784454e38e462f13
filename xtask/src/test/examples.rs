//! The examples: installed as their lock files say, built, and tested where a browser is not needed.
//!
//! Those that have a page are opened by the browser tests.

use std::path::Path;

use super::node;
use crate::command;
use crate::failure::Failure;
use crate::need::npm;
use crate::workspace::Workspace;

/// What npm installs for.
const PACKAGES: [&str; 3] = ["node-service", "react-admin", "react-vite"];

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let examples = workspace.examples();
    for name in PACKAGES {
        npm::provide(&examples.join(name))?;
    }
    build(&examples.join("react-admin"))?;
    node::run(&examples.join("node-service"), ".", |node| node)
}

fn build(folder: &Path) -> Result<(), Failure> {
    command::run(npm::npm(folder)?.args(["run", "build"]))
}
