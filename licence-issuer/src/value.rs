//! Values as they are typed, each read once into a type that can hold no wrong one.

mod checksum_list;
mod contact;
mod feature;
mod run;
mod standing;
mod when;

use std::str::FromStr;

use licence_core::claims::{Borrow, SeatCount, SeatHolder};
use licence_core::limits::LEASE_SECS_RANGE;
use licence_core::{
    ChainHead, Institute, KeyId, LicenceId, OwnerId, Product, Serial, Text, Vendor,
};

pub(crate) use self::checksum_list::ChecksumList;
pub(crate) use self::contact::{Comments, Email, FieldArg};
pub(crate) use self::feature::FeatureArg;
pub(crate) use self::run::{CommandArg, SignerSecs};
pub(crate) use self::standing::Standing;
pub(crate) use self::when::When;

/// A number of days, from 1 to a hundred years.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Days(u32);

/// A longer term is a mistyped one; who wants no end says `--perpetual`.
const DAYS_MAX: u32 = 36_525;

/// Seconds of a day; UTC without leap seconds, as Unix time counts.
pub(crate) const DAY_SECS: i64 = 86_400;

impl Days {
    /// A number of days that is written in the source.
    pub(crate) const fn constant<const N: u32>() -> Self {
        const { assert!(N >= 1 && N <= DAYS_MAX) };
        Self(N)
    }

    pub(crate) fn secs(self) -> i64 {
        i64::from(self.0).saturating_mul(DAY_SECS)
    }
}

impl FromStr for Days {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        let days = typed.parse().ok().filter(|days| (1..=DAYS_MAX).contains(days));
        days.map(Self).ok_or_else(|| format!("a number of days from 1 to {DAYS_MAX} is needed"))
    }
}

/// `DAYS:SEATS` of `--borrow`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct BorrowArg(pub(crate) Borrow);

impl FromStr for BorrowArg {
    type Err = &'static str;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (days, seats) = typed.split_once(':')?;
            let (days, seats_max) = (days.parse::<Days>().ok()?, positive(seats).ok()?);
            Some(Self(Borrow { days_max: days.0, seats_max }))
        };
        read().ok_or("two positive numbers are needed: DAYS:SEATS, such as `14:5`")
    }
}

pub(crate) fn seat_count(typed: &str) -> Result<SeatCount, &'static str> {
    let count = typed.parse().ok().and_then(SeatCount::new);
    count.ok_or("a number of seats from 1 to 1000000 is needed")
}

pub(crate) fn seat_holder(typed: &str) -> Result<SeatHolder, &'static str> {
    SeatHolder::parse(typed).ok_or("`user` or `session` is needed")
}

pub(crate) fn lease_secs(typed: &str) -> Result<u32, String> {
    let (min, max) = (LEASE_SECS_RANGE.start(), LEASE_SECS_RANGE.end());
    let secs = typed.parse().ok().filter(|secs| LEASE_SECS_RANGE.contains(secs));
    secs.ok_or_else(|| format!("a number of seconds from {min} to {max} is needed"))
}

pub(crate) fn positive(typed: &str) -> Result<u32, &'static str> {
    typed.parse().ok().filter(|number| *number > 0).ok_or("a whole number above 0 is needed")
}

pub(crate) fn product(typed: &str) -> Result<Product, &'static str> {
    Product::parse(typed).ok_or(
        "an identifier is needed: 1 to 64 letters, digits, `.`, `_`, `-`, the first a letter or digit",
    )
}

pub(crate) fn vendor(typed: &str) -> Result<Vendor, &'static str> {
    Vendor::parse(typed).ok_or(NAME)
}

pub(crate) fn institute(typed: &str) -> Result<Institute, &'static str> {
    Institute::parse(typed).ok_or(NAME)
}

pub(crate) fn text(typed: &str) -> Result<Text, &'static str> {
    Text::parse(typed).ok_or(NAME)
}

pub(crate) fn owner(typed: &str) -> Result<OwnerId, &'static str> {
    OwnerId::parse(typed).ok_or("the id of an owner is needed, as `owner list` shows it")
}

pub(crate) fn licence(typed: &str) -> Result<LicenceId, &'static str> {
    LicenceId::parse(typed).ok_or("the id of a licence is needed: its `jti`")
}

/// A serial as it is read out on the telephone: case does not count.
pub(crate) fn serial(typed: &str) -> Result<Serial, &'static str> {
    Serial::parse(&typed.to_uppercase())
        .ok_or("a serial is needed, such as `7777-7777-7777-777Z`; a character may be mistyped")
}

pub(crate) fn kid(typed: &str) -> Result<KeyId, &'static str> {
    KeyId::parse(typed).ok_or("the id of a key is needed: its `kid`, 43 characters")
}

/// `NUMBER:HEAD` of a receipt.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct ReceiptArg {
    pub(crate) number: u64,
    pub(crate) head: ChainHead,
}

impl FromStr for ReceiptArg {
    type Err = &'static str;

    fn from_str(typed: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (number, head) = typed.split_once(':')?;
            let number = number.parse().ok().filter(|number| *number > 0)?;
            Some(Self { number, head: ChainHead::parse(head)? })
        };
        read().ok_or("the number and the head of a ledger entry are needed: NUMBER:HEAD")
    }
}

const NAME: &str =
    "a name is needed: 1 to 200 characters, no control characters, no space at either end";

#[cfg(test)]
mod tests {
    use super::{BorrowArg, Days, product, seat_count};

    #[test]
    fn days_are_counted_from_one_to_a_hundred_years() {
        for typed in ["1", "365", "36525"] {
            assert!(typed.parse::<Days>().is_ok(), "{typed}");
        }
        for typed in ["0", "-1", "36526", "1.5", "a year", ""] {
            assert!(typed.parse::<Days>().is_err(), "{typed}");
        }
        assert_eq!(Days::constant::<2>().secs(), 172_800);
    }

    #[test]
    fn borrowing_is_days_then_seats() {
        let BorrowArg(borrow) = "14:5".parse().unwrap();
        assert_eq!((borrow.days_max, borrow.seats_max), (14, 5));
        for typed in ["14", "14:", ":5", "0:5", "14:0", "14:5:1", "a:b"] {
            assert!(typed.parse::<BorrowArg>().is_err(), "{typed}");
        }
    }

    #[test]
    fn there_is_at_least_one_seat() {
        assert_eq!(seat_count("1000000").unwrap().number(), 1_000_000);
        for typed in ["0", "-1", "1000001", "five"] {
            assert!(seat_count(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_product_is_an_identifier() {
        assert!(product("acme-viewer.2").is_ok());
        assert!(product("acme viewer").is_err());
    }
}
