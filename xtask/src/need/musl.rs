//! A C compiler for programs that bring their C library along: some of our dependencies are C.

use super::debian;
use crate::command;
use crate::failure::Failure;

pub(crate) fn provide() -> Result<(), Failure> {
    if command::find("musl-gcc").is_some() { Ok(()) } else { debian::install(&["musl-tools"]) }
}
