//! Seats: who may take one, and who lets go.
//!
//! A session holds a lease; a seat is held as long as one lease of its holder (a person, or by some
//! licences a session) lasts, a lease that was taken along offline included. A lapsed lease is let go
//! inside the transaction that needs its seat, so nobody is turned away while a seat lies idle.

use licence_core::{SessionId, UnixTime, UserId};

use super::account;
use super::audit::{Act, Actor};
use super::borrow;
use super::command::{Outcome, Refusal, ReleaseSeat};
use super::draft::{Draft, Lease, Missing};
use super::licence::{ACCESS_SECS, Terms, terms_now};
use super::revocation;
use super::row::{Holder, Session};
use super::usage;
use super::waiting::{self, Line};
use super::{SWEEP_MAX, Step, refuse};

/// After a smaller licence took over, seconds for which those who are seated may renew.
const OVER_SECS: i64 = 12 * 3600;

/// What came of asking for a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// The session holds its seat until then.
    Held(UnixTime),
    /// All seats are taken.
    Full(Line),
}

/// Seats taken.
pub(super) fn in_use(draft: &Draft, terms: &Terms) -> u32 {
    let site = draft.site();
    if terms.is_per_session() { site.sessions_seated } else { site.users_seated }
}

/// Who holds a session's seat.
pub(super) fn holder(session: &Session, terms: &Terms) -> Holder {
    if terms.is_per_session() { Holder::Session(session.id) } else { Holder::Person(session.user) }
}

/// Renews the seat that a session's holder has, or takes one, or a place in the queue. The caller writes
/// the session's row.
pub(super) fn claim(
    session: &mut Session,
    terms: &Terms,
    wait_secs: i64,
    draft: &mut Draft,
) -> Result<Claim, Missing> {
    let is_new = !holds_seat(session, terms, draft)?;
    let may =
        if is_new { waiting::may_take(session, terms, draft)? } else { may_renew(terms, draft)? };
    if !may {
        return waiting::line_up(holder(session, terms), wait_secs, draft).map(Claim::Full);
    }
    // INVARIANT: no lease ends before an access token that it covers, though a new licence has shorter
    // ones; and none outlives its session, or its seat would be held by nobody.
    let covered = session.access_end.min(draft.now().plus(ACCESS_SECS));
    let end = draft.now().plus(terms.lease_secs()).max(covered).min(session.idle_end(draft.site()));
    set_lease(session, Some(end), draft)?;
    // Also whoever only renews may have waited: under a licence that had become too small.
    waiting::leave(session, terms, draft)?;
    if is_new {
        account::note_seat(session.user, draft)?;
        draft.record(Act::SeatTaken(session.id));
    }
    Ok(Claim::Held(end))
}

/// Whether the session's holder has a seat that has not lapsed.
fn holds_seat(session: &Session, terms: &Terms, draft: &mut Draft) -> Result<bool, Missing> {
    let (now, is_per_session) = (draft.now(), terms.is_per_session());
    let leases = draft.leases(session.user)?;
    Ok(leases.iter().any(|lease| {
        !now.is_expired(lease.end) && (!is_per_session || lease.session == session.id)
    }))
}

