//! `cargo xtask test`

mod examples;
mod node;

use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::command::{self, cargo};
use crate::demo;
use crate::dist;
use crate::failure::Failure;
use crate::need::program::{IP, NGINX, STRACE};
use crate::need::{chromium, faketime, npm, python};
use crate::step::Steps;
use crate::wasm;
use crate::workspace::Workspace;

/// `cargo xtask` has built this crate, with the features that it alone asks of its dependencies.
/// Among the others it would have to be built again with everybody's. And what is given away is tried
/// after it was packed, by `cargo xtask dist --check`.
const ALL_BUT_XTASK: [&str; 5] = ["--workspace", "--exclude", "xtask", "--exclude", dist::TESTS];

/// Set, it has the tests go on for long.
const SOAK: &str = "LICENCE_SOAK";

/// The tests that play vendor and institute themselves are told where the programs are.
const PROGRAMS: &str = "LICENCE_PROGRAMS";

/// How long the tests are to go on.
#[derive(Args, Default)]
pub(crate) struct Options {
    /// Has those tests go on for longer that find the more the longer they do: `kill -9` under load, for one
    #[arg(long)]
    soak: bool,
}

pub(crate) fn run(
    options: &Options,
    workspace: &Workspace,
    steps: &mut Steps,
) -> Result<(), Failure> {
    let tools = set_up(workspace, steps)?;
    steps.take("build", || build(workspace))?;
    wasm::run(workspace, steps)?;
    steps.take("cargo test", || {
        let mut test = cargo(workspace);
        test.arg("test").args(ALL_BUT_XTASK);
        if options.soak {
            test.env(SOAK, "1");
        }
        command::run(tools.told_to(&mut test))
    })?;
    steps.take("xtask test", || {
        command::run(cargo(workspace).args(["test", "--package", "xtask"]))
    })?;
    steps.take("bare core", || bare_core(workspace))?;
    steps.take("node test", || {
        node::run(&workspace.wasm_verifier(), "test", |node| tools.told_to(node))
    })?;
    steps.take("examples", || examples::run(workspace))?;
    let demo = demo::for_tests(workspace, steps)?;
    steps.take("browser test", || {
        node::run(&workspace.browser_tests(), ".", |node| {
            tools.told_to(node).env(demo::VARIABLE, demo.url()).env(PROGRAMS, workspace.binaries())
        })
    })
}

/// What the tests are told, because they cannot find it themselves: a variable, and what it says.
struct Tools(Vec<(&'static str, PathBuf)>);

impl Tools {
    fn told_to<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.envs(self.0.iter().map(|(variable, path)| (*variable, path)))
    }
}

fn set_up(workspace: &Workspace, steps: &mut Steps) -> Result<Tools, Failure> {
    let mut tools = vec![
        (chromium::VARIABLE, steps.take("chromium", chromium::provide)?),
        (faketime::VARIABLE, steps.take("faketime", faketime::provide)?),
        (python::VARIABLE, steps.take("python", || python::provide(workspace))?),
        (python::SCHEMATHESIS, steps.take("schemathesis", || python::schemathesis(workspace))?),
    ];
    for program in [NGINX, STRACE, IP] {
        tools.push((program.variable, steps.take(program.name, || program.provide())?));
    }
    steps.take("node packages", || npm::provide(&workspace.node_tests()))?;
    steps.take("browser packages", || npm::provide(&workspace.browser_tests()))?;
    Ok(Tools(tools))
}

/// Builds all that the tests run, the two command-line tools among it.
pub(crate) fn build(workspace: &Workspace) -> Result<(), Failure> {
    command::run(cargo(workspace).args(["build", "--all-targets"]).args(ALL_BUT_XTASK))
}

/// The core alone, as a browser has it: nothing that signs may be needed to verify.
fn bare_core(workspace: &Workspace) -> Result<(), Failure> {
    let mut check = cargo(workspace);
    command::run(check.args(["check", "--package", "licence-core", "--no-default-features"]))
}
