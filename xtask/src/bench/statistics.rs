//! What repeated measurements say together.

use std::fmt;

use super::interleave::{Cost, Series};

/// The middle of some values and how far they reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) median: f64,
    min: f64,
    max: f64,
}

impl Spread {
    /// Of one value for each repetition; `None` where there is none.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        Some(Self { median: middle(&values)?, min, max })
    }
}

/// `64.8 (64.1–66.0)`, with as many decimals as were asked for.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { median, min, max } = self;
        let decimals = f.precision().unwrap_or(2);
        write!(f, "{median:.decimals$} ({min:.decimals$}–{max:.decimals$})")
    }
}

/// What one operation costs: of each repetition the median round.
pub(super) fn cost(series: &Series, of: impl Fn(&Cost) -> f64) -> Option<Spread> {
    Spread::of(series.0.iter().filter_map(|rounds| median(rounds.iter().map(&of))))
}

/// How many operations `own` does in the processor time of one of `other`: of each repetition the
/// median over the rounds, each round compared with itself, so that what slows both cancels out.
pub(super) fn ratio(own: &Series, other: &Series) -> Option<Spread> {
    ratio_of(own, other, |cost| cost.cpu)
}

/// The same, of time by the wall: what waits for a disk takes no processor time.
pub(super) fn ratio_by_wall(own: &Series, other: &Series) -> Option<Spread> {
    ratio_of(own, other, |cost| cost.wall)
}

fn ratio_of(own: &Series, other: &Series, of: impl Fn(&Cost) -> f64) -> Option<Spread> {
    let repetitions = own.0.iter().zip(&other.0);
    Spread::of(repetitions.filter_map(|(own, other)| {
        median(own.iter().zip(other).map(|(own, other)| of(other) / of(own)))
    }))
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    Spread::of(values).map(|spread| spread.median)
}

fn middle(sorted: &[f64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(repetitions: &[&[f64]]) -> Series {
        let cost = |cpu: &f64| Cost { wall: 0.0, cpu: *cpu };
        Series(repetitions.iter().map(|rounds| rounds.iter().map(cost).collect()).collect())
    }

    #[test]
    fn the_middle_of_an_even_number_lies_between_two() {
        assert_eq!(Spread::of([]), None);
        assert_eq!(Spread::of([3.0, 1.0, 2.0]), Some(Spread { median: 2.0, min: 1.0, max: 3.0 }));
        let even = Spread::of([4.0, 1.0, 2.0, 3.0]).unwrap();
        assert_eq!(format!("{even:.1}"), "2.5 (1.0–4.0)");
    }

    #[test]
    fn a_disturbed_round_does_not_move_a_repetition() {
        let cost = cost(&series(&[&[2.0, 90.0, 2.0], &[3.0, 3.0, 1.0]]), |cost| cost.cpu);
        assert_eq!(cost, Some(Spread { median: 2.5, min: 2.0, max: 3.0 }));
    }

    #[test]
    fn what_waits_is_compared_by_the_wall() {
        let costs = |wall| Series(vec![vec![Cost { wall, cpu: 1.0 }]]);
        assert_eq!(ratio_by_wall(&costs(4.0), &costs(1.0)).map(|ratio| ratio.median), Some(0.25));
    }

    #[test]
    fn what_slows_both_cancels_out() {
        let own = series(&[&[2.0, 20.0, 2.0], &[4.0, 4.0, 4.0]]);
        let other = series(&[&[1.0, 10.0, 1.0], &[2.0, 2.0, 2.0]]);
        assert_eq!(ratio(&own, &other), Some(Spread { median: 0.5, min: 0.5, max: 0.5 }));
    }
}
