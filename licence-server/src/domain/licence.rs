//! Which licence is in force, and what it lets the rules do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use licence_core::claims::{Borrow, Period, SeatHolder, Seats};
use licence_core::{AcceptedLicence, LicenceId, Serial, UnixTime};

use super::audit::Act;
use super::command::{
    InstallLicence, InstallRevocations, LicenceRefusal, Outcome, Refusal, Replace, Restore, Stored,
};
use super::draft::Draft;
use super::refuse;

/// Seconds of an access token, where the lease leaves room for them.
pub(super) const ACCESS_SECS: i64 = 900;

/// Seconds by which a lease outlasts the access token it covers: the leeway of whoever checks it.
const LEASE_MARGIN_SECS: i64 = 30;

const DAY_SECS: i64 = 86_400;

/// What the rules need of a licence that the verifier accepted.
///
/// They come from the signed bytes at every start and are never read from the store, so that an edit
/// of the store changes no licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Which licence.
    pub(crate) id: LicenceId,
    /// Its series.
    pub(crate) serial: Serial,
    /// Its place in the series.
    pub(crate) revision: u32,
    /// Its times.
    pub(crate) period: Period,
    /// Its seats.
    pub(crate) seats: Seats,
    /// When the vendor signed it: no clock is rightly before that.
    pub(crate) iat: UnixTime,
    /// The number of the revocation list that came with it; 0 without one.
    pub(crate) list_seq: u32,
}

impl Terms {
    /// The terms of a licence that was accepted here.
    #[must_use]
    pub fn of(licence: &AcceptedLicence) -> Self {
        let claims = licence.signed().claims();
        Self {
            id: claims.jti,
            serial: claims.serial,
            revision: claims.revision,
            period: claims.period,
            seats: claims.seats,
            iat: claims.iat,
            list_seq: licence.signed().revocations().map_or(0, |list| list.claims().seq),
        }
    }

    /// Seats there are, those beyond the agreed number included.
    #[must_use]
    pub const fn seats_total(&self) -> u32 {
        self.seats.active_max.number().saturating_add(self.seats.overage)
    }

