//! Points in time as they are typed.

use std::str::FromStr;

use licence_core::UnixTime;

use super::DAY_SECS;

/// A whole day (`2027-12-31`, in UTC) or a second of it (`2027-12-31T23:59:59Z`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum When {
    /// The start of the day.
    Day(UnixTime),
    /// That second.
    Second(UnixTime),
}

impl When {
    /// Its first second.
    pub(crate) fn start(self) -> UnixTime {
        match self {
            Self::Day(time) | Self::Second(time) => time,
        }
    }

    /// The end of what lasts up to and with that day, or up to that second.
    pub(crate) fn end(self) -> UnixTime {
        match self {
            Self::Day(start) => start.plus(DAY_SECS),
            Self::Second(time) => time,
        }
    }
}

impl FromStr for When {
    type Err = &'static str;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        match typed.split_once('T') {
            None => UnixTime::from_date(typed).map(Self::Day),
            Some((date, clock)) => second(date, clock).map(Self::Second),
        }
        .ok_or("a day from 2020 on is needed, YYYY-MM-DD, or a time in UTC, YYYY-MM-DDThh:mm:ssZ")
    }
}

fn second(date: &str, clock: &str) -> Option<UnixTime> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, b'Z'] = *clock.as_bytes() else { return None };
    let below = |bound: i64, tens: u8, ones: u8| {
        let is_number = tens.is_ascii_digit() && ones.is_ascii_digit();
        let number = i64::from(tens.wrapping_sub(b'0')) * 10 + i64::from(ones.wrapping_sub(b'0'));
        (is_number && number < bound).then_some(number)
    };
    let (hour, minute, second) = (below(24, h1, h2)?, below(60, m1, m2)?, below(60, s1, s2)?);
    Some(UnixTime::from_date(date)?.plus(hour * 3600 + minute * 60 + second))
}

#[cfg(test)]
mod tests {
    use super::When;

    #[track_caller]
    fn when(typed: &str) -> When {
        typed.parse().unwrap()
    }

    #[test]
    fn a_term_includes_its_last_day() {
        assert_eq!(when("2027-12-31").start().to_string(), "2027-12-31T00:00:00Z");
        assert_eq!(when("2027-12-31").end().to_string(), "2028-01-01T00:00:00Z");
    }

    #[test]
    fn a_second_is_meant_exactly() {
        let second = when("2027-12-31T23:59:58Z");
        assert_eq!(second.start().to_string(), "2027-12-31T23:59:58Z");
        assert_eq!(second.end(), second.start());
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for typed in [
            "31.12.2027",
            "2027-12-31 12:00",
            "2027-12-31T12:00:00",
            "2027-12-31T12:00:00+01:00",
            "2027-12-31T24:00:00Z",
            "2027-12-31T12:00:60Z",
            "2027-02-29",
            "tomorrow",
            "",
        ] {
            assert!(typed.parse::<When>().is_err(), "{typed}");
        }
    }
}
