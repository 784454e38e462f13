//! The home-made server of `tests/peers/fastapi`, in an environment of its own.

use std::path::{Path, PathBuf};

use super::pinned;
use super::running::Running;
use super::site::PASSWORD;
use crate::failure::Failure;
use crate::files;
use crate::need::python::Environment;
use crate::workspace::Workspace;

/// As long as the algorithm wants it; it guards nothing.
const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// The server, ready to be started.
pub(super) struct HomeMade {
    interpreter: PathBuf,
    source: PathBuf,
}

impl HomeMade {
    /// Installs what its requirements pin.
    pub(super) fn provide(workspace: &Workspace) -> Result<Self, Failure> {
        let source = workspace.root().join("tests/peers/fastapi");
        let environment = Environment {
            requirements: source.join("requirements.txt"),
            folder: workspace.target().join("peers/fastapi"),
        };
        Ok(Self { interpreter: environment.provide()?, source })
    }

    /// Starts it over a new database.
    pub(super) fn serve(&self, folder: &Path) -> Result<Running, Failure> {
        files::fresh_folder(folder)?;
        let mut serve = pinned::SERVER.command(&self.interpreter);
        serve.current_dir(&self.source).arg("app.py");
        serve.env("PYTHONDONTWRITEBYTECODE", "1").env("HOME_MADE_SECRET", SECRET);
        serve.env("HOME_MADE_PASSWORD", PASSWORD);
        serve.env("HOME_MADE_DATABASE", folder.join("people.sqlite"));
        Running::start(serve)
    }
}