    /// When it ends at last, what is granted after its end included; `None` for never.
    #[must_use]
    pub fn end(&self) -> Option<UnixTime> {
        self.period.last_end()
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

    /// When a seat ends that is lent at a time for so many days: with the licence at the latest.
    pub(super) fn lease_end(&self, start: UnixTime, days: u32) -> UnixTime {
        let asked = start.plus(i64::from(days) * DAY_SECS);
        self.period.exp().map_or(asked, |exp| asked.min(exp))
    }

    /// What may be out of it at a time, if anything.
    fn lent_by(&self, time: UnixTime) -> Option<Lent> {
        let Borrow { days_max, seats_max } = self.seats.borrow?;
        let end = self.lease_end(time, days_max);
        (end > time).then_some(Lent { seats_max, end })
    }

    /// Seconds between two times in which it was not valid.
    fn invalid_secs(&self, from: UnixTime, to: UnixTime) -> i64 {
        let ahead_secs = self.period.nbf().min(to).since(from).max(0);
        let over = self.period.last_end().map_or(0, |end| to.since(end.max(from)).max(0));
        ahead_secs + over
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

/// Seats that may be out, taken along offline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lent {
    /// How many at once.
    pub(super) seats_max: u32,
    /// When the last of them ends.
    pub(super) end: UnixTime,
}

/// The licences that are installed and were verified since the server started. Cheap to clone: every
/// batch begins with one.
#[derive(Clone, Debug, Default)]
pub struct Licences(Arc<Installed>);

#[derive(Clone, Debug, Default)]
struct Installed {
    terms: BTreeMap<LicenceId, Terms>,
    revoked: BTreeSet<LicenceId>,
}

impl Licences {
    /// Adds one, in the place of the one with its id.
    pub fn add(&mut self, terms: Terms) {
        Arc::make_mut(&mut self.0).terms.insert(terms.id, terms);
    }

    /// Takes over which of them are revoked.
    pub fn revoke(&mut self, revoked: BTreeSet<LicenceId>) {
        Arc::make_mut(&mut self.0).revoked = revoked;
    }

    /// The one in force: of the series, the highest revision that has begun and was not revoked; where
    /// there is none, the highest that has begun, or before any has begun, the one that begins first.
    /// What has not begun is staged.
    #[must_use]
    pub fn in_force(&self, serial: Serial, now: UnixTime) -> Option<&Terms> {
        let of_series = || self.iter().filter(|terms| terms.serial == serial);
        let begun = of_series().filter(|terms| !now.is_before(terms.period.nbf(), 0));
        begun
            .max_by_key(|terms| (!self.is_revoked(terms.id), terms.revision))
            .or_else(|| of_series().min_by_key(|terms| terms.period.nbf()))
    }

    /// When the last licence ends that takes over from these terms without a gap; `None` for never.
    #[must_use]
    pub fn covered_until(&self, terms: &Terms) -> Option<UnixTime> {
        let mut end = terms.end()?;
        let renewals = || {
            self.iter().filter(|next| {
                next.serial == terms.serial
                    && next.revision > terms.revision
                    && !self.is_revoked(next.id)
            })
        };
        // Each renewal may be followed by another, so there are as many steps as licences at most.
        for _ in self.iter() {
            for next in renewals() {
                if next.period.nbf() <= end {
                    end = end.max(next.end()?);
                }
            }
        }
        Some(end)
    }

    /// Whether a licence was revoked.
    #[must_use]
    pub fn is_revoked(&self, id: LicenceId) -> bool {
        self.0.revoked.contains(&id)
    }

    /// Every one, in the order of their ids, which is the one in which the vendor made them and the store's: whatever
    /// was put back between.
    pub fn iter(&self) -> impl Iterator<Item = &Terms> {
        self.0.terms.values()
    }

    /// The newest time that the vendor signed.
    pub(super) fn newest_iat(&self) -> Option<UnixTime> {
        self.iter().map(|terms| terms.iat).max()
    }

    /// Seconds between two times in which no licence of the series in force was valid.
    pub(super) fn unlicensed_secs(
        &self,
        serial: Option<Serial>,
        from: UnixTime,
        to: UnixTime,
    ) -> i64 {
        let terms = serial.and_then(|serial| self.in_force(serial, to));
        let valid = terms.filter(|terms| !self.is_revoked(terms.id));
        valid.map_or(to.since(from), |terms| terms.invalid_secs(from, to))
    }

    /// What may have been lent since a backup, by whichever licence was in force from then on: one that lends less
    /// may have taken over from one that lent more.
    pub(super) fn lent_since(
        &self,
        restore: &Restore,
        serial: Option<Serial>,
        now: UnixTime,
    ) -> Option<Lent> {
        let first = restore.licence.and_then(|id| self.with_id(id));
        let since = restore.since.iter().filter_map(|id| self.with_id(*id));
        let known: Vec<_> = first.into_iter().chain(since).collect();
        let may_have_been = |terms: &&Terms| {
            // When one is revoked, an earlier one is in force again.
            let followed = known.iter().any(|one| {
                one.serial == terms.serial
                    && (one.revision <= terms.revision || self.is_revoked(one.id))
            });
            let took_over = Some(terms.serial) == serial
                && first.is_none_or(|first| first.serial != terms.serial);
            (followed || took_over) && terms.period.nbf() <= now
        };
        most_lent(self.iter().filter(may_have_been), now)
    }

    /// What may have been lent before now by any of them, and no more than the seats of the one in force: whoever holds
    /// back more shuts everybody out for longer than there are seats.
    pub(super) fn lent_at_most(&self, serial: Option<Serial>, now: UnixTime) -> Option<Lent> {
        let begun = self.iter().filter(|terms| terms.period.nbf() <= now);
        let lent = most_lent(begun, now)?;
        let terms = serial.and_then(|serial| self.in_force(serial, now));
        let seats = terms.map_or(lent.seats_max, Terms::seats_total);
        Some(Lent { seats_max: lent.seats_max.min(seats), ..lent })
    }

    fn newest(&self, serial: Serial) -> Option<&Terms> {
        self.iter().filter(|terms| terms.serial == serial).max_by_key(|terms| terms.revision)
    }

    fn with_id(&self, id: LicenceId) -> Option<&Terms> {
        self.0.terms.get(&id)
    }
}

fn most_lent<'a>(all: impl Iterator<Item = &'a Terms>, now: UnixTime) -> Option<Lent> {
    all.filter_map(|terms| terms.lent_by(now)).reduce(|one, other| Lent {
        seats_max: one.seats_max.max(other.seats_max),
        end: one.end.max(other.end),
    })
}

/// What installing a licence comes to.
enum Installation {
    /// It is new, or comes with a newer revocation list than the one that is there, or that one is damaged.
    Write,
    /// It is there already: no mistake, an administrator is unsure whether it worked.
    Known,
    /// Another one with its id or its place is there.
    Conflict,
}

fn judge(install: &InstallLicence, licences: &Licences) -> Installation {
    let InstallLicence { terms, stored, .. } = install;
    let is_damaged = *stored == Stored::Damaged;
    if let Some(known) = licences.with_id(terms.id) {
        let says_the_same = Terms { list_seq: known.list_seq, ..*terms } == *known;
        return match is_damaged || terms.list_seq > known.list_seq {
            _ if !says_the_same => Installation::Conflict,
            true => Installation::Write,
            false => Installation::Known,
        };
    }
    match licences.newest(terms.serial) {
        // One that is damaged was there before the newer one: it is put back behind it.
        Some(newest) if newest.revision >= terms.revision && !is_damaged => Installation::Conflict,
        _ => Installation::Write,
    }
}

pub(super) fn install(install: &InstallLicence, draft: &mut Draft) -> Outcome {
    let terms = &install.terms;
    let series = match series_after(install, draft.site().serial, draft.now()) {
        Ok(series) => series,
        Err(refusal) => return refuse(None, None, refusal, draft),
    };
    match judge(install, draft.licences()) {
        Installation::Conflict => return refuse(None, None, Refusal::Conflict, draft),
        Installation::Write => draft.add_licence(install),
        Installation::Known => {}
    }
    // Where a newer list was taken over meanwhile, what the older one says of others counts no more.
    if install.list_seq >= draft.site().list_seq {
        draft.revoke_licences(install.revoked.clone());
    }
    draft.edit_site(|site| {
        site.serial = Some(series);
        site.list_seq = site.list_seq.max(install.list_seq);
    });
    draft.record_by(Act::LicenceInstalled(terms.id), Some(install.by));
    Outcome::Installed { from: terms.period.nbf() }
}

/// Takes over a newer revocation list: what it revokes grants nothing from this commit on. Where the store's is damaged,
/// the one that counts comes again, or an older one behind it.
///
/// Whether it is newer is judged here too: two may be submitted at once, each newer than the one before.
pub(super) fn install_revocations(install: &InstallRevocations, draft: &mut Draft) -> Outcome {
    let counts = draft.site().list_seq;
    // Where the list that counts is the one that was damaged, none but itself may be put in its place.
    let is_put_back = install.stored == Stored::Damaged && install.list_seq >= counts;
    if install.seq <= counts && !is_put_back {
        return refuse(None, None, Refusal::Conflict, draft);
    }
    draft.edit_site(|site| site.list_seq = install.list_seq);
    draft.add_list(install);
    draft.revoke_licences(install.revoked.clone());
    draft.record_by(Act::RevocationsInstalled(install.seq), Some(install.by));
    Outcome::Done
}

/// The terms under which seats are given now.
pub(super) fn terms_now(draft: &Draft) -> Result<Terms, LicenceRefusal> {
    let terms = draft.terms().ok_or(LicenceRefusal::None)?;
    if draft.licences().is_revoked(terms.id) {
        return Err(LicenceRefusal::Revoked);
    }
    terms.check(draft.now()).map(|()| terms)
}

/// Which series counts from then on. Another one takes over at once, so it needs the administrator's word, and must
/// have begun; one that counted before and is damaged is put back without that, and takes over from none.
fn series_after(
    install: &InstallLicence,
    current: Option<Serial>,
    now: UnixTime,
) -> Result<Serial, Refusal> {
    let InstallLicence { terms, stored, replace, .. } = install;
    let Some(current) = current.filter(|current| *current != terms.serial) else {
        return Ok(terms.serial);
    };
    match (replace, stored) {
        (Replace::AnySeries, _) => {
            terms.check(now).map(|()| terms.serial).map_err(Refusal::Licence)
        }
        (Replace::SameSeries, Stored::Damaged) => Ok(current),
        (Replace::SameSeries, Stored::Sound) => Err(Refusal::Conflict),
    }
}
