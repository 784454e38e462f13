//! The server's store at size.
//!
//! ```text
//! peer-store fill DATA PEOPLE SESSIONS REVOKED ACCOUNTS PASSWORD    registers people and signs them in
//! peer-store turns DATA ACCOUNTS REFRESHES                      takes the writer's turns over it
//! peer-store erase DATA ACCOUNTS TURNS                          erases somebody after turns of refreshes
//! peer-store grow DATA ACCOUNTS ROTATIONS                     says what the file grows to
//! peer-store morning DATA ACCOUNTS                              signs everyone in, one by one
//! ```
//!
//! `DATA` is a data directory that the real commands made, with a licence installed.

mod commands;
mod fill;
mod grow;
mod house;
mod random;
mod turns;

use std::env;
use std::error::Error;
use std::path::Path;

/// The server's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What any part of this may fail with; it is told to a person, and nothing depends on its kind.
type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["fill", data, people, sessions, revoked, accounts, password] => {
            let wanted = fill::Wanted {
                people: people.parse()?,
                sessions: sessions.parse()?,
                revoked: revoked.parse()?,
                password,
            };
            fill::run(Path::new(data), &wanted, Path::new(accounts))
        }
        ["turns", data, accounts, refreshes] => {
            turns::serve(Path::new(data), Path::new(accounts), refreshes.parse()?)
        }
        ["erase", data, accounts, turns] => {
            turns::erase(Path::new(data), Path::new(accounts), turns.parse()?)
        }
        ["grow", data, accounts, rotations] => {
            grow::run(Path::new(data), Path::new(accounts), rotations.parse()?)
        }
        ["morning", data, accounts] => turns::morning(Path::new(data), Path::new(accounts)),
        _ => Err("say `fill`, `turns`, `erase`, `grow` or `morning`, and over what".into()),
    }
}
