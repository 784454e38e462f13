//! Which licence is in force, by the words of the contract.

use std::collections::BTreeSet;

use licence_core::claims::{SeatHolder, Seats};
use licence_core::{LicenceId, Serial, UnixTime};

use super::Unlicensed;
use crate::clocks::DAY;
use crate::vendor::Deed;

/// What was installed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    installed: Vec<Deed>,
    revoked: BTreeSet<LicenceId>,
    list_seq: u32,
    serial: Option<Serial>,
}

impl Ledger {
    pub(crate) fn install(&mut self, deed: &Deed) {
        self.installed.push(deed.clone());
        self.serial = Some(deed.serial);
    }

    /// Takes a list over, if it is newer than every other.
    pub(crate) fn revoke(&mut self, seq: u32, revoked: &BTreeSet<LicenceId>) -> bool {
        let is_newer = seq > self.list_seq;
        if is_newer {
            (self.list_seq, self.revoked) = (seq, revoked.clone());
        }
        is_newer
    }

    pub(crate) const fn list_seq(&self) -> u32 {
        self.list_seq
    }

    /// How many people may be registered.
    pub(crate) fn registered_max(&self, now: UnixTime) -> Option<usize> {
        let max = self.in_force(now)?.seats.registered_max?;
        usize::try_from(max).ok()
    }

    /// The newest time that the vendor signed.
    pub(crate) fn newest_iat(&self) -> Option<UnixTime> {
        self.installed.iter().map(|deed| deed.iat).max()
    }

    /// Which licences were taken back.
    pub(crate) const fn revoked(&self) -> &BTreeSet<LicenceId> {
        &self.revoked
    }

    /// The highest revision that is installed of the series in force.
    pub(crate) fn newest(&self) -> Option<&Deed> {
        self.of_series().max_by_key(|deed| deed.revision)
    }

    fn of_series(&self) -> impl Iterator<Item = &Deed> {
        self.installed.iter().filter(|deed| Some(deed.serial) == self.serial)
    }

    /// The terms of the licence in force, where it is valid.
    pub(crate) fn seats(&self, now: UnixTime) -> Option<Seats> {
        let deed = self.in_force(now)?;
        let has_ended = deed.period.last_end().is_some_and(|end| now.is_expired(end));
        // What travels by hand may arrive a day early.
        let is_ahead = now.plus(DAY) < deed.period.nbf();
        let is_valid = !has_ended && !is_ahead && !self.revoked.contains(&deed.id);
        is_valid.then_some(deed.seats)
    }

    /// Seconds between two times in which no licence was valid: all or nothing where one was in force all along,
    /// and anything else where another took over.
    pub(crate) fn unlicensed(&self, from: UnixTime, to: UnixTime) -> Unlicensed {
        let secs = to.since(from).max(0);
        let (before, after) = (self.in_force(from), self.in_force(to));
        let is_one = before.map(|deed| deed.id) == after.map(|deed| deed.id)
            && before.is_none_or(|deed| deed.period.nbf() <= from);
        let (least, most) = match (self.seats(from), self.seats(to)) {
            (Some(_), Some(_)) if is_one => (0, 0),
            (None, None) if is_one => (secs, secs),
            _ => (0, secs),
        };
        Unlicensed { least, most }
    }

    /// A higher revision takes over from its beginning; one that was revoked gives way.
    fn in_force(&self, now: UnixTime) -> Option<&Deed> {
        let begun = self.of_series().filter(|deed| deed.period.nbf() <= now);
        let standing = |deed: &&Deed| (!self.revoked.contains(&deed.id), deed.revision);
        let first = || self.of_series().min_by_key(|deed| deed.period.nbf());
        begun.max_by_key(standing).or_else(first)
    }
}

pub(crate) fn is_per_session(seats: Seats) -> bool {
    seats.holder == SeatHolder::Session
}

pub(crate) fn total(seats: Seats) -> usize {
    usize::try_from(seats.total()).unwrap()
}
