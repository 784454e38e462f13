//! `cargo xtask bench`
//!
//! Each section measures one thing beside what limits it and beside what people use instead, in one
//! run on one machine, because only the ratios mean anything elsewhere.

mod effort;
mod instructions;
mod interleave;
mod lock_file;
mod machine;
mod peer;
mod report;
mod statistics;
mod verify;

use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::files;
use crate::step::Steps;
use crate::workspace::Workspace;
use effort::Effort;
use machine::Machine;
use report::Report;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Takes a short look, and leaves docs/PERFORMANCE.md as it is
    #[arg(long)]
    quick: bool,
}

pub(crate) fn run(
    options: &Options,
    workspace: &Workspace,
    steps: &mut Steps,
) -> Result<(), Failure> {
    let effort = if options.quick { Effort::QUICK } else { Effort::FULL };
    files::fresh_folder(&folder(workspace))?;
    steps.take("peers", || verify::build(workspace))?;
    let machine = Machine::look()?;
    let sections = vec![steps.take("verify", || verify::measure(workspace, &effort))?];
    let report = Report { machine, effort, sections }.to_string();
    println!("\n{report}");
    if !options.quick {
        let document = workspace.root().join("docs/PERFORMANCE.md");
        fs::write(&document, report).map_err(Failure::file("write", &document))?;
    }
    Ok(())
}

/// What a measurement needs on disk.
fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target().join("bench")
}
