//! Programs that tests run beside ours, each in a Debian package of its own.

use std::env;
use std::path::{Path, PathBuf};

use super::debian;
use crate::command;
use crate::failure::Failure;

/// A program, and how the tests are told where it is.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// Debian's package that it is in.
    package: &'static str,
    /// The environment variable; who sets it chooses the program.
    pub(crate) variable: &'static str,
}

/// A proxy.
pub(crate) const NGINX: Program =
    Program { name: "nginx", package: "nginx", variable: "LICENCE_NGINX" };

/// Has a system call fail that the program under it makes.
pub(crate) const STRACE: Program =
    Program { name: "strace", package: "strace", variable: "LICENCE_STRACE" };

/// Sets up the loopback interface of a network that has nothing else.
pub(crate) const IP: Program = Program { name: "ip", package: "iproute2", variable: "LICENCE_IP" };

impl Program {
    /// Its path, installed if there was none.
    pub(crate) fn provide(&self) -> Result<PathBuf, Failure> {
        if let Some(chosen) = env::var_os(self.variable) {
            return Ok(chosen.into());
        }
        if let Some(found) = self.found() {
            return Ok(found);
        }
        debian::install(&[self.package])?;
        self.found().ok_or_else(|| Failure::Missing {
            what: format!("`{}`", self.name),
            mend: format!("install it, or set {} to its path", self.variable),
        })
    }

    fn found(&self) -> Option<PathBuf> {
        // Debian keeps some where only its administrator looks.
        let in_sbin = Path::new("/usr/sbin").join(self.name);
        command::find(self.name).or_else(|| in_sbin.is_file().then_some(in_sbin))
    }
}
