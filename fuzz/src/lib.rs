//! What the fuzz targets share: a chain of trust, and a server without a socket.
//!
//! A target is a file in `targets`: bytes come in, and a broken promise panics. `cargo xtask fuzz` builds and runs
//! them on the stable compiler.

pub mod chain;
pub mod site;
