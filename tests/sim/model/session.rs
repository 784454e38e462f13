//! Sessions: how they begin, go on and end.

use std::collections::BTreeMap;

use licence_core::{SessionId, TokenId, UnixTime, UserId};
use licence_server::domain::{
    DeviceMark, Generation, Grant, NextSecret, Outcome, Refresh, Refusal, Resume, RevokeToken,
    Scope, SignIn,
};

use super::chain::{self, Chain};
use super::seats::ACCESS_SECS;
use super::tokens::Access;
use super::{Model, Unlicensed, Worth, needs_seat};
use crate::broken::{Broken, Promise, check};

/// Tokens of one session that are taken back one by one at most.
const ALONE_MAX: usize = 4;

/// Seconds by which others may grant an access token more.
const MARGIN_SECS: i64 = 60;

/// A session that was begun.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) user: UserId,
    pub(crate) scope: Scope,
    pub(crate) mark: DeviceMark,
    /// Until when it holds a seat.
    pub(crate) lease: Option<UnixTime>,
    /// Until when that may be at the latest, where time without a licence since it was touched is in it.
    pub(crate) lease_latest: Option<UnixTime>,
    /// When the last of its access tokens ends.
    pub(crate) access_end: UnixTime,
    pub(crate) chain: Chain,
    pub(crate) began: UnixTime,
    /// Tokens that were taken back one by one, and until when they could be good.
    pub(crate) alone: BTreeMap<TokenId, UnixTime>,
    life_end: UnixTime,
    idle_secs: i64,
    touched: UnixTime,
    /// The seconds without a licence when it was touched, at the least.
    unlicensed_secs: i64,
    /// The same times at the latest.
    latest: Latest,
    /// Those that stood in its row when it was touched.
    written: Latest,
}

/// Times of a session at the latest. By how much a clock that was set back moved them is known to the turn alone; and
/// a session that slept while it was set back twice counts from the later of the two.
#[derive(Clone, Copy, Debug)]
struct Latest {
    began: UnixTime,
    life_end: UnixTime,
    touched: UnixTime,
    /// The seconds without a licence when it was touched, at the most.
    unlicensed_secs: i64,
}

impl Latest {
    fn touch(self, unlicensed: Unlicensed, now: UnixTime) -> Self {
        Self { touched: now, unlicensed_secs: unlicensed.most, ..self }
    }

    fn set_back(self, unlicensed: Unlicensed, now: UnixTime) -> Self {
        let ahead_secs = self.began.since(now).max(0);
        let spared_secs = unlicensed.most - self.unlicensed_secs - ahead_secs;
        Self {
            began: self.began.plus(-ahead_secs),
            life_end: self.life_end.plus(-ahead_secs),
            touched: self.touched.plus(spared_secs).min(now),
            unlicensed_secs: unlicensed.most,
        }
    }
}

impl Known {
    /// Whether it may have ended by itself.
    pub(crate) fn may_have_ended(&self, unlicensed: Unlicensed, now: UnixTime) -> bool {
        let spared_secs = unlicensed.least - self.unlicensed_secs;
        now >= self.life_end || now >= self.touched.plus(self.idle_secs + spared_secs)
    }

    /// Whether it cannot go on.
    pub(crate) fn must_have_ended(&self, unlicensed: Unlicensed, now: UnixTime) -> bool {
        let Latest { life_end, touched, unlicensed_secs, .. } = self.latest;
        let spared_secs = unlicensed.most - unlicensed_secs;
        now >= life_end || now >= touched.plus(self.idle_secs + spared_secs)
    }

    /// When it ends without a refresh, at the earliest and at the latest.
    pub(crate) fn idle_ends(&self, unlicensed: Unlicensed) -> [UnixTime; 2] {
        let Latest { life_end, touched, unlicensed_secs, .. } = self.latest;
        let earliest = self.idle_secs + unlicensed.least - self.unlicensed_secs;
        let latest = self.idle_secs + unlicensed.most - unlicensed_secs;
        [self.touched.plus(earliest).min(self.life_end), touched.plus(latest).min(life_end)]
    }

