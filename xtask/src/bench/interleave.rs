//! Slices of every contender in turns: A B C D, A B C D.
//!
//! Measured one after the other, the contenders would each meet another load of a shared machine;
//! in turns of milliseconds they meet the same. Each repetition starts them afresh, because where a
//! process happens to lie in memory makes it faster or slower by several hundredths for its whole life.

use std::time::Duration;

use peer_protocol::Slice;

use super::effort::Effort;
use crate::failure::Failure;

/// Something that can be measured in slices.
pub(super) trait Contender {
    /// Does that many operations and says how long they took.
    fn run(&mut self, operations: u32) -> Result<Slice, Failure>;
}

/// What one operation cost in a slice, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cost {
    pub(super) wall: f64,
    pub(super) cpu: f64,
}

impl Cost {
    fn of(slice: Slice, operations: u32) -> Self {
        let micros = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(operations);
        Self { wall: micros(slice.wall), cpu: micros(slice.cpu) }
    }
}

/// All that was measured of one contender: repetitions, and in each its rounds. The slices of two
/// contenders at the same place were neighbours in time.
#[derive(Clone, Debug, Default)]
pub(super) struct Series(pub(super) Vec<Vec<Cost>>);

/// Measures in turns the contenders that `start` starts; the series are in their order.
pub(super) fn measure<'c>(
    start: impl Fn() -> Result<Vec<Box<dyn Contender + 'c>>, Failure>,
    effort: &Effort,
) -> Result<Vec<Series>, Failure> {
    gather(effort.repetitions, || repeat(&mut start()?, effort))
}

/// The same with one slice of so many operations in each repetition, for what goes through phases of its own: a
/// slice is to be long enough for all of them. One repetition is not counted.
pub(super) fn measure_whole<'c>(
    start: impl Fn() -> Result<Vec<Box<dyn Contender + 'c>>, Failure>,
    operations: u32,
    repetitions: usize,
) -> Result<Vec<Series>, Failure> {
    let once = || {
        let mut contenders = start()?;
        // Whoever is still starting would take the core from the first.
        contenders.iter_mut().try_for_each(|contender| contender.run(1).map(drop))?;
        let costs = contenders
            .iter_mut()
            .map(|contender| Ok(vec![Cost::of(contender.run(operations)?, operations)]));
        costs.collect::<Result<Vec<_>, Failure>>()
    };
    once()?;
    gather(repetitions, once)
}

/// Puts the rounds of each contender together, repetition after repetition.
fn gather(
    repetitions: usize,
    once: impl Fn() -> Result<Vec<Vec<Cost>>, Failure>,
) -> Result<Vec<Series>, Failure> {
    let mut series = Vec::new();
    for _ in 0..repetitions {
        let repetition = once()?;
        series.resize_with(repetition.len(), Series::default);
        series.iter_mut().zip(repetition).for_each(|(series, rounds)| series.0.push(rounds));
    }
    Ok(series)
}

/// One repetition: the rounds of each contender.
fn repeat(
    contenders: &mut [Box<dyn Contender + '_>],
    effort: &Effort,
) -> Result<Vec<Vec<Cost>>, Failure> {
    let operations = contenders
        .iter_mut()
        .map(|contender| operations_for(effort.slice, contender.as_mut()))
        .collect::<Result<Vec<_>, _>>()?;
    let mut series = vec![Vec::with_capacity(effort.rounds); contenders.len()];
    for _ in 0..effort.rounds {
        let turn = contenders.iter_mut().zip(&operations).zip(&mut series);
        for ((contender, operations), rounds) in turn {
            rounds.push(Cost::of(contender.run(*operations)?, *operations));
        }
    }
    Ok(series)
}

/// How many operations fill a slice; found by doubling, which also warms the contender up.
fn operations_for(slice: Duration, contender: &mut dyn Contender) -> Result<u32, Failure> {
    let mut operations = 1_u32;
    while contender.run(operations)?.wall < slice && operations < u32::MAX / 2 {
        operations *= 2;
    }
    Ok(operations)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// Takes as many microseconds for each operation as it is told, and writes down its turns.
    struct Steady<'l>(u32, &'l RefCell<Vec<u32>>);

    impl Contender for Steady<'_> {
        fn run(&mut self, operations: u32) -> Result<Slice, Failure> {
            self.1.borrow_mut().push(self.0);
            let cpu = Duration::from_micros(u64::from(self.0 * operations));
            Ok(Slice { wall: 2 * cpu, cpu })
        }
    }

    #[test]
    fn contenders_take_turns_in_slices_that_last_long_enough() {
        let turns = RefCell::new(Vec::new());
        let start = || {
            let steady = |micros| Box::new(Steady(micros, &turns)) as Box<dyn Contender>;
            Ok([3, 5].map(steady).into())
        };
        let effort = Effort { repetitions: 2, rounds: 2, slice: Duration::from_micros(100) };
        let series = measure(start, &effort).unwrap();
        assert!(turns.borrow().ends_with(&[3, 5, 3, 5]));
        for (series, micros) in series.iter().zip([3.0, 5.0]) {
            let rounds: Vec<_> = series.0.iter().map(Vec::len).collect();
            assert_eq!(rounds, [2, 2]);
            let close = |cost: &Cost| (cost.cpu - micros).abs() < 1e-6 && cost.wall > cost.cpu;
            assert!(series.0.iter().flatten().all(close));
        }
        let operations = operations_for(effort.slice, &mut Steady(3, &turns)).unwrap();
        assert_eq!(operations, 32);
    }

    #[test]
    fn a_whole_is_done_once_in_each_repetition_and_once_beforehand() {
        let turns = RefCell::new(Vec::new());
        let start = || Ok(vec![Box::new(Steady(3, &turns)) as Box<dyn Contender>]);
        let series = measure_whole(start, 7, 2).unwrap();
        assert_eq!(
            turns.borrow().len(),
            6,
            "and each time one operation, which tells that it runs"
        );
        let costs: Vec<_> = series[0].0.concat().iter().map(|cost| cost.cpu.round()).collect();
        assert_eq!(costs, [3.0, 3.0]);
    }
}
