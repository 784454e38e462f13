//! Programs that no crate of ours depends on, so that Cargo.lock does not pin them.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::command;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// A program, pinned to one version.
pub(crate) struct CargoTool {
    /// The crate's name, which is the program's as well.
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// What its version option prints before the version.
    pub(crate) says: &'static str,
    /// Of its features those that are needed; the default ones are left out.
    pub(crate) features: Option<&'static str>,
}

impl CargoTool {
    /// The pinned program at the root of the workspace, installed if that version is not there.
    pub(crate) fn command(&self, workspace: &Workspace) -> Result<Command, Failure> {
        let tools = workspace.target().join("tools");
        let program = tools.join("bin").join(format!("{}{}", self.name, env::consts::EXE_SUFFIX));
        if !self.is_pinned(&program) {
            self.install(workspace, &tools)?;
        }
        let mut command = Command::new(program);
        command.current_dir(workspace.root());
        Ok(command)
    }

    fn is_pinned(&self, program: &Path) -> bool {
        program.is_file()
            && command::output(Command::new(program).arg("--version"))
                .is_ok_and(|version| version.trim() == format!("{}{}", self.says, self.version))
    }

    fn install(&self, workspace: &Workspace, tools: &Path) -> Result<(), Failure> {
        let mut install = command::cargo(workspace);
        install.args(["install", "--locked", "--root"]).arg(tools);
        // A release profile optimises the whole program at once, for a task that takes a second
        // either way.
        install.args(["--profile", "dev"]).env("CARGO_PROFILE_DEV_DEBUG", "false");
        if let Some(features) = self.features {
            install.args(["--no-default-features", "--features", features]);
        }
        command::run(install.arg(format!("{}@{}", self.name, self.version)))
    }
}
