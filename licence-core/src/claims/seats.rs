use super::{Object, ObjectWriter, Value, count, optional, parsed};
use crate::limits::{LEASE_SECS_RANGE, SEATS_MAX};

/// A number of seats, from 1 to a million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeatCount(u32);

impl SeatCount {
    /// That many seats; `None` for none and for more than a million.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 || number > SEATS_MAX { None } else { Some(Self(number)) }
    }

    /// How many.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    pub(super) fn read(value: &Value<'_>) -> Option<Self> {
        Self::new(count(value)?)
    }
}

/// What a seat is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeatHolder {
    /// One seat for a person on any number of devices.
    User,
    /// One seat for each sign-in.
    Session,
}

impl SeatHolder {
    /// `user` or `session`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Session => "session",
        }
    }

    /// Reads `user` or `session`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::User, Self::Session].into_iter().find(|holder| holder.name() == text)
    }
}

/// How many may be active at once, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seats {
    /// People (or sessions) active at once.
    pub active_max: SeatCount,
    /// People registered; `None` for any number.
    pub registered_max: Option<u32>,
    /// What a seat is counted by: `per`.
    pub holder: SeatHolder,
    /// Seats beyond `active_max` that are given all the same, and reported.
    pub overage: u32,
    /// How long a seat is held without being renewed.
    pub lease_secs: u32,
    /// How long nobody may have touched the application before its seat is let go.
    pub idle_secs: u32,
    /// Sessions of one user that may be active at once.
    pub sessions_max: u32,
    /// Seats that may be taken along offline.
    pub borrow: Option<Borrow>,
}

/// Seats that may be taken along offline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Borrow {
    /// For so many days at most.
    pub days_max: u32,
    /// So many of the seats at most.
    pub seats_max: u32,
}

impl Seats {
    /// That many seats, by the format's defaults.
    #[must_use]
    pub const fn new(active_max: SeatCount) -> Self {
        Self {
            active_max,
            registered_max: None,
            holder: SeatHolder::User,
            overage: 0,
            // An access token's 15 minutes and the leeway of 30 seconds.
            lease_secs: 930,
            idle_secs: 7_200,
            sessions_max: 5,
            borrow: None,
        }
    }

    /// Seats there are, those beyond the agreed number included.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.active_max.number().saturating_add(self.overage)
    }

    pub(super) fn read(value: &Value<'_>) -> Option<Self> {
        let seats = Self::read_members(value.as_object()?)?;
        // More seats taken along than there are would be a slip of whoever issued it.
        seats.borrow.is_none_or(|borrow| borrow.seats_max <= seats.total()).then_some(seats)
    }

    fn read_members(seats: &Object<'_>) -> Option<Self> {
        let default = Self::new(SeatCount::read(seats.value("active_max")?)?);
        let count_or = |name, or| seats.value(name).map_or(Some(or), count);
        let positive_or = |name, or| count_or(name, or).filter(|number| *number > 0);
        Some(Self {
            registered_max: optional(seats, "registered_max", count)?,
            holder: optional(seats, "per", parsed(SeatHolder::parse))?.unwrap_or(default.holder),
            overage: count_or("overage", default.overage).filter(|n| *n <= SEATS_MAX)?,
            lease_secs: count_or("lease_secs", default.lease_secs)
                .filter(|secs| LEASE_SECS_RANGE.contains(secs))?,
            idle_secs: positive_or("idle_secs", default.idle_secs)?,
            sessions_max: positive_or("sessions_max", default.sessions_max)?,
            borrow: optional(seats, "borrow", Borrow::read)?,
            ..default
        })
    }

    pub(super) fn write(self, seats: &mut ObjectWriter<'_>) {
        seats.integer("active_max", self.active_max.number());
        if let Some(registered_max) = self.registered_max {
            seats.integer("registered_max", registered_max);
        }
        seats.string("per", self.holder.name());
        seats.integer("overage", self.overage);
        seats.integer("lease_secs", self.lease_secs);
        seats.integer("idle_secs", self.idle_secs);
        seats.integer("sessions_max", self.sessions_max);
        if let Some(borrow) = self.borrow {
            seats.object("borrow", |object| {
                object.integer("days_max", borrow.days_max);
                object.integer("seats_max", borrow.seats_max);
            });
        }
    }
}

impl Borrow {
    fn read(value: &Value<'_>) -> Option<Self> {
        let borrow = value.as_object()?;
        let (days_max, seats_max) = (borrow.value("days_max")?, borrow.value("seats_max")?);
        Some(Self { days_max: count(days_max)?, seats_max: count(seats_max)? })
    }
}
