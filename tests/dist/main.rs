//! What `cargo xtask dist` packed, tried as those who get it use it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up has failed: there is nobody to hand an error to"
)]

mod archive;
mod bill;
mod chain;
mod checksums;
mod container;
mod debian;
mod document;
mod packed;
mod root;
mod unit;
