//! What an administrator is warned of in time: seats that are nearly all in use, and a licence that ends.

use std::fmt;

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

/// One thing that is warned of; its text is a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// So many of a hundred seats are in use, or more.
    Seats {
        /// The threshold that was reached.
        percent: u32,
    },
    /// The licence ends soon.
    LicenceEnd {
        /// The days that are not left any more.
        days: u32,
        /// When it ends.
        end: UnixTime,
    },
}

/// A warning on its way to whoever is not looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Of what.
    pub warning: Warning,
    /// Since when.
    pub at: UnixTime,
    /// Seats in use then.
    pub seats_in_use: u32,
    /// Seats there were then.
    pub seats_total: u32,
}

impl Warning {
    /// What it is about, in one word for programs.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Seats { .. } => "seats",
            Self::LicenceEnd { .. } => "licence_end",
        }
    }

    /// Which of the thresholds was reached: hundredths of the seats, or days.
    #[must_use]
    pub const fn threshold(self) -> u32 {
        match self {
            Self::Seats { percent } => percent,
            Self::LicenceEnd { days, .. } => days,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seats { percent } => write!(f, "{percent} % of the seats are in use"),
            Self::LicenceEnd { days, end } => {
                write!(f, "the licence ends within {days} days: on {end}")
            }
        }
    }
}

impl Warnings {
    /// All that is warned of.
    pub fn iter(self) -> impl Iterator<Item = Warning> {
        let seats = self.seats_percent.map(|percent| Warning::Seats { percent });
        let end = self.licence_end.map(|(days, end)| Warning::LicenceEnd { days, end });
        seats.into_iter().chain(end)
    }

    /// What is warned of that was not before: a higher share of the seats, another end or a nearer one.
    pub fn since(self, before: Self) -> impl Iterator<Item = Warning> {
        let is_higher = self.seats_percent > before.seats_percent;
        let is_other = self.licence_end != before.licence_end;
        self.iter().filter(move |warning| match warning {
            Warning::Seats { .. } => is_higher,
            Warning::LicenceEnd { .. } => is_other,
        })
    }

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
    fn what_is_warned_of_already_is_not_told_again() {
        let end = UnixTime::MAX;
        let of = |seats_percent, days: Option<u32>| Warnings {
            seats_percent,
            licence_end: days.map(|days| (days, end)),
        };
        let since = |now: Warnings, before: Warnings| -> Vec<_> {
            now.since(before).map(|warning| (warning.about(), warning.threshold())).collect()
        };
        let none = Warnings::default();
        assert_eq!(since(of(Some(80), Some(60)), none), [("seats", 80), ("licence_end", 60)]);
        assert_eq!(since(of(Some(90), Some(60)), of(Some(80), Some(60))), [("seats", 90)]);
        assert_eq!(since(of(Some(80), Some(30)), of(Some(90), Some(60))), [("licence_end", 30)]);
        assert_eq!(since(none, of(Some(100), Some(7))), []);
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