    /// The clock was set back: what began while it was ahead begins now. Time that seemed to be without a licence
    /// is nobody's idleness, and no more than all idleness so far.
    pub(crate) fn set_back(&mut self, unlicensed: Unlicensed, now: UnixTime) {
        let ahead_secs = self.began.since(now).max(0);
        (self.began, self.life_end) =
            (self.began.plus(-ahead_secs), self.life_end.plus(-ahead_secs));
        let spared_secs = unlicensed.least - self.unlicensed_secs - ahead_secs;
        self.touched = self.touched.plus(spared_secs).min(now);
        self.unlicensed_secs = unlicensed.least;
        self.latest = self.written.set_back(unlicensed, now);
        self.access_end = self.access_end.min(now.plus(ACCESS_SECS));
        self.chain.set_back(now);
    }
}

impl Model {
    pub(super) fn sign_in(
        &mut self,
        sign_in: &SignIn,
        outcome: &Outcome,
        now: UnixTime,
    ) -> Result<(), Broken> {
        if let Outcome::Refused(refusal) = outcome {
            if matches!(refusal, Refusal::TooManySessions(_)) {
                self.end_own(sign_in.end_session, sign_in.user);
            }
            return self.may_refuse_sign_in(sign_in, refusal, now);
        }
        let person = self.people.get(&sign_in.user);
        let may = person
            .is_some_and(|person| person.is_enabled && person.password == sign_in.credential.0);
        check(may, Promise::Revocation, || format!("{sign_in:?} was let in"))?;
        self.end_own(sign_in.end_session, sign_in.user);
        let life_end = now.plus(sign_in.stay.life_secs);
        let unlicensed_secs = self.unlicensed.most;
        let latest = Latest { began: now, life_end, touched: now, unlicensed_secs };
        let known = Known {
            user: sign_in.user,
            scope: sign_in.scope,
            mark: sign_in.mark,
            lease: None,
            lease_latest: None,
            access_end: now,
            chain: Chain::new(sign_in.secret, now),
            began: now,
            alone: BTreeMap::new(),
            life_end,
            idle_secs: sign_in.stay.idle_secs,
            touched: now,
            unlicensed_secs: self.unlicensed.least,
            latest,
            written: latest,
        };
        self.sessions.insert(sign_in.session, known);
        self.seat_or_none(sign_in.session, sign_in.wait_secs, outcome, now)
    }

    fn may_refuse_sign_in(
        &self,
        sign_in: &SignIn,
        refusal: &Refusal,
        now: UnixTime,
    ) -> Result<(), Broken> {
        let person = self.people.get(&sign_in.user);
        let is_right = match refusal {
            Refusal::InvalidGrant => person
                .is_none_or(|person| !person.is_enabled || person.password != sign_in.credential.0),
            Refusal::Forbidden => person.is_some_and(|person| !person.is_admin),
            Refusal::Licence(_) => self.ledger.seats(now).is_none(),
            Refusal::TooManySessions(_) => self.has_too_many(sign_in.session, sign_in.user, now),
            _ => false,
        };
        check(is_right, Promise::NoFalseDenial, || format!("{sign_in:?} came to {refusal:?}"))
    }

    pub(super) fn resume(
        &mut self,
        resume: &Resume,
        outcome: &Outcome,
        now: UnixTime,
    ) -> Result<(), Broken> {
        let known = self.sessions.get(&resume.session);
        let is_first = known.is_some_and(|known| known.chain.generation() == Generation::FIRST);
        match outcome {
            Outcome::Refused(Refusal::InvalidGrant) => {
                check(!is_first, Promise::HonestStays, || format!("{resume:?} was refused"))
            }
            Outcome::Refused(refusal) => self.may_refuse_seat(resume.session, refusal, now),
            _ => self.seat_or_none(resume.session, 0, outcome, now),
        }
    }

