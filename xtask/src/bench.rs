//! `cargo xtask bench`
//!
//! Each section measures one thing beside what limits it and beside what people use instead, in one
//! run on one machine, because only the ratios mean anything elsewhere.

mod aim;
mod document;
mod effort;
mod home_made;
mod instructions;
mod interleave;
mod load;
mod lock_file;
mod machine;
mod peer;
mod pinned;
mod process;
mod report;
mod running;
mod server;
mod site;
mod statistics;
mod store;
mod verify;
mod wasm;

use std::path::PathBuf;
use std::{fs, io};

use clap::ValueEnum;

use crate::failure::Failure;
use crate::files;
use crate::step::Steps;
use crate::workspace::Workspace;
use effort::Effort;
use machine::Machine;
use report::Measured;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Takes a short look, and leaves docs/PERFORMANCE.md as it is
    #[arg(long)]
    quick: bool,
    /// Measures this section, and leaves the others in the document as they are; may be repeated
    #[arg(long, value_name = "SECTION", value_enum)]
    only: Vec<Part>,
}

/// A section of the document, which can be measured without the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Licences and tokens, from text to claims
    Verify,
    /// Tokens in Node.js and in a browser
    Wasm,
    /// Requests to the running server
    Server,
    /// The store with up to a million sessions
    Store,
}

impl Part {
    const fn title(self) -> &'static str {
        match self {
            Self::Verify => verify::TITLE,
            Self::Wasm => wasm::TITLE,
            Self::Server => server::TITLE,
            Self::Store => store::TITLE,
        }
    }

    fn measure(
        self,
        options: &Options,
        workspace: &Workspace,
        steps: &mut Steps,
    ) -> Result<Measured, Failure> {
        match self {
            Self::Verify => verify(options, workspace, steps),
            Self::Wasm => wasm(options, workspace, steps),
            Self::Server => server(options, workspace, steps),
            Self::Store => store(options, workspace, steps),
        }
    }
}

pub(crate) fn run(
    options: &Options,
    workspace: &Workspace,
    steps: &mut Steps,
) -> Result<(), Failure> {
    files::fresh_folder(&folder(workspace))?;
    let parts = Part::value_variants();
    let wanted = |part: &&Part| options.only.is_empty() || options.only.contains(part);
    for part in parts.iter().filter(wanted) {
        let text = part.measure(options, workspace, steps)?.to_string();
        println!("\n{text}");
        if !options.quick {
            // After each: what was measured for minutes is not lost where a later one fails.
            write(workspace, *part, text)?;
        }
    }
    Ok(())
}

fn verify(
    options: &Options,
    workspace: &Workspace,
    steps: &mut Steps,
) -> Result<Measured, Failure> {
    let effort = if options.quick { Effort::QUICK } else { Effort::FULL };
    steps.take("peers of verification", || verify::build(workspace))?;
    let machine = Machine::look()?;
    let section = steps.take("verification", || verify::measure(workspace, &effort))?;
    Ok(Measured { machine, shape: effort.to_string(), section })
}

fn wasm(options: &Options, workspace: &Workspace, steps: &mut Steps) -> Result<Measured, Failure> {
    let effort = if options.quick { Effort::QUICK } else { wasm::FULL };
    wasm::build(workspace, steps)?;
    let machine = Machine::look()?;
    let section = steps.take("verification in JavaScript", || wasm::measure(workspace, &effort))?;
    Ok(Measured { machine, shape: effort.to_string(), section })
}

fn server(
    options: &Options,
    workspace: &Workspace,
    steps: &mut Steps,
) -> Result<Measured, Failure> {
    let effort = if options.quick { server::QUICK } else { server::FULL };
    steps.take("server and its peers", || server::build(workspace))?;
    let machine = Machine::look()?;
    let section = steps.take("requests", || server::measure(workspace, &effort))?;
    Ok(Measured { machine, shape: effort.to_string(), section })
}

fn store(options: &Options, workspace: &Workspace, steps: &mut Steps) -> Result<Measured, Failure> {
    let extent = if options.quick { store::QUICK } else { store::FULL };
    steps.take("what fills a store", || store::build(workspace))?;
    let machine = Machine::look()?;
    let section = steps.take("store", || store::measure(workspace, &extent))?;
    Ok(Measured { machine, shape: extent.effort.to_string(), section })
}

/// Writes a section into the document.
fn write(workspace: &Workspace, part: Part, text: String) -> Result<(), Failure> {
    let path = workspace.root().join("docs/PERFORMANCE.md");
    let old = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        old => old.map_err(Failure::file("read", &path))?,
    };
    let titles: Vec<_> = Part::value_variants().iter().map(|part| part.title()).collect();
    let measured = [(part.title(), text)];
    let document = document::refreshed(&old, report::PREAMBLE, &titles, &measured);
    fs::write(&path, document).map_err(Failure::file("write", &path))
}

/// What a measurement needs on disk.
fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target().join("bench")
}
