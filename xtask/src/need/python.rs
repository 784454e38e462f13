//! Python with the libraries that the tests check against.

use std::path::PathBuf;
use std::process::Command;

use super::debian;
use super::stamp::Stamp;
use crate::command;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// Tells the tests where the interpreter is.
pub(crate) const VARIABLE: &str = "LICENCE_PYTHON";

/// The interpreter of a virtual environment that holds what the tests' requirements pin.
pub(crate) fn provide(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let requirements = workspace.python_requirements();
    Environment { requirements, folder: workspace.target().join("python") }.provide()
}

/// Tells the tests where schemathesis is, which has an environment of its own: it needs a lot.
pub(crate) const SCHEMATHESIS: &str = "LICENCE_SCHEMATHESIS";

/// The program that asks an API for what its description allows and what it does not.
pub(crate) fn schemathesis(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let requirements = workspace.python_requirements().with_file_name("schemathesis.txt");
    let folder = workspace.target().join("schemathesis");
    Ok(Environment { requirements, folder }.provide()?.with_file_name("st"))
}

/// A virtual environment with what a list of requirements pins.
pub(crate) struct Environment {
    pub(crate) requirements: PathBuf,
    pub(crate) folder: PathBuf,
}

impl Environment {
    /// Makes it, unless it is there; gives its interpreter.
    pub(crate) fn provide(&self) -> Result<PathBuf, Failure> {
        let Self { requirements, folder } = self;
        let interpreter =
            folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        let stamp = Stamp::new(requirements.clone(), folder.join("installed-requirements.txt"));
        if stamp.is_current() {
            println!("{} has what its list wants", folder.display());
            return Ok(interpreter);
        }
        if !has_venv() {
            debian::install(&["python3", "python3-venv"])?;
        }
        command::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
        let mut pip = Command::new(&interpreter);
        pip.args(["-m", "pip", "install", "--disable-pip-version-check", "--requirement"]);
        command::run(pip.arg(requirements))?;
        stamp.set()?;
        Ok(interpreter)
    }
}

/// Debian's Python comes without the parts that make an environment.
fn has_venv() -> bool {
    command::succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"]))
}
