//! Seats: who holds one, who may take one, who may be turned away.

use std::collections::BTreeSet;

use licence_core::claims::Seats;
use licence_core::{SessionId, TokenId, UnixTime, UserId};
use licence_server::domain::{Borrow, BorrowedSeat, Holder, Outcome, Refusal, ReleaseSeat};

use super::line::{self, Name};
use super::{Model, is_per_session, needs_seat, total};
use crate::broken::{Broken, Promise, check};
use crate::clocks::HOUR;

/// After a smaller licence, seconds for which those who are seated may renew.
const OVER_SECS: i64 = 12 * HOUR;

/// Seconds of an access token at most.
pub(crate) const ACCESS_SECS: i64 = 900;

/// A seat that was taken along.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lent {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) start: UnixTime,
    pub(crate) end: UnixTime,
    pub(crate) is_out: bool,
}

impl Model {
    /// Who holds a seat, as a licence counts.
    pub(crate) fn holders(&self, seats: Seats, now: UnixTime) -> BTreeSet<Holder> {
        let holder = |user, session| {
            if is_per_session(seats) { Holder::Session(session) } else { Holder::Person(user) }
        };
        let sessions = self.sessions.iter().filter(|(_, known)| is_live(known.lease, now));
        let lent = self.lent.values().filter(|lent| lent.is_out && is_live(Some(lent.end), now));
        sessions
            .map(|(id, known)| holder(known.user, *id))
            .chain(lent.map(|lent| holder(lent.user, lent.session)))
            .collect()
    }

    /// A session asked for its seat: whether it may have it, or may be turned away.
    pub(super) fn seat_or_none(
        &mut self,
        id: SessionId,
        wait_secs: i64,
        outcome: &Outcome,
        now: UnixTime,
    ) -> Result<(), Broken> {
        let known = self.sessions.get(&id).unwrap();
        let user = known.user;
        if !needs_seat(known.scope) {
            let Outcome::Granted(grant) = outcome else {
                return check(false, Promise::NoFalseDenial, || {
                    format!("an administrator was turned away: {outcome:?}")
                });
            };
            return self.hand_out(grant, now);
        }
        let Some(seats) = self.ledger.seats(now) else {
            return check(false, Promise::Seats, || format!("without a licence: {outcome:?}"));
        };
        let holders = self.holders(seats, now);
        let name = self.name(id, user, now);
        let (is_holder, held) = (holders.contains(&name.holder), holders.len());
        let ahead = self.line.live_ahead(name, now);
        let is_over = held > total(seats) && self.is_over_long(now);
        let may = if is_holder { !is_over } else { held + ahead < total(seats) };
        let how = || {
            format!(
                "{held} of {} are held, {ahead} wait before {name:?}: {outcome:?}",
                total(seats)
            )
        };
        match outcome {
            Outcome::Granted(grant) => {
                let is_free = is_holder || held < total(seats);
                check(is_free && !(is_holder && is_over), Promise::Seats, how)?;
                check(may, Promise::NobodyOvertakes, how)?;
                let lease = grant.seat.map(|seat| seat.lease_end);
                self.sessions.get_mut(&id).unwrap().lease = lease;
                self.line.leave(name);
                self.hand_out(grant, now)
            }
            _ => {
                check(!may, Promise::NoFalseDenial, how)?;
                let place = self.line.line_up(name.holder, wait_secs, now);
                check(line::place(outcome) == Some(place), Promise::NobodyOvertakes, || {
                    format!("place {place} was to be told: {outcome:?}")
                })
            }
        }
    }

    fn is_seated(&self, user: UserId, now: UnixTime) -> bool {
        let sessions = self.sessions.values().filter(|known| known.user == user);
        let lent = self.lent.values().filter(|lent| lent.user == user && lent.is_out);
        let ends = sessions.map(|known| known.lease).chain(lent.map(|lent| Some(lent.end)));
        ends.into_iter().any(|end| is_live(end, now))
    }

    fn name(&self, id: SessionId, user: UserId, now: UnixTime) -> Name {
        Name { holder: self.holder(id, user, now), person: Holder::Person(user) }
    }

    fn is_over_long(&self, now: UnixTime) -> bool {
        self.over_since.is_some_and(|since| now.is_expired(since.plus(OVER_SECS)))
    }

