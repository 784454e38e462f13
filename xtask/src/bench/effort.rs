//! How long to measure.

use std::time::Duration;

/// The shape of a measurement: repetitions of rounds, and in each round one slice of every contender.
pub(super) struct Effort {
    /// Each gives one value; the report has their median and their range.
    pub(super) repetitions: usize,
    /// Rounds of one repetition.
    pub(super) rounds: usize,
    /// How long a slice is to take: short, so that a disturbance hits neighbours alike.
    pub(super) slice: Duration,
}

impl Effort {
    pub(super) const FULL: Self =
        Self { repetitions: 9, rounds: 40, slice: Duration::from_millis(20) };

    pub(super) const QUICK: Self =
        Self { repetitions: 5, rounds: 15, slice: Duration::from_millis(10) };
}
