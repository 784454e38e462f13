//! What was packed, tried: the tests of it, with what they need from the machine.

use std::path::Path;

use super::programs::Programs;
use crate::command::{self, cargo};
use crate::failure::Failure;
use crate::need::{debian_root, python};
use crate::step::Steps;
use crate::workspace::Workspace;

/// Tells the tests where the packed files are.
const VARIABLE: &str = "LICENCE_DIST";

/// The crate that holds those tests.
pub(crate) const TESTS: &str = "licence-dist-tests";

pub(super) fn run(
    workspace: &Workspace,
    programs: &Programs,
    folder: &Path,
    steps: &mut Steps,
) -> Result<(), Failure> {
    let root = steps.take("debian root", || debian_root::provide(workspace))?;
    let validator = python::Environment {
        requirements: workspace.root().join("tests/dist/requirements.txt"),
        folder: workspace.target().join("dist-python"),
    };
    let python = steps.take("dist python", || validator.provide())?;
    let mut test = cargo(workspace);
    test.args(["test", "--package", TESTS]);
    test.env(VARIABLE, folder).env("LICENCE_DIST_PYTHON", python);
    test.env("LICENCE_ISSUER", programs.path("licence-issuer"));
    steps.take("dist test", || command::run(test.env(debian_root::VARIABLE, root)))
}
