//! Points in time as the formats write them: whole seconds since 1970, UTC.

use core::fmt;

/// Seconds since 1970-01-01T00:00:00Z, from the start of 2020 to the end of 9999.
///
/// The bounds are the format's: a time outside them is a mistake or an attack (a dead battery, a
/// value in milliseconds), and inside them no sum of two durations overflows. The edge that reads a
/// clock decides what a clock outside them means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(i64);

impl UnixTime {
    /// 2020-01-01T00:00:00Z.
    pub const MIN: Self = Self(1_577_836_800);
    /// 9999-12-31T23:59:59Z.
    pub const MAX: Self = Self(253_402_300_799);

    /// The time that many seconds after 1970 began, if it lies in 2020 to 9999.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Option<Self> {
        if secs < Self::MIN.0 || secs > Self::MAX.0 { None } else { Some(Self(secs)) }
    }

    /// The same, with what lies outside moved to the nearer bound.
    #[must_use]
    pub const fn clamp_secs(secs: i64) -> Self {
        if secs < Self::MIN.0 {
            Self::MIN
        } else if secs > Self::MAX.0 {
            Self::MAX
        } else {
            Self(secs)
        }
    }

    /// The start (00:00:00 UTC) of a day written `YYYY-MM-DD`, if there is such a day.
    #[must_use]
    pub fn from_date(text: &str) -> Option<Self> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else { return None };
        let year = number(&[y1, y2, y3, y4])?;
        let (month, day) = (number(&[m1, m2])?, number(&[d1, d2])?);
        let time = Self::from_secs(days_from_civil(year, month, day) * 86_400)?;
        // A day that does not exist (30 February) comes back as another one.
        (time.civil() == (year, month, day)).then_some(time)
    }

    /// Seconds since 1970.
    #[must_use]
    pub const fn secs(self) -> i64 {
        self.0
    }

    /// This time and `secs` more (or fewer), held inside the bounds.
    #[must_use]
    pub const fn plus(self, secs: i64) -> Self {
        Self::clamp_secs(self.0.saturating_add(secs))
    }

    /// Seconds from `earlier` to this time; negative where `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// Whether something that ends at `exp` has ended now: at `exp` itself it has.
    ///
    /// This is the one comparison with an end in the whole project, and it has no leeway.
    #[must_use]
    pub const fn is_expired(self, exp: Self) -> bool {
        self.0 >= exp.0
    }

    /// Whether something that starts at `from` has not started yet, with `leeway_secs` in its favour.
    #[must_use]
    pub const fn is_before(self, from: Self, leeway_secs: i64) -> bool {
        self.0.saturating_add(leeway_secs) < from.0
    }

    /// Year, month and day in the proleptic Gregorian calendar.
    ///
    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", which counts years
    /// from March so that the leap day comes last.
    fn civil(self) -> (i64, i64, i64) {
        let days = self.0.div_euclid(86_400) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        (year_of_era + era * 400 + i64::from(month <= 2), month, day)
    }
}

/// RFC 3339 in UTC: `2031-05-01T12:00:00Z`.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        let of_day = self.0.rem_euclid(86_400);
        let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// Days from 1970-01-01 to a day of the Gregorian calendar (the same source as `civil`).
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_2020_and_9999() {
        assert_eq!(UnixTime::MIN.to_string(), "2020-01-01T00:00:00Z");
        assert_eq!(UnixTime::MAX.to_string(), "9999-12-31T23:59:59Z");
        assert_eq!(UnixTime::from_secs(UnixTime::MIN.secs() - 1), None);
        assert_eq!(UnixTime::from_secs(UnixTime::MAX.secs() + 1), None);
        assert_eq!(UnixTime::clamp_secs(0), UnixTime::MIN);
        assert_eq!(UnixTime::MAX.plus(i64::MAX), UnixTime::MAX);
    }

    #[test]
    fn every_day_is_read_as_it_is_written() {
        let mut day = UnixTime::MIN;
        while day < UnixTime::MAX.plus(-86_400) {
            let text = day.to_string();
            let (date, clock) = text.split_once('T').unwrap();
            assert_eq!(clock, "00:00:00Z");
            assert_eq!(UnixTime::from_date(date), Some(day), "{date}");
            day = day.plus(86_400);
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for date in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2019-12-31", "26-1-1"]
        {
            assert_eq!(UnixTime::from_date(date), None, "{date}");
        }
        assert!(UnixTime::from_date("2028-02-29").is_some());
    }

    #[test]
    fn the_end_itself_is_expired_and_the_start_itself_has_begun() {
        let t = UnixTime::MIN.plus(1000);
        assert!(t.is_expired(t));
        assert!(!t.plus(-1).is_expired(t));
        assert!(!t.is_before(t, 0));
        assert!(t.plus(-1).is_before(t, 0));
        assert!(!t.plus(-30).is_before(t, 30));
        assert!(t.plus(-31).is_before(t, 30));
    }
}
