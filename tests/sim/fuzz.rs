//! The rules and the store under a life whose every turn an input decides: requests, crashes, clocks that jump.
//!
//! The root of a fuzz target in `fuzz`. It stands here because the simulator's modules do, which it
//! shares with the tests.

#![no_main]
#![expect(
    dead_code,
    clippy::wildcard_enum_match_arm,
    clippy::unwrap_used,
    clippy::panic,
    reason = "the modules are those of the tests, which use more of them, by the tests' rules"
)]

mod admins;
mod ask;
mod backup;
mod broken;
mod clients;
mod clocks;
mod dice;
mod disk;
mod engine;
mod faults;
mod invariants;
mod model;
mod people;
mod run;
mod server;
mod simulation;
mod thieves;
mod token;
mod vendor;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(broken) = run::live_by(bytes) {
        panic!("{broken}");
    }
});