    /// Notes since when more seats are held than there are.
    pub(super) fn watch_over(&mut self, now: UnixTime) {
        let Some(seats) = self.ledger.seats(now) else { return };
        let is_over = self.holders(seats, now).len() > total(seats);
        self.over_since = is_over.then(|| self.over_since.unwrap_or(now));
    }

    /// Whether a person is active on so many other devices that this one is too many.
    pub(super) fn has_too_many(&self, id: SessionId, user: UserId, now: UnixTime) -> bool {
        let Some(seats) = self.ledger.seats(now) else { return false };
        let own = self.own_sessions(user);
        let own = own.filter(|own| is_live(self.sessions.get(own).unwrap().lease, now));
        let others: BTreeSet<SessionId> = own.filter(|own| *own != id).collect();
        others.len() >= usize::try_from(seats.sessions_max).unwrap()
    }

    pub(super) fn borrow(
        &mut self,
        borrow: &Borrow,
        outcome: &Outcome,
        now: UnixTime,
    ) -> Result<(), Broken> {
        let seats = self.ledger.seats(now);
        let limits = seats.and_then(|seats| seats.borrow);
        let user = self.sessions.get(&borrow.session).map(|known| known.user);
        // What came back counts on, because its copy lives.
        let out = || self.lent.values().filter(|lent| !now.is_expired(lent.end));
        let has_one = out().any(|lent| Some(lent.user) == user);
        let is_room = limits.is_some_and(|limits| {
            out().count() < usize::try_from(limits.seats_max).unwrap() && !has_one
        });
        match outcome {
            Outcome::Borrowed(lent) => {
                let may = is_room && limits.is_some_and(|limits| borrow.days <= limits.days_max);
                check(may, Promise::Seats, || format!("{borrow:?} came to {lent:?}"))?;
                let known = self.sessions.get_mut(&borrow.session).unwrap();
                // The session's own lease is renewed with it, though the person's idleness is not over.
                let lease_secs = i64::from(seats.unwrap().lease_secs);
                let covered = known.access_end.min(now.plus(ACCESS_SECS));
                let renewed = now.plus(lease_secs).max(covered);
                let ends = known.idle_ends(self.unlicensed).map(|end| Some(renewed.min(end)));
                [known.lease, known.lease_latest] = ends;
                let name = self.name(borrow.session, lent.user, now);
                self.line.leave(name);
                let BorrowedSeat { user, session, start, end, .. } = *lent;
                let lent = Lent { user, session, start, end, is_out: true };
                self.lent.insert(borrow.id, lent);
                Ok(())
            }
            Outcome::Refused(Refusal::NoSeat(full)) => {
                self.line.line_up(full.holder, 0, now);
                Ok(())
            }
            Outcome::Refused(Refusal::Conflict) => check(!is_room, Promise::NoFalseDenial, || {
                format!("{borrow:?} was refused, and {limits:?} are not out")
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn take_in(&mut self, id: TokenId) {
        if let Some(lent) = self.lent.get_mut(&id) {
            lent.is_out = false;
        }
    }

    /// A session gives its seat back, and its access tokens with it.
    pub(super) fn park(&mut self, id: SessionId) {
        let Some(known) = self.sessions.get_mut(&id) else { return };
        if known.lease.take().is_some() {
            self.tokens.revoke_all(id);
        }
    }

    pub(super) fn release(&mut self, release: &ReleaseSeat, now: UnixTime) {
        let own: Vec<SessionId> = self.own_sessions(release.user).collect();
        own.into_iter().for_each(|id| self.park(id));
        // Who sits already needs no reservation.
        if let Some(user) = release.reserve_for.filter(|user| !self.is_seated(*user, now)) {
            self.line.reserve(Holder::Person(user), now);
        }
    }

    /// The clock was wrong: every seat is given back, and every token is good no more.
    pub(super) fn let_all_go(&mut self) {
        for known in self.sessions.values_mut() {
            known.lease = None;
            known.alone.clear();
        }
        self.tokens.revoke_every();
    }
}

fn is_live(end: Option<UnixTime>, now: UnixTime) -> bool {
    end.is_some_and(|end| !now.is_expired(end))
}
