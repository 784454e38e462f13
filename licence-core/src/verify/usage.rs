use core::fmt;

use super::AcceptedLicence;
use crate::claims::{self, Borrow, LicenceClaims, LogStep, UsageClaims};
use crate::code::Code;
use crate::jws::{self, Kind};
use crate::limits::DAY_SECS;
use crate::refusal::{Part, Reason, Refusal};
use crate::signed_digest::SignedDigest;
use crate::time::UnixTime;

/// For how long those who sit may renew after a smaller licence took over.
const OUTGOING_SECS: i64 = 12 * 3600;

/// A usage statement that a site signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedUsage {
    claims: UsageClaims,
    digest: SignedDigest,
}

impl AcceptedLicence {
    /// Verifies a usage statement of the licence's site. It speaks of the past, so no time is asked for,
    /// and it may be of days before the licence: what it says of them is judged by
    /// [`SignedUsage::objections`].
    ///
    /// # Errors
    /// At the licence: `unbound` where nobody named the site. At [`Part::Usage`]: `too_large`,
    /// `malformed`, `wrong_type`, `unknown_key`, `bad_signature`, `unsupported_version`, `wrong_product`.
    pub fn verify_usage(&self, statement: &[u8]) -> Result<SignedUsage, Refusal> {
        let site = self.named_site()?;
        let signed = jws::open(statement, Kind::Usage, &|_| Some(site))?;
        let refuse = |reason| Refusal::at(Part::Usage, reason);
        let claims: UsageClaims = claims::read(signed.payload()).map_err(refuse)?;
        if claims.product != self.signed().claims().product {
            return Err(refuse(Reason::WrongProduct { audience: claims.product.into() }));
        }
        let digest = SignedDigest::of(signed.signing_input());
        Ok(SignedUsage { claims, digest })
    }
}

/// What a site cannot have said honestly, or an institute has to explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objection {
    /// The audit log stands before a place at which it stood.
    LogRolledBack {
        /// The place at which it stood.
        from: u64,
        /// Where it stood later.
        to: u64,
    },
    /// The audit log is another than the one that was told of.
    LogForked {
        /// The place from which on they cannot be one.
        seq: u64,
    },
    /// The clock was set back.
    ClockLowered {
        /// When the day began on which it was, or when the statement was signed that was signed too early.
        at: UnixTime,
    },
    /// More seats were in use than the licences gave.
    ExceedsLicence {
        /// When the first such day began.
        day: UnixTime,
        /// How many were in use at once.
        peak: u32,
        /// How many there were by the licences.
        seats: u32,
    },
    /// It does not go on where the statement before ended.
    StatementMissing {
        /// The statement that it follows; `None` where it says that there is none.
        follows: Option<SignedDigest>,
    },
    /// Between the statement before and this one there are days that nobody told of.
    MissingDays {
        /// When the first of them began.
        from: UnixTime,
        /// When the last of them ended.
        until: UnixTime,
    },
}

impl Objection {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::LogRolledBack { .. } => Code::LogRolledBack,
            Self::LogForked { .. } => Code::LogForked,
            Self::ClockLowered { .. } => Code::ClockLowered,
            Self::ExceedsLicence { .. } => Code::ExceedsLicence,
            Self::StatementMissing { .. } => Code::StatementMissing,
            Self::MissingDays { .. } => Code::MissingDays,
        }
    }
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is refused: {}", Part::Usage, self.code().title())?;
        match self {
            Self::LogRolledBack { from, to } => write!(f, " (from entry {from} to entry {to})"),
            Self::LogForked { seq } => write!(f, " (at entry {seq})"),
            Self::ClockLowered { at } => write!(f, " ({at})"),
            Self::ExceedsLicence { day, peak, seats } => {
                write!(f, " ({peak} seats of {seats} on the day from {day})")
            }
            Self::StatementMissing { follows: Some(digest) } => {
                write!(f, " (it follows `{digest}`)")
            }
            Self::StatementMissing { follows: None } => {
                f.write_str(" (it says that it is the first)")
            }
            Self::MissingDays { from, until } => write!(f, " (from {from} until {until})"),
        }
    }
}

impl SignedUsage {
    /// What it says.
    #[must_use]
    pub const fn claims(&self) -> &UsageClaims {
        &self.claims
    }

    /// What the next statement names it by.
    #[must_use]
    pub const fn digest(&self) -> SignedDigest {
        self.digest
    }

