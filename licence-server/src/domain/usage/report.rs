//! Figures about many hours. What each of them means exactly is told to people in `docs/usage.md`.

use licence_core::UnixTime;

use crate::domain::row::Hour;

/// Seconds of a day.
pub const DAY_SECS: i64 = 86_400;

/// Hours of a hundred of which a day's 95th percentile speaks.
const BUSY_PERCENT: usize = 95;

/// Working hours of a hundred in which nobody is to be refused.
const SERVED_PERCENT: usize = 99;

/// What happened on one day of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// When it began.
    pub start: UnixTime,
    /// The most seats that were in use at once.
    pub peak: u32,
    /// As many seats as were enough for 95 of 100 hours of the day, idle ones included.
    pub p95: u32,
    /// The most seats that there were.
    pub total: u32,
    /// How many times somebody was refused a seat.
    pub refused: u32,
    /// For how many seconds those waited, together.
    pub refused_secs: u32,
    /// How many people took a seat.
    pub people: u32,
}

/// What happened in a span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The hours in which something happened, oldest first.
    pub hours: Vec<Hour>,
    /// The days in which something happened, oldest first.
    pub days: Vec<Day>,
    /// Hours in which somebody had a seat.
    pub working_hours: usize,
    /// The seats with which nobody would have been refused in 99 of 100 working hours; `None` where there
    /// was no such hour.
    pub seats_needed: Option<u32>,
}

impl Usage {
    /// The figures about hours, each of which is there once, oldest first. At `now` the hours of today
    /// that have not begun count for nothing.
    #[must_use]
    pub fn of(hours: Vec<Hour>, now: UnixTime) -> Self {
        let of_one_day = hours.chunk_by(|a, b| day_of(a.start) == day_of(b.start));
        let days = of_one_day.filter_map(|hours| Day::of(hours, now)).collect();
        let mut wanted: Vec<u32> =
            hours.iter().filter(|hour| hour.peak > 0).map(|hour| hour.wanted).collect();
        wanted.sort_unstable();
        let seats_needed = nearest_rank(&wanted, wanted.len(), SERVED_PERCENT);
        Self { days, working_hours: wanted.len(), seats_needed, hours }
    }
}

impl Day {
    /// `None` for no hour at all.
    fn of(hours: &[Hour], now: UnixTime) -> Option<Self> {
        let start = day_of(hours.first()?.start);
        let begun = now.since(start).clamp(0, DAY_SECS - 1) / Hour::SECS + 1;
        let mut peaks: Vec<u32> = hours.iter().map(|hour| hour.peak).collect();
        peaks.sort_unstable();
        let whole = usize::try_from(begun).unwrap_or(hours.len()).max(hours.len());
        Some(Self {
            start,
            peak: peaks.last().copied().unwrap_or(0),
            p95: nearest_rank(&peaks, whole, BUSY_PERCENT).unwrap_or(0),
            total: hours.iter().map(|hour| hour.total).max().unwrap_or(0),
            refused: hours.iter().map(|hour| hour.refused).fold(0, u32::saturating_add),
            refused_secs: hours.iter().map(|hour| hour.refused_secs).fold(0, u32::saturating_add),
            people: hours.iter().map(|hour| hour.people).fold(0, u32::saturating_add),
        })
    }
}

/// When the day began in which a time lies.
#[must_use]
pub fn day_of(time: UnixTime) -> UnixTime {
    time.plus(-time.secs().rem_euclid(DAY_SECS))
}

/// The smallest of `whole` numbers that is no smaller than so many of a hundred of them. `sorted` holds the
/// largest, and those that it does not hold are 0; `None` for no number at all.
fn nearest_rank(sorted: &[u32], whole: usize, percent: usize) -> Option<u32> {
    let rank = whole.saturating_mul(percent).div_ceil(100).checked_sub(1)?;
    let absent = whole.saturating_sub(sorted.len());
    Some(rank.checked_sub(absent).and_then(|index| sorted.get(index)).copied().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDNIGHT: UnixTime = UnixTime::MIN;

    fn hour(at: i64, peak: u32, wanted: u32) -> Hour {
        Hour { peak, wanted, total: 10, ..Hour::of(MIDNIGHT.plus(at * Hour::SECS)) }
    }

    #[test]
    fn a_percentile_is_the_nearest_rank() {
        let numbers: Vec<u32> = (1..=100).collect();
        assert_eq!(nearest_rank(&numbers, 100, 95), Some(95));
        assert_eq!(nearest_rank(&numbers, 100, 99), Some(99));
        assert_eq!(nearest_rank(&[7], 1, 95), Some(7));
        assert_eq!(nearest_rank(&[], 0, 95), None);
    }

    #[test]
    fn the_95th_percentile_of_a_day_leaves_its_busiest_hour_out() {
        let day = [hour(8, 3, 3), hour(9, 9, 9), hour(10, 5, 5)];
        let usage = Usage::of(day.to_vec(), MIDNIGHT.plus(3 * DAY_SECS));
        let [only] = usage.days[..] else { panic!("{usage:?}") };
        assert_eq!((only.start, only.peak, only.p95), (MIDNIGHT, 9, 5));
    }

    #[test]
    fn hours_of_today_that_have_not_begun_count_for_nothing() {
        let now = MIDNIGHT.plus(DAY_SECS + 60);
        let usage = Usage::of(vec![hour(24, 4, 4)], now);
        assert_eq!((usage.days[0].peak, usage.days[0].p95), (4, 4));
    }

    #[test]
    fn one_bad_hour_of_a_hundred_is_allowed_and_two_are_not() {
        let mut hours: Vec<Hour> = (0..99).map(|at| hour(at, 8, 8)).collect();
        hours.push(hour(99, 10, 14));
        let needed = |hours: &[Hour]| Usage::of(hours.to_vec(), UnixTime::MAX).seats_needed;
        assert_eq!(needed(&hours), Some(8));
        hours[98].wanted = 12;
        assert_eq!(needed(&hours), Some(12));
        assert_eq!(needed(&[]), None);
    }

    #[test]
    fn an_hour_in_which_nobody_sat_is_no_working_hour() {
        let idle = Hour { refused: 3, wanted: 3, ..hour(1, 0, 3) };
        let usage = Usage::of(vec![hour(0, 2, 2), idle], UnixTime::MAX);
        assert_eq!((usage.working_hours, usage.seats_needed), (1, Some(2)));
        assert_eq!(usage.days[0].refused, 3);
    }
}
