//! What the tests of the whole project share: a world of fixed keys, a forge for objects that no
//! honest program writes, the conformance vectors, and the runner that every implementation meets.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a vector that cannot be made or read must stop the run: there is nobody to hand an error to"
)]

pub mod forge;
pub mod implementation;
pub mod json_lines;
pub mod runner;
pub mod vectors;
pub mod world;