    /// All that speaks against it, in the order in which it is looked for: its log, its clock, the seats
    /// that the site's licences gave, and what was said in the statement before.
    ///
    /// That there is nothing does not prove the numbers, for the site that counts is the site that signs.
    #[must_use]
    pub fn objections(
        &self,
        licences: &[&LicenceClaims],
        previous: Option<&Self>,
    ) -> Vec<Objection> {
        let UsageClaims { start, end, .. } = &self.claims;
        let own = [start.step_to(end).objection(), self.lowered_clock(), self.overuse(licences)];
        let following = previous.map(|previous| self.breaks_with(previous)).unwrap_or_default();
        own.into_iter().chain(following).flatten().collect()
    }

    /// The days of the site's licences before a statement that says that it is the first: when the first of them
    /// began, and when the last ended. `None` where it tells of all of them, or follows another.
    ///
    /// It is no objection, because a server may be set up long after its licence began; but only the institute
    /// can say whether that is so.
    #[must_use]
    pub fn untold(&self, licences: &[&LicenceClaims]) -> Option<(UnixTime, UnixTime)> {
        let began = licences.iter().map(|licence| licence.period.nbf()).min()?;
        let (from, until) = (began.plus(-began.secs().rem_euclid(DAY_SECS)), self.claims.from);
        (self.claims.previous.is_none() && from < until).then_some((from, until))
    }

    fn lowered_clock(&self) -> Option<Objection> {
        let (at, _) = self.claims.dated_days().find(|(_, day)| day.resets > 0)?;
        Some(Objection::ClockLowered { at })
    }

    fn overuse(&self, licences: &[&LicenceClaims]) -> Option<Objection> {
        let mut days = self.claims.dated_days().map(|(day, used)| {
            let (peak, seats) = (used.peak, seats_on(day, licences));
            (peak > seats).then_some(Objection::ExceedsLicence { day, peak, seats })
        });
        days.find_map(|day| day)
    }

    fn breaks_with(&self, previous: &Self) -> [Option<Objection>; 4] {
        let (own, before) = (&self.claims, &previous.claims);
        let is_next = own.previous == Some(previous.digest) && own.start == before.end;
        // A day that still ran is told of again, when it is over.
        let (from, until) = (before.whole_until(), own.from);
        [
            before.end.step_to(&own.end).objection(),
            (!is_next).then_some(Objection::StatementMissing { follows: own.previous }),
            (from < until).then_some(Objection::MissingDays { from, until }),
            (own.iat < before.iat).then_some(Objection::ClockLowered { at: own.iat }),
        ]
    }
}

impl LogStep {
    const fn objection(self) -> Option<Objection> {
        match self {
            Self::Onwards => None,
            Self::RolledBack { from, to } => Some(Objection::LogRolledBack { from, to }),
            Self::Forked { seq } => Some(Objection::LogForked { seq }),
        }
    }
}

/// The most seats that any of the licences gave at some time of the day that began then, or had lent until then.
fn seats_on(day: UnixTime, licences: &[&LicenceClaims]) -> u32 {
    let gave = |licence: &&LicenceClaims| {
        if licence.period.nbf() >= day.plus(DAY_SECS) {
            return 0;
        }
        let end = end_of(licence, licences);
        let lasts = |end: Option<UnixTime>| !end.is_some_and(|end| day.is_expired(end));
        if lasts(end) {
            return licence.seats.total();
        }
        // A seat that was lent stays in use when a higher revision takes over, but never outlasts its own licence.
        let lent = |borrow: Borrow| {
            let runs_out = end.map(|end| end.plus(i64::from(borrow.days_max) * DAY_SECS));
            let is_out = lasts(runs_out) && lasts(licence.period.last_end());
            if is_out { borrow.seats_max } else { 0 }
        };
        licence.seats.borrow.map_or(0, lent)
    };
    licences.iter().map(gave).max().unwrap_or(0)
}

/// When the last seat that a licence gave and did not lend came back: some time after its end, or after
/// the beginning of a higher revision.
fn end_of(licence: &LicenceClaims, licences: &[&LicenceClaims]) -> Option<UnixTime> {
    let replaces = |other: &&&LicenceClaims| {
        other.serial == licence.serial && other.revision > licence.revision
    };
    let replaced = licences.iter().filter(replaces).map(|other| other.period.nbf()).min();
    let end = licence.period.last_end().into_iter().chain(replaced).min()?;
    Some(end.plus(OUTGOING_SECS.max(i64::from(licence.seats.lease_secs))))
}
