//! What the tasks need from the machine: looked for, installed where it is missing, and named where
//! it cannot be installed.

pub(crate) mod cargo_tool;
pub(crate) mod chromium;
mod debian;
pub(crate) mod debian_root;
pub(crate) mod faketime;
pub(crate) mod musl;
pub(crate) mod npm;
pub(crate) mod program;
pub(crate) mod python;
pub(crate) mod rust_target;
mod stamp;
