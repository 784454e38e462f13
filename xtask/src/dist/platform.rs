//! The machine that programs are built for: this one, with the C library inside the program.

use std::env;

use crate::failure::Failure;

/// A processor, as Rust and Debian name it.
pub(super) struct Platform {
    rust: &'static str,
    debian: &'static str,
}

const PLATFORMS: [Platform; 2] =
    [Platform { rust: "x86_64", debian: "amd64" }, Platform { rust: "aarch64", debian: "arm64" }];

impl Platform {
    /// # Errors
    /// [`Failure::Missing`] where this is no Linux, or not one of the processors that are known.
    pub(super) fn of_this_machine() -> Result<Self, Failure> {
        let known = PLATFORMS.into_iter().find(|platform| platform.rust == env::consts::ARCH);
        known.filter(|_| cfg!(target_os = "linux")).ok_or_else(|| Failure::Missing {
            what: "a machine to pack on".to_owned(),
            mend: "use Linux on x86_64 or aarch64".to_owned(),
        })
    }

    /// What rustc calls it.
    pub(super) fn triple(&self) -> String {
        format!("{}-unknown-linux-musl", self.rust)
    }

    /// How names of archives end.
    pub(super) fn name(&self) -> String {
        format!("{}-linux", self.rust)
    }

    /// What Debian calls it.
    pub(super) const fn debian(&self) -> &'static str {
        self.debian
    }
}
