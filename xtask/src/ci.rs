//! `cargo xtask ci`

use crate::advisories;
use crate::failure::Failure;
use crate::step::Steps;
use crate::workspace::Workspace;
use crate::{book, clippy, deny, dist, doc, fmt, fuzz, test};

pub(crate) fn run(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    let outcome = checks_and_tests(workspace, steps);
    println!("\n{}", advisories::NOT_RUN);
    outcome
}

fn checks_and_tests(workspace: &Workspace, steps: &mut Steps) -> Result<(), Failure> {
    steps.take("fmt", || fmt::check(workspace))?;
    steps.take("clippy", || clippy::run(workspace))?;
    steps.take("doc", || doc::run(workspace))?;
    steps.take("deny", || deny::run(workspace))?;
    steps.take("book", || book::run(workspace))?;
    test::run(&test::Options::default(), workspace, steps)?;
    steps.take("fuzz", || fuzz::run(&fuzz::Options::default(), workspace))?;
    dist::pack(workspace, steps)
}
