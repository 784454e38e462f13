//! `cargo xtask book`

mod links;

use std::path::PathBuf;

use crate::command;
use crate::failure::Failure;
use crate::need::cargo_tool::CargoTool;
use crate::workspace::Workspace;

/// Without its own server, its watching of files and its plug-ins.
const MDBOOK: CargoTool =
    CargoTool { name: "mdbook", version: "0.5.4", says: "mdbook v", features: Some("search") };

/// Builds the book of `docs/`, and follows every link in it.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let mut mdbook = MDBOOK.command(workspace)?;
    let book = book(workspace);
    command::run(
        mdbook.arg("build").arg(workspace.root().join("docs")).arg("--dest-dir").arg(&book),
    )?;
    let followed = links::follow_all(&book)?;
    println!("{followed} links lead somewhere; the book is {}", book.join("index.html").display());
    Ok(())
}

fn book(workspace: &Workspace) -> PathBuf {
    workspace.target().join("book")
}