    pub(super) fn refresh(
        &mut self,
        refresh: &Refresh,
        outcome: &Outcome,
        now: UnixTime,
    ) -> Result<(), Broken> {
        let id = refresh.session;
        let Some(known) = self.sessions.get(&id).cloned() else {
            let is_refused = *outcome == Outcome::Refused(Refusal::InvalidGrant);
            return check(is_refused, Promise::Revocation, || {
                format!("a session that has ended went on: {outcome:?}")
            });
        };
        if *outcome == Outcome::Refused(Refusal::InvalidGrant) {
            let may_end = known.may_have_ended(self.unlicensed, now);
            self.end(id);
            return check(may_end, Promise::HonestStays, || format!("{refresh:?} was refused"));
        }
        if let Outcome::Granted(_) = outcome {
            check(!known.must_have_ended(self.unlicensed, now), Promise::Ends, || {
                format!("a session went on after its end: {known:?} at {now}")
            })?;
        }
        let is_same_device = chain::is_same_device(known.mark, refresh.mark);
        let shown = (refresh.generation, refresh.secret);
        let worth = match known.chain.worth(shown, is_same_device, refresh.seen_seq, now) {
            Worth::Ahead if known.chain.adopted_in == self.life.number => Worth::Theft,
            worth => worth,
        };
        match (worth, outcome) {
            (Worth::Ahead, _) if !self.life.may_adopt(now) => {
                let is_behind = *outcome == Outcome::Refused(Refusal::StoreBehind);
                check(is_behind, Promise::ThiefIsCaught, || format!("{refresh:?}: {outcome:?}"))
            }
            (Worth::Theft, Outcome::Refused(Refusal::RefreshReused)) => {
                self.end(id);
                Ok(())
            }
            (Worth::Theft, _) => check(false, Promise::ThiefIsCaught, || {
                format!("{refresh:?} came to {outcome:?}: {known:?} at {now}")
            }),
            (_, Outcome::Refused(Refusal::RefreshReused)) => {
                check(false, Promise::HonestStays, || {
                    format!("{refresh:?} is {worth:?} and ended its session: {known:?} at {now}")
                })
            }
            (_, Outcome::Granted(grant)) => {
                self.sessions.insert(id, known);
                self.go_on(refresh, worth, grant, now)
            }
            (_, Outcome::Refused(refusal)) => {
                self.end_own_after(refresh, refusal);
                self.may_refuse_refresh(refresh, refusal, now)
            }
            (..) => check(false, Promise::HonestStays, || format!("{refresh:?}: {outcome:?}")),
        }
    }

    /// A session goes on with the child of the token that was shown.
    fn go_on(
        &mut self,
        refresh: &Refresh,
        worth: Worth,
        grant: &Grant,
        now: UnixTime,
    ) -> Result<(), Broken> {
        let id = refresh.session;
        let (unlicensed, life) = (self.unlicensed, self.life.number);
        let known = self.sessions.get_mut(&id).unwrap();
        if worth == Worth::Ahead {
            known.chain.adopt(refresh.generation, refresh.secret, life);
        }
        let is_rotated = matches!(worth, Worth::Current | Worth::Ahead);
        if is_rotated {
            known.chain.rotate(refresh.child, refresh.nonce, now, grant.position.seq);
            (known.touched, known.unlicensed_secs) = (now, unlicensed.least);
            known.latest = known.latest.touch(unlicensed, now);
            known.written = known.latest;
        }
        let (generation, nonce) = (known.chain.generation(), known.chain.nonce());
        let next = nonce.map(|nonce| NextSecret::Child { generation, nonce });
        check(next == Some(grant.next), Promise::OneChild, || format!("{refresh:?}: {grant:?}"))?;
        match worth {
            Worth::SameChild => known.chain.replay(now),
            Worth::LateChild => known.chain.replay_late(now),
            Worth::Current | Worth::Ahead | Worth::Theft => {}
        }
        let is_seated = known.lease.is_some_and(|end| !now.is_expired(end));
        if is_rotated || !is_seated {
            self.end_own(refresh.end_session.filter(|other| *other != id), grant.user);
            return self.seat_or_none(id, 0, &Outcome::Granted(grant.clone()), now);
        }
        let stays = grant.seat.is_none_or(|seat| Some(seat.lease_end) == known.lease);
        check(stays, Promise::Seats, || format!("a replay moved the lease: {grant:?}"))?;
        self.hand_out(grant, now)
    }

