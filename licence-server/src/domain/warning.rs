//! What an administrator is warned of in time: seats that are nearly all in use, and a licence that ends.

use licence_core::UnixTime;

use super::licence::Licences;
use super::row::Site;

/// Shares of the seats, in hundredths, from which on is warned.
const SEATS_PERCENT: [u32; 3] = [80, 90, 100];

/// By so much the share has to fall below a threshold before it is over, so that one seat that comes and
/// goes is told of once.
const RELIEF_PERCENT: u32 = 5;

/// Days before the licence's end from which on is warned, the last first.
const END_DAYS: [u32; 3] = [7, 30, 60];

const DAY_SECS: i64 = 86_400;

/// What is warned of at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Warnings {
    /// The share of the seats, in hundredths, that was reached.
    pub seats_percent: Option<u32>,
    /// The days before the licence's end that are not left any more, and when that end is.
    pub licence_end: Option<(u32, UnixTime)>,
}

impl Warnings {
    /// What is warned of after the seats and the licence were looked at again.
    #[must_use]
    pub fn next(self, site: &Site, licences: &Licences, now: UnixTime) -> Self {
        let terms = site.serial.and_then(|serial| licences.in_force(serial, now));
        let valid =
            terms.filter(|terms| terms.check(now).is_ok() && !licences.is_revoked(terms.id));
        let Some(terms) = valid else { return Self::default() };
        let in_use = if terms.is_per_session() { site.sessions_seated } else { site.users_seated };
        let end = licences.covered_until(terms);
        Self {
            seats_percent: seats_percent(self.seats_percent, in_use, terms.seats_total()),
            licence_end: end.and_then(|end| end_days(end, now).map(|days| (days, end))),
        }
    }
}

/// The highest threshold that is reached, or that was and is not left behind yet.
fn seats_percent(before: Option<u32>, in_use: u32, total: u32) -> Option<u32> {
    let (in_use, total) = (u64::from(in_use) * 100, u64::from(total));
    let holds = |percent: &u32| {
        let relief = if before >= Some(*percent) { RELIEF_PERCENT } else { 0 };
        in_use >= u64::from(percent - relief) * total
    };
    SEATS_PERCENT.into_iter().filter(holds).max()
}

fn end_days(end: UnixTime, now: UnixTime) -> Option<u32> {
    END_DAYS.into_iter().find(|days| end.since(now) <= i64::from(*days) * DAY_SECS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_reached_at_its_share() {
        let reached = |in_use| seats_percent(None, in_use, 20);
        assert_eq!(
            [15, 16, 17, 18, 19, 20, 21].map(reached),
            [None, Some(80), Some(80), Some(90), Some(90), Some(100), Some(100)]
        );
    }

    #[test]
    fn one_seat_that_comes_and_goes_is_told_of_once() {
        let mut warned = None;
        let mut told = Vec::new();
        for in_use in [79, 80, 79, 80, 76, 80, 75, 74, 80] {
            let next = seats_percent(warned, in_use, 100);
            if next != warned {
                told.push((in_use, next));
            }
            warned = next;
        }
        assert_eq!(told, [(80, Some(80)), (74, None), (80, Some(80))]);
    }

    #[test]
    fn a_full_house_that_empties_a_little_is_warned_of_less() {
        assert_eq!(seats_percent(Some(100), 95, 100), Some(100));
        assert_eq!(seats_percent(Some(100), 94, 100), Some(90));
        assert_eq!(seats_percent(Some(100), 50, 100), None);
    }

    #[test]
    fn the_end_is_warned_of_two_months_a_month_and_a_week_before() {
        let now = UnixTime::MIN;
        let days = |secs: i64| end_days(now.plus(secs), now);
        assert_eq!(days(60 * DAY_SECS + 1), None);
        assert_eq!(days(60 * DAY_SECS), Some(60));
        assert_eq!(days(30 * DAY_SECS + 1), Some(60));
        assert_eq!(days(30 * DAY_SECS), Some(30));
        assert_eq!(days(7 * DAY_SECS), Some(7));
        assert_eq!(days(-1), Some(7), "within its grace");
    }
}
