//! The rules and the store under years of an institute's life, drawn from a seed: honest people, thieves,
//! administrators, wrong clocks, crashes; after every step all promises are checked.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "an answer that the contract does not name is a broken promise, a new one included"
)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a simulation that cannot be set up has failed: there is nobody to hand an error to"
)]

mod admins;
mod ask;
mod backup;
mod broken;
mod clients;
mod clocks;
mod contents;
mod dice;
mod disk;
mod engine;
mod faults;
mod invariants;
mod model;
mod people;
mod points;
mod run;
mod server;
mod simulation;
mod thieves;
mod token;
mod vendor;

use std::env;

use broken::Promise;
use faults::Fault;
use run::{LIFE_STEPS, live, live_by, run};

/// Lives in which a planted fault must be seen.
const FAULT_LIVES: u64 = 3;

#[test]
fn every_promise_holds_for_a_million_steps() {
    let number = |name| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = number("LICENCE_SIM_SEED").unwrap_or(1);
    let steps = number("LICENCE_SIM_STEPS").unwrap_or(1_000_000);
    match run(seed, steps) {
        Ok(tally) => println!("{steps} steps from seed {seed}: {tally:?}"),
        Err(failure) => panic!(
            "seed {} breaks a promise at step {}: {}\nasked: {:#?}",
            failure.seed, failure.step, failure.broken, failure.asked
        ),
    }
}

#[test]
fn every_promise_holds_in_lives_that_bytes_decide() {
    for seed in 0..20 {
        let mut dice = dice::Dice::new(seed);
        // Mostly small numbers, at which choices are rare ones.
        let bytes: Vec<u8> = (0..4096).map(|_| dice.pick(&[0, 0, 1, 7, 60, 120, 250])).collect();
        live_by(&bytes).unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
    }
}

/// A planted fault is seen, and seen as what it is, within so many steps of some life.
#[track_caller]
fn is_caught(fault: Fault, promises: &[Promise]) {
    let failure = (1..=FAULT_LIVES).find_map(|seed| live(seed, LIFE_STEPS, Some(fault)).err());
    let Some(failure) = failure else { panic!("{fault:?} was not seen") };
    assert!(promises.contains(&failure.broken.promise), "{}", failure.broken);
}

#[test]
fn a_seat_too_many_is_caught() {
    is_caught(Fault::OneSeatTooMany, &[Promise::Seats]);
}

#[test]
fn a_lapsed_lease_that_is_not_reclaimed_is_caught() {
    is_caught(Fault::LapsedLeasesKept, &[Promise::NoFalseDenial, Promise::NobodyOvertakes]);
}

#[test]
fn a_replay_that_moves_the_window_is_caught() {
    is_caught(Fault::ReplayMovesWindow, &[Promise::ThiefIsCaught]);
}

#[test]
fn a_mirror_that_is_ahead_of_the_disk_is_caught() {
    is_caught(Fault::MirrorBeforeCommit, &[Promise::Durable]);
}

#[test]
fn a_wall_clock_that_is_trusted_is_caught() {
    is_caught(Fault::ClockTrusted, &[Promise::Time]);
}

#[test]
fn a_session_that_lasts_as_long_as_the_clock_was_ahead_is_caught() {
    is_caught(Fault::SetBackForgotten, &[Promise::Ends]);
}

#[test]
fn a_revocation_that_is_lost_is_caught() {
    is_caught(Fault::RevocationLost, &[Promise::Revocation]);
}
