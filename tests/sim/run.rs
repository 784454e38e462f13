//! Whole runs: many lives, each from a seed of its own, on every core.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::ask::Ask;
use super::broken::Broken;
use super::dice::{Dice, mix};
use super::faults::Fault;
use super::simulation::{Simulation, Tally};

/// Steps of one life: some weeks. So a failure is found again in seconds, whatever the run's length.
pub(crate) const LIFE_STEPS: u64 = 10_000;

/// A life that broke a promise, and where.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) seed: u64,
    pub(crate) step: u64,
    pub(crate) broken: Broken,
    /// What that step's turn was asked for.
    pub(crate) asked: Vec<Ask>,
}

/// One life, to its end or to the first promise that is broken.
pub(crate) fn live(seed: u64, steps: u64, fault: Option<Fault>) -> Result<Tally, Failure> {
    let at = |step, broken, asked| Failure { seed, step, broken, asked };
    let mut simulation = Simulation::new(seed, fault).map_err(|broken| at(0, broken, vec![]))?;
    for step in 1..=steps {
        simulation.step().map_err(|broken| at(step, broken, simulation.asked.clone()))?;
    }
    Ok(simulation.tally)
}

/// One life whose every turn the bytes decide, until they are over.
pub(crate) fn live_by(bytes: &[u8]) -> Result<Tally, Broken> {
    // The institute is furnished by a seed: no byte is spent on what every life begins with.
    let mut simulation = Simulation::new(1, None)?;
    simulation.dice = Dice::of_bytes(bytes);
    while !simulation.dice.is_over() {
        simulation.step()?;
    }
    Ok(simulation.tally)
}

/// As many lives as make so many steps, on every core.
pub(crate) fn run(seed: u64, steps: u64) -> Result<Tally, Failure> {
    let lives = steps.div_ceil(LIFE_STEPS);
    let next = AtomicU64::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let work = || {
            let mut total = Tally::default();
            loop {
                let life = next.fetch_add(1, Ordering::Relaxed);
                if life >= lives {
                    return Ok(total);
                }
                let steps = LIFE_STEPS.min(steps - life * LIFE_STEPS);
                match live(seed_of(seed, life), steps, None) {
                    Ok(tally) => total = total.with(tally),
                    Err(failure) => {
                        next.store(lives, Ordering::Relaxed);
                        return Err(failure);
                    }
                }
            }
        };
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let totals = threads.into_iter().map(|thread| thread.join().unwrap());
        totals.reduce(|one, other| Ok(one?.with(other?))).unwrap()
    })
}

/// The first life has the run's own seed, so that a failure is replayed by its seed alone.
const fn seed_of(seed: u64, life: u64) -> u64 {
    if life == 0 { seed } else { mix(seed ^ mix(life)) }
}
