//! `cargo xtask test`

mod examples;
mod node;

use std::path::PathBuf;
use std::process::Command;

use crate::command::{self, cargo};
use crate::demo;
use crate::dist;
use crate::failure::Failure;
use crate::need::{chromium, nginx, npm, python};
use crate::step::Steps;
use crate::wasm;
use crate::workspace::Workspace;

/// `cargo xtask` has built this crate, with the features that it alone asks of its dependencies.
/// Among the others it would have to be built again with everybody's. And what is given away is tried
/// after it was packed, by `cargo xtask dist --check`.
const ALL_BUT_XTASK: [&str; 5] = ["--workspace", "--exclude", "xtask", "--exclude", dist::TESTS];

/// The tests that play vendor and institute themselves are told where the programs are.
const PROGRAMS: &str = "LICENCE_PROGRAMS";

pub(crate) fn run(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let tools = set_up(workspace, steps)?;
    steps.take("build", || build(workspace))?;
    wasm::run(workspace, steps)?;
    steps.take("cargo test", || {
        command::run(tools.told_to(cargo(workspace).arg("test").args(ALL_BUT_XTASK)))
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

/// What the tests are told, because they cannot find it themselves.
struct Tools {
    chromium: PathBuf,
    nginx: PathBuf,
    python: PathBuf,
    schemathesis: PathBuf,
}

impl Tools {
    fn told_to<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env(chromium::VARIABLE, &self.chromium)
            .env(nginx::VARIABLE, &self.nginx)
            .env(python::VARIABLE, &self.python)
            .env(python::SCHEMATHESIS, &self.schemathesis)
    }
}

fn set_up(workspace: &Workspace, steps: &mut Steps) -> Result<Tools, Failure> {
    let chromium = steps.take("chromium", chromium::provide)?;
    let nginx = steps.take("nginx", nginx::provide)?;
    let python = steps.take("python", || python::provide(workspace))?;
    let schemathesis = steps.take("schemathesis", || python::schemathesis(workspace))?;
    steps.take("node packages", || npm::provide(&workspace.node_tests()))?;
    steps.take("browser packages", || npm::provide(&workspace.browser_tests()))?;
    Ok(Tools { chromium, nginx, python, schemathesis })
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
