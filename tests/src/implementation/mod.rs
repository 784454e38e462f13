//! The implementations that the vectors are run against.

pub mod asked;
mod core;
mod subprocess;

pub use core::Core;
pub use subprocess::Subprocess;
