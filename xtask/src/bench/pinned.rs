//! Which core a process runs on: the one that is measured has one to itself, and so has the one that
//! measures it.

use std::ffi::OsStr;
use std::process::Command;

/// A core of the machine.
#[derive(Clone, Copy)]
pub(super) struct Core(u8);

/// Where servers run, and whatever is compared with them.
pub(super) const SERVER: Core = Core(0);

/// Where requests come from.
pub(super) const LOAD: Core = Core(1);

impl Core {
    /// A command that runs on this core alone. `taskset` becomes the program, so the process is its own.
    pub(super) fn command(self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("taskset");
        command.arg("--cpu-list").arg(self.0.to_string()).arg(program);
        command
    }
}
