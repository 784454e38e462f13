//! `cargo xtask advisories`
//!
//! Apart from `deny`, because it answers another question on another day: not whether our change
//! is good, but whether the world has learnt something about what we depend on.

use crate::deny;
use crate::failure::Failure;
use crate::workspace::Workspace;

/// What a run without this check tells its reader.
pub(crate) const NOT_RUN: &str = "advisories were not checked: `cargo xtask advisories` does it \
                                  where the advisory database can be fetched";

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    deny::check(workspace, &["advisories"])
}
