use super::{
    Claims, Flaw, Kind, LogPosition, Object, ObjectWriter, Reason, Value, audience, count, list,
    may, need, optional, parsed, product_of, time,
};
use crate::limits::{DAY_SECS, USAGE_DAYS_MAX};
use crate::signed_digest::SignedDigest;
use crate::text::Product;
use crate::time::UnixTime;

/// `usage+jwt`: how a site's seats were used day by day, for the vendor at a renewal. It holds numbers
/// and no names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageClaims {
    /// The application: `aud` is `usage:<product>`.
    pub product: Product,
    /// When it was signed: no sooner than its last day began.
    pub iat: UnixTime,
    /// When its first day began: a midnight of UTC.
    pub from: UnixTime,
    /// Its days, 1 to 366, one after another from the first.
    pub days: Vec<UsageDay>,
    /// Where the site's audit log stood at the end of the statement before; where there is none, where
    /// the log began.
    pub start: LogPosition,
    /// Where it stood when this one was signed.
    pub end: LogPosition,
    /// What was signed as the statement before; `None` for the first.
    pub previous: Option<SignedDigest>,
}

/// What happened on one day of UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageDay {
    /// The most seats that there were.
    pub seats: u32,
    /// The most seats that were in use at once.
    pub peak: u32,
    /// As many seats as were enough for 95 of 100 hours.
    pub p95: u32,
    /// How many people took a seat; who sits through midnight took theirs on the day before.
    pub people: u32,
    /// How many times somebody was refused a seat.
    pub refused: u32,
    /// How many times the clock was lowered by an administrator.
    pub resets: u32,
    /// How many times an administrator vouched for the clock.
    pub accepts: u32,
    /// How many times the clock was found not to be believed.
    pub disputes: u32,
}

impl UsageClaims {
    /// When its last day ended.
    #[must_use]
    pub fn until(&self) -> UnixTime {
        self.day(self.days.len())
    }

    /// When the last of its days ended that was over when it was signed.
    #[must_use]
    pub fn whole_until(&self) -> UnixTime {
        self.until().min(self.iat.plus(-(self.iat.secs() % DAY_SECS)))
    }

    /// When the day with a number began; the first has the number 0.
    #[must_use]
    pub fn day(&self, number: usize) -> UnixTime {
        self.from.plus(i64::try_from(number).unwrap_or(i64::MAX).saturating_mul(DAY_SECS))
    }

    /// Each day with the time at which it began.
    pub fn dated_days(&self) -> impl Iterator<Item = (UnixTime, &UsageDay)> {
        self.days.iter().enumerate().map(|(number, day)| (self.day(number), day))
    }
}

impl UsageDay {
    fn read(value: &Value<'_>) -> Option<Self> {
        let day = value.as_object()?;
        let number = |name| count(day.value(name)?);
        let clock = |name| optional(day, name, count).map(Option::unwrap_or_default);
        Some(Self {
            seats: number("seats")?,
            peak: number("peak")?,
            p95: number("p95")?,
            people: number("people")?,
            refused: number("refused")?,
            resets: clock("resets")?,
            accepts: clock("accepts")?,
            disputes: clock("disputes")?,
        })
    }

    fn write(&self, day: &mut ObjectWriter<'_>) {
        day.integer("seats", self.seats);
        day.integer("peak", self.peak);
        day.integer("p95", self.p95);
        day.integer("people", self.people);
        day.integer("refused", self.refused);
        // A year of days has to fit, and on nearly all of them the clock is right.
        let clock =
            [("resets", self.resets), ("accepts", self.accepts), ("disputes", self.disputes)];
        for (name, times) in clock.into_iter().filter(|(_, times)| *times > 0) {
            day.integer(name, times);
        }
    }
}

impl Claims for UsageClaims {
    const KIND: Kind = Kind::Usage;

    fn read(claims: &Object<'_>) -> Result<Self, Reason> {
        let days = |value: &Value<'_>| {
            list(USAGE_DAYS_MAX, UsageDay::read)(value).filter(|days| !days.is_empty())
        };
        let midnight = |value: &Value<'_>| time(value).filter(|at| at.secs() % DAY_SECS == 0);
        let position = |value: &Value<'_>| LogPosition::read(value.as_object()?).ok();
        let read = Self {
            product: product_of("usage", claims)?,
            iat: need(claims, "iat", time)?,
            from: need(claims, "from", midnight)?,
            days: need(claims, "days", days)?,
            start: need(claims, "start", position)?,
            end: need(claims, "end", position)?,
            previous: may(claims, "previous", parsed(SignedDigest::parse))?,
        };
        let until = need(claims, "until", midnight)?;
        // Said twice, so that a day which was left out shows; and the last of them has begun.
        if until != read.until() || read.iat < until.plus(-DAY_SECS) {
            return Err(Flaw::Claim("until").into());
        }
        Ok(read)
    }

    fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.string("aud", audience("usage", &self.product));
        claims.integer("iat", self.iat.secs());
        claims.integer("from", self.from.secs());
        claims.integer("until", self.until().secs());
        claims.object("start", |start| self.start.write(start));
        claims.object("end", |end| self.end.write(end));
        if let Some(previous) = self.previous {
            claims.string("previous", previous);
        }
        claims.array("days", |days| {
            self.days.iter().for_each(|day| days.object(|written| day.write(written)));
        });
    }
}
