//! Which licence is in force, and what it lets the rules do.

use licence_core::claims::{LicenceClaims, Period, SeatHolder, Seats};
use licence_core::{LicenceId, Serial, UnixTime};

use super::audit::Act;
use super::command::{InstallLicence, LicenceRefusal, Outcome, Refusal, Replace};
use super::draft::{Draft, Missing};

/// Seconds of an access token, where the lease leaves room for them.
const ACCESS_SECS: i64 = 900;

/// Seconds by which a lease outlasts the access token it covers: the leeway of whoever checks it.
const LEASE_MARGIN_SECS: i64 = 30;

/// What the rules need of a licence that the verifier accepted.
///
/// They come from the signed bytes at every start and are never read from the store, so that an edit
/// of the store gives nobody a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Which licence.
    pub id: LicenceId,
    /// Its series.
    pub serial: Serial,
    /// Its place in the series.
    pub revision: u32,
    /// Its times.
    pub period: Period,
    /// Its seats.
    pub seats: Seats,
}

impl Terms {
    /// The terms of verified claims.
    #[must_use]
    pub const fn of(claims: &LicenceClaims) -> Self {
        Self {
            id: claims.jti,
            serial: claims.serial,
            revision: claims.revision,
            period: claims.period,
            seats: claims.seats,
        }
    }

    /// Seats there are, those beyond the agreed number included.
    #[must_use]
    pub const fn seats_total(&self) -> u32 {
        self.seats.active_max.number().saturating_add(self.seats.overage)
    }

    /// Seconds for which a lease holds.
    #[must_use]
    pub fn lease_secs(&self) -> i64 {
        i64::from(self.seats.lease_secs)
    }

    /// Seconds for which an access token holds: never longer than the lease that covers it.
    #[must_use]
    pub fn access_secs(&self) -> i64 {
        ACCESS_SECS.min(self.lease_secs() - LEASE_MARGIN_SECS)
    }

    /// Whether seats are counted by sessions and not by people.
    #[must_use]
    pub fn is_per_session(&self) -> bool {
        self.seats.holder == SeatHolder::Session
    }

    /// Whether seats may be given under it.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, now: UnixTime) -> Result<(), LicenceRefusal> {
        if self.period.is_ahead(now) {
            return Err(LicenceRefusal::NotYet { from: self.period.nbf() });
        }
        match self.period.last_end() {
            Some(until) if now.is_expired(until) => Err(LicenceRefusal::Expired { until }),
            _ => Ok(()),
        }
    }
}

/// The licences that are installed and were verified since the server started.
#[derive(Clone, Debug, Default)]
pub struct Licences(Vec<Terms>);

impl Licences {
    /// Adds one.
    pub fn add(&mut self, terms: Terms) {
        self.0.push(terms);
    }

    /// Takes the one away that was added last.
    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    /// The one in force: of the series, the highest revision that has begun, or before any has
    /// begun, the one that begins first. What has not begun is staged.
    #[must_use]
    pub fn in_force(&self, serial: Serial, now: UnixTime) -> Option<&Terms> {
        let of_series = || self.0.iter().filter(|terms| terms.serial == serial);
        let begun = of_series().filter(|terms| !now.is_before(terms.period.nbf(), 0));
        begun
            .max_by_key(|terms| terms.revision)
            .or_else(|| of_series().min_by_key(|terms| terms.period.nbf()))
    }

    fn newest(&self, serial: Serial) -> Option<&Terms> {
        self.0.iter().filter(|terms| terms.serial == serial).max_by_key(|terms| terms.revision)
    }
}

pub(super) fn install(install: &InstallLicence, draft: &mut Draft) -> Result<Outcome, Missing> {
    let InstallLicence { terms, replace, .. } = install;
    let is_other_series = draft.site().serial.is_some_and(|serial| serial != terms.serial);
    if is_other_series && *replace == Replace::SameSeries {
        return Ok(Outcome::Refused(Refusal::Conflict));
    }
    let newest = draft.licences().newest(terms.serial);
    // The same file again is no mistake: an administrator is unsure whether it worked.
    let is_known = newest.is_some_and(|newest| newest.id == terms.id);
    if !is_known && newest.is_some_and(|newest| newest.revision >= terms.revision) {
        return Ok(Outcome::Refused(Refusal::Conflict));
    }
    if !is_known {
        draft.add_licence(install);
    }
    draft.edit_site(|site| site.serial = Some(terms.serial));
    draft.record(Act::LicenceInstalled { licence: terms.id });
    Ok(Outcome::Installed { from: terms.period.nbf() })
}
