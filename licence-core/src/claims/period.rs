use super::{Flaw, Object, ObjectWriter, Reason, may, need, time};
use crate::limits::HAND_LEEWAY_SECS;
use crate::time::UnixTime;

/// The times of a licence, in their order.
///
/// `nbf < warn_at < exp < grace_until`, as far as they are there; `warn_at` and `grace_until` need an
/// `exp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    nbf: UnixTime,
    warn_at: Option<UnixTime>,
    exp: Option<UnixTime>,
    grace_until: Option<UnixTime>,
}

/// Where a licence that holds stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenceState {
    /// It holds.
    Valid,
    /// It holds, and its end has been announced.
    Expiring,
    /// It has ended, and everything still works for a while.
    Grace,
}

impl LicenceState {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expiring => "expiring",
            Self::Grace => "grace",
        }
    }
}

impl Period {
    /// A period without an end.
    #[must_use]
    pub const fn perpetual(nbf: UnixTime) -> Self {
        Self { nbf, warn_at: None, exp: None, grace_until: None }
    }

    /// A period with an end; `None` where the times are not in their order.
    #[must_use]
    pub fn limited(
        nbf: UnixTime,
        exp: UnixTime,
        warn_at: Option<UnixTime>,
        grace_until: Option<UnixTime>,
    ) -> Option<Self> {
        let is_ordered = nbf < exp
            && warn_at.is_none_or(|warn_at| nbf < warn_at && warn_at < exp)
            && grace_until.is_none_or(|grace_until| exp < grace_until);
        is_ordered.then_some(Self { nbf, warn_at, exp: Some(exp), grace_until })
    }

    /// When it starts.
    #[must_use]
    pub const fn nbf(&self) -> UnixTime {
        self.nbf
    }

    /// From when on its end is announced.
    #[must_use]
    pub const fn warn_at(&self) -> Option<UnixTime> {
        self.warn_at
    }

    /// When it ends.
    #[must_use]
    pub const fn exp(&self) -> Option<UnixTime> {
        self.exp
    }

    /// Until when everything still works after the end.
    #[must_use]
    pub const fn grace_until(&self) -> Option<UnixTime> {
        self.grace_until
    }

    /// When nothing works any more.
    #[must_use]
    pub fn last_end(&self) -> Option<UnixTime> {
        self.grace_until.or(self.exp)
    }

    /// Whether it has not begun, with the leeway of what travels by hand.
    #[must_use]
    pub const fn is_ahead(&self, now: UnixTime) -> bool {
        now.is_before(self.nbf, HAND_LEEWAY_SECS)
    }

    /// Where in its life a licence of this period is.
    ///
    /// # Errors
    /// `not_yet_valid`, with the leeway of what travels by hand, and `expired`.
    pub fn state(&self, now: UnixTime) -> Result<LicenceState, Reason> {
        if self.is_ahead(now) {
            return Err(Reason::NotYetValid { now, from: self.nbf });
        }
        if let Some(until) = self.last_end().filter(|end| now.is_expired(*end)) {
            return Err(Reason::Expired { now, until });
        }
        let has_passed = |end: Option<UnixTime>| end.is_some_and(|end| now.is_expired(end));
        Ok(if has_passed(self.exp) {
            LicenceState::Grace
        } else if has_passed(self.warn_at) {
            LicenceState::Expiring
        } else {
            LicenceState::Valid
        })
    }

    pub(super) fn read(claims: &Object<'_>) -> Result<Self, Flaw> {
        let nbf = need(claims, "nbf", time)?;
        let (warn_at, exp) = (may(claims, "warn_at", time)?, may(claims, "exp", time)?);
        let grace_until = may(claims, "grace_until", time)?;
        match exp {
            Some(exp) => Self::limited(nbf, exp, warn_at, grace_until).ok_or(Flaw::Claim("exp")),
            None if warn_at.is_some() => Err(Flaw::Claim("warn_at")),
            None if grace_until.is_some() => Err(Flaw::Claim("grace_until")),
            None => Ok(Self::perpetual(nbf)),
        }
    }

    pub(super) fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.integer("nbf", self.nbf.secs());
        let ends =
            [("exp", self.exp), ("warn_at", self.warn_at), ("grace_until", self.grace_until)];
        for (name, end) in ends {
            if let Some(end) = end {
                claims.integer(name, end.secs());
            }
        }
    }
}