    fn may_refuse_refresh(
        &mut self,
        refresh: &Refresh,
        refusal: &Refusal,
        now: UnixTime,
    ) -> Result<(), Broken> {
        if let Refusal::NoSeat(_) = refusal {
            let outcome = Outcome::Refused(refusal.clone());
            return self.seat_or_none(refresh.session, refresh.wait_secs, &outcome, now);
        }
        self.may_refuse_seat(refresh.session, refusal, now)
    }

    fn may_refuse_seat(
        &self,
        id: SessionId,
        refusal: &Refusal,
        now: UnixTime,
    ) -> Result<(), Broken> {
        let known = self.sessions.get(&id);
        let is_right = match (known, refusal) {
            (Some(known), Refusal::TooManySessions(_)) => self.has_too_many(id, known.user, now),
            (Some(_), Refusal::Licence(_)) => self.ledger.seats(now).is_none(),
            (Some(known), Refusal::Forbidden) => {
                !self.people.get(&known.user).is_some_and(|person| person.is_admin)
            }
            _ => false,
        };
        check(is_right, Promise::NoFalseDenial, || format!("{id} came to {refusal:?}"))
    }

    /// Who asked for another session's end has it, whatever came of the rest.
    fn end_own_after(&mut self, refresh: &Refresh, refusal: &Refusal) {
        let is_done = matches!(refusal, Refusal::NoSeat(_) | Refusal::TooManySessions(_));
        let user = self.sessions.get(&refresh.session).map(|known| known.user);
        if let Some(user) = user.filter(|_| is_done) {
            self.end_own(refresh.end_session.filter(|other| *other != refresh.session), user);
        }
    }

    fn end_own(&mut self, id: Option<SessionId>, user: UserId) {
        let own = id.filter(|id| self.sessions.get(id).is_some_and(|known| known.user == user));
        own.into_iter().for_each(|id| self.end(id));
    }

    /// A token is taken back. A session has four at most that were: the next one takes all of them along.
    pub(super) fn revoke(&mut self, token: &RevokeToken, now: UnixTime) {
        let until = token.exp.plus(MARGIN_SECS);
        let is_over = now.is_expired(until) || self.tokens.is_revoked(token.jti);
        let Some(known) = self.sessions.get_mut(&token.session).filter(|_| !is_over) else {
            return;
        };
        known.alone.retain(|_, until| !now.is_expired(*until));
        if known.alone.len() < ALONE_MAX {
            known.alone.insert(token.jti, until);
            self.tokens.revoke(token.jti);
        } else {
            known.alone.clear();
            self.tokens.revoke_all(token.session);
        }
    }

    /// An access token was made.
    pub(super) fn hand_out(&mut self, grant: &Grant, now: UnixTime) -> Result<(), Broken> {
        let lease = grant.seat.map(|seat| seat.lease_end);
        let is_covered = match lease {
            Some(end) => grant.exp <= end && needs_seat(grant.scope),
            None => !needs_seat(grant.scope),
        };
        check(is_covered && grant.iat == now, Promise::Tokens, || {
            format!("an access token outlasts its seat: {grant:?}")
        })?;
        if let Some(known) = self.sessions.get_mut(&grant.session) {
            // One that seems to end later was made while the clock was ahead, and opens nothing since.
            let before = known.access_end.min(now.plus(ACCESS_SECS));
            known.access_end = before.max(grant.exp);
        }
        if self.is_heard {
            self.tokens.hand_out(Access::of(grant));
        }
        Ok(())
    }
}
