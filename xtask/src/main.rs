//! The project's one task runner: every check, build and demonstration is a verb of `cargo xtask`.
//!
//! Continuous integration runs `cargo xtask ci` and nothing else, so whatever fails there fails the
//! same way at home.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a task runner talks to the person at the terminal; it has no other output"
)]

mod advisories;
mod bench;
mod book;
mod ci;
mod clippy;
mod clock;
mod command;
mod demo;
mod deny;
mod dist;
mod doc;
mod failure;
mod files;
mod fmt;
mod fuzz;
mod need;
mod sim;
mod step;
mod table;
mod test;
mod vectors;
mod wasm;
mod workspace;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::step::Steps;
use crate::workspace::Workspace;

/// Runs the project's tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Formats every crate
    Fmt(fmt::Options),
    /// Lints every target of every crate; a warning is an error
    Clippy,
    /// Builds the documentation; a warning is an error
    Doc,
    /// Builds the book of docs/, and follows every link in it
    Book,
    /// Checks the dependencies: banned and duplicate crates, licences, sources
    Deny,
    /// Checks the dependencies against the advisory database, which it fetches
    Advisories,
    /// Builds the npm package: the WebAssembly module, its loader, its TypeScript
    Wasm,
    /// Sets up what the tests need, builds everything once and runs every test
    Test(test::Options),
    /// Offers hostile bytes to everything that reads some, for a moment or as long as is said
    Fuzz(fuzz::Options),
    /// Runs the simulator of an institute's life for longer, or from another seed
    Sim(sim::Options),
    /// Writes the conformance vectors anew
    Vectors,
    /// Measures us beside our limit and beside others, and writes docs/PERFORMANCE.md
    Bench(bench::Options),
    /// Makes a vendor, an institute and a licence, and serves the demonstration page
    Demo(demo::Options),
    /// Builds what is given away: archives, the Debian package, the npm package, their bills of materials
    Dist(dist::Options),
    /// Runs every check and every test, then packs what is given away and tries it
    Ci,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut steps = Steps::default();
    let outcome = run(&cli.verb, &mut steps);
    steps.print_times();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {}", with_sources(&failure));
            ExitCode::FAILURE
        }
    }
}

fn run(verb: &Verb, steps: &mut Steps) -> Result<(), Failure> {
    let workspace = Workspace::of_this_binary()?;
    match verb {
        Verb::Fmt(options) => fmt::run(options, &workspace),
        Verb::Clippy => clippy::run(&workspace),
        Verb::Doc => doc::run(&workspace),
        Verb::Book => book::run(&workspace),
        Verb::Deny => deny::run(&workspace).inspect(|()| println!("\n{}", advisories::NOT_RUN)),
        Verb::Advisories => advisories::run(&workspace),
        Verb::Wasm => wasm::run(&workspace, steps),
        Verb::Test(options) => test::run(options, &workspace, steps),
        Verb::Fuzz(options) => fuzz::run(options, &workspace),
        Verb::Sim(options) => sim::run(options, &workspace),
        Verb::Vectors => vectors::run(&workspace),
        Verb::Bench(options) => bench::run(options, &workspace, steps),
        Verb::Demo(options) => demo::run(options, &workspace, steps),
        Verb::Dist(options) => dist::run(options, &workspace, steps),
        Verb::Ci => ci::run(&workspace, steps),
    }
}

/// The failure's sentence, then that of each cause below it.
fn with_sources(failure: &Failure) -> String {
    let mut text = failure.to_string();
    let mut cause = failure.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