/// Under a licence with fewer seats than are held, those who sit may stay for a while.
fn may_renew(terms: &Terms, draft: &mut Draft) -> Result<bool, Missing> {
    let is_over_long = |since: UnixTime| draft.now().is_expired(since.plus(OVER_SECS));
    if !draft.site().over_since.is_some_and(is_over_long) {
        return Ok(true);
    }
    while in_use(draft, terms) > terms.seats_total() {
        if !let_lapse(draft)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Notes when more seats began to be held than the licence has, and when that ended.
pub(super) fn watch_over(draft: &mut Draft) {
    let Ok(terms) = terms_now(draft) else { return };
    let is_over = in_use(draft, &terms) > terms.seats_total();
    match draft.site().over_since {
        None if is_over => {
            let now = draft.now();
            draft.edit_site(|site| site.over_since = Some(now));
            draft.record(Act::SeatsOver);
        }
        Some(_) if !is_over => {
            draft.edit_site(|site| site.over_since = None);
            draft.record(Act::SeatsWithin);
        }
        Some(_) | None => {}
    }
}

/// Lets lapsed leases go until so many seats are free; says how many are.
///
/// It goes on for as long as that takes, or somebody would be turned away while a seat lies idle. Nobody
/// can make it go on for longer than there were seats, times the sessions that may share one.
pub(super) fn make_room(wanted: u32, terms: &Terms, draft: &mut Draft) -> Result<u32, Missing> {
    let free = |draft: &Draft| terms.seats_total().saturating_sub(in_use(draft, terms));
    while free(draft) < wanted && let_lapse(draft)? {}
    Ok(free(draft))
}

/// Lets the lease that ended first go; `false` where none has ended.
fn let_lapse(draft: &mut Draft) -> Result<bool, Missing> {
    let now = draft.now();
    let Some(lease) = draft.soonest_lease()?.filter(|lease| now.is_expired(lease.end)) else {
        return Ok(false);
    };
    if let Some(id) = lease.borrowing {
        borrow::end(id, draft)?;
        return Ok(true);
    }
    let_go(lease, draft)?;
    Ok(true)
}

/// Changes a session's lease. The caller writes the session's row.
pub(super) fn set_lease(
    session: &mut Session,
    end: Option<UnixTime>,
    draft: &mut Draft,
) -> Result<(), Missing> {
    let (id, user) = (session.id, session.user);
    change_leases(user, draft, |leases| {
        leases.retain(|lease| lease.session != id || lease.borrowing.is_some());
        leases.extend(end.map(|end| Lease { end, session: id, user, borrowing: None }));
    })?;
    session.lease_end = end;
    Ok(())
}

/// Changes the index of leases, and the counters as the index changes.
///
/// INVARIANT: nothing else changes either, and the counters never look at a session's row, of which
/// an older copy may be at hand.
pub(super) fn change_leases(
    user: UserId,
    draft: &mut Draft,
    change: impl FnOnce(&mut Vec<Lease>),
) -> Result<(), Missing> {
    let before = draft.leases(user)?;
    let (sessions_before, was_seated) = (sessions_of(before), !before.is_empty());
    let mut leases = before.to_vec();
    change(&mut leases);
    // In one order, whatever the history: a rule that lists them says the same on any engine.
    leases.sort_unstable();
    let (sessions_after, is_seated) = (sessions_of(&leases), !leases.is_empty());
    draft.write_leases(user, leases);
    draft.edit_site(|site| {
        site.sessions_seated = counted(site.sessions_seated, sessions_before, sessions_after);
        site.users_seated =
            counted(site.users_seated, usize::from(was_seated), usize::from(is_seated));
    });
    usage::note_seats(draft);
    Ok(())
}

/// Different sessions among leases.
pub(crate) fn sessions_of(leases: &[Lease]) -> usize {
    let mut sessions: Vec<SessionId> = leases.iter().map(|lease| lease.session).collect();
    sessions.sort_unstable();
    sessions.dedup();
    sessions.len()
}

fn counted(count: u32, before: usize, after: usize) -> u32 {
    let small = |number| u32::try_from(number).unwrap_or(u32::MAX);
    count.saturating_add(small(after)).saturating_sub(small(before))
}

/// Gives a session's seat back, and keeps the login. Its access tokens open nothing from the commit on:
/// whoever sits there next is the only one.
pub(super) fn park(id: SessionId, draft: &mut Draft) -> Result<Outcome, Missing> {
    release(id, None, draft)?;
    Ok(Outcome::Done)
}

fn release(id: SessionId, by: Option<Actor>, draft: &mut Draft) -> Result<(), Missing> {
    let Some(mut session) = draft.session(id)?.filter(|session| session.lease_end.is_some()) else {
        return Ok(());
    };
    set_lease(&mut session, None, draft)?;
    draft.record_by(Act::SeatReleased(id), by);
    revocation::revoke_all_of(&mut session, draft);
    draft.write_session(session);
    Ok(())
}

/// Takes a person's seat away, and keeps the logins. What was taken along offline is not touched: its
/// copy lives.
pub(super) fn release_seat(command: &ReleaseSeat, draft: &mut Draft) -> Result<Outcome, Missing> {
    if draft.user(command.user)?.is_none() {
        return Ok(refuse(Some(command.user), None, Refusal::NotFound, draft));
    }
    let leases = draft.leases(command.user)?.to_vec();
    for lease in leases.iter().filter(|lease| lease.borrowing.is_none()) {
        release(lease.session, Some(command.by), draft)?;
    }
    if let Some(user) = command.reserve_for {
        waiting::reserve(user, draft)?;
        draft.record_by(Act::SeatReserved(user), Some(command.by));
    }
    Ok(Outcome::Done)
}

/// Gives every seat back that a session holds. There are no more than the licence has, and it is done
/// when the clock was wrong, so it is not done in steps.
pub(super) fn let_all_go(draft: &mut Draft) -> Result<(), Missing> {
    let leases = draft.every_lease()?;
    draft.expect_sessions(leases.iter().map(|lease| &lease.session))?;
    leases
        .into_iter()
        .filter(|lease| lease.borrowing.is_none())
        .try_for_each(|lease| let_go(lease, draft))
}

fn let_go(lease: Lease, draft: &mut Draft) -> Result<(), Missing> {
    change_leases(lease.user, draft, |leases| leases.retain(|other| *other != lease))?;
    if let Some(mut session) = draft.session(lease.session)? {
        session.lease_end = None;
        draft.write_session(session);
    }
    draft.record(Act::SeatLapsed(lease.session));
    Ok(())
}

/// Lets lapsed leases go, in bounded steps.
pub(super) fn sweep(draft: &mut Draft) -> Result<Step, Missing> {
    for gone in 0..SWEEP_MAX {
        if !let_lapse(draft)? {
            return Ok(Step::last(gone));
        }
    }
    Ok(Step::full(SWEEP_MAX))
}
