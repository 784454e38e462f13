//! How long to measure.

use std::fmt;
use std::time::Duration;

/// The shape of a measurement: repetitions of rounds, and in each round one slice of every contender.
pub(super) struct Effort {
    /// Each starts the contenders afresh and gives one value; the report has their median and their range.
    pub(super) repetitions: usize,
    /// Rounds of one repetition.
    pub(super) rounds: usize,
    /// How long a slice is to take: short, so that a disturbance hits neighbours alike.
    pub(super) slice: Duration,
}

impl Effort {
    pub(super) const FULL: Self =
        Self { repetitions: 21, rounds: 16, slice: Duration::from_millis(20) };

    pub(super) const QUICK: Self =
        Self { repetitions: 7, rounds: 10, slice: Duration::from_millis(10) };
}

/// `21 repetitions of 16 slices of 20ms`
impl fmt::Display for Effort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { repetitions, rounds, slice } = self;
        write!(f, "{repetitions} repetitions of {rounds} slices of {slice:?}")
    }
}
