//! The institute's seat server: it signs people in against the seats of a licence.
//!
//! A library, so that tests and commands reach [`http::app`] without a socket; `main.rs` only turns
//! the end of a command into an exit status. Imports go down the ranks only.

// 0: what enters from outside, each through one file
pub mod config;
pub mod rng;
// 0 too: what addresses share, and who comes most often
pub mod majority;
pub mod shares;
// 0 too: what knows nothing of what it holds
mod flight;
mod recent;
// 0 too: which threads step back
mod priority;
// 1: the rules
pub mod domain;
// 2: clocks, as the rules are told of them; where rows are kept
pub mod clock;
pub mod store;
// 3: the one writer, and what readers see of its work
pub mod alarm;
pub mod metrics;
pub mod mirror;
pub mod writer;
// 4: secrets and signatures
pub mod log_chain;
pub mod password;
pub mod shelf;
mod soundness;
pub mod token;
// 5: the folder where all of it stands, and its backups
pub mod backup;
pub mod data_dir;
// 6: what goes wrong, looked at; HTTP
pub mod doctor;
pub mod http;
pub mod state;
// 6 too: what happens without a request
pub mod housekeeping;
// 7: programs
pub mod cli;
pub mod command;
pub mod listen;
pub mod outgoing;
pub mod webhook;
