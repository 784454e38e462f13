//! The tests of the whole, in one binary: a second one would link everything once more.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up has failed: there is nobody to hand an error to"
)]

mod backup;
mod book;
mod clients;
mod clock;
mod copied;
mod crowd;
mod described;
mod disk;
mod documents;
mod full_log;
mod guessing;
mod hostile;
mod institute;
mod interop;
mod killed;
mod known_answers;
mod namespace;
mod newcomer;
mod nginx;
mod printed;
mod programs;
mod properties;
mod python;
mod secrets;
mod soak;
mod statement;
mod transport;
mod unlicensed;
mod vectors;
