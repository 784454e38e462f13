//! The implementations that the vectors are run against.

mod core;
mod subprocess;

pub use core::Core;
pub use subprocess::Subprocess;
