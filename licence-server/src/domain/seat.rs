//! Seats: who may take one, and who lets go.
//!
//! A session holds a lease; a seat is held as long as one lease of its holder (a person, or by some
//! licences a session) lasts. A lapsed lease is let go inside the transaction that needs its seat, so
//! nobody is turned away while a seat lies idle.

use licence_core::{SessionId, UnixTime, UserId};

use super::audit::Act;
use super::command::Outcome;
use super::draft::{Draft, Lease, Missing};
use super::licence::Terms;
use super::row::Session;

/// Leases and revocations that one sweep lets go, so that no batch grows without bound.
const SWEEP_MAX: usize = 256;

/// What came of asking for a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// The session holds its seat until then.
    Held(UnixTime),
    /// All seats are taken.
    Full,
}

/// Seats taken.
pub(super) fn in_use(draft: &Draft, terms: &Terms) -> u32 {
    if terms.is_per_session() { draft.site().leases } else { draft.site().users_seated }
}

/// Renews the seat that a session's holder has, or takes one. The caller writes the session's row.
pub(super) fn claim(
    session: &mut Session,
    terms: &Terms,
    draft: &mut Draft,
) -> Result<Claim, Missing> {
    let is_new = !holds_seat(session, terms, draft)?;
    if is_new && !make_room(terms, draft)? {
        return Ok(Claim::Full);
    }
    // INVARIANT: no lease outlives its session, or its seat would be held by nobody.
    let end = draft.now().plus(terms.lease_secs()).min(session.idle_end);
    set_lease(session, Some(end), draft)?;
    if is_new {
        draft.record(Act::SeatTaken { session: session.id });
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

/// Lets lapsed leases go until a seat is free; `false` where all are held in earnest, or where so many
/// have lapsed at once that the next sweep goes on.
fn make_room(terms: &Terms, draft: &mut Draft) -> Result<bool, Missing> {
    for _ in 0..SWEEP_MAX {
        if in_use(draft, terms) < terms.seats_total() {
            return Ok(true);
        }
        if !let_lapse(draft)? {
            return Ok(false);
        }
    }
    Ok(in_use(draft, terms) < terms.seats_total())
}

/// Lets the lease that ended first go; `false` where none has ended.
fn let_lapse(draft: &mut Draft) -> Result<bool, Missing> {
    let now = draft.now();
    let Some(lease) = draft.soonest_lease()?.filter(|lease| now.is_expired(lease.end)) else {
        return Ok(false);
    };
    change_leases((lease.session, lease.user), None, draft)?;
    if let Some(mut session) = draft.session(lease.session)? {
        session.lease_end = None;
        draft.write_session(session);
    }
    draft.record(Act::SeatLapsed { session: lease.session });
    Ok(true)
}

/// Changes a session's lease. The caller writes the session's row.
pub(super) fn set_lease(
    session: &mut Session,
    end: Option<UnixTime>,
    draft: &mut Draft,
) -> Result<(), Missing> {
    change_leases((session.id, session.user), end, draft)?;
    session.lease_end = end;
    Ok(())
}

/// Changes the index of leases, and the counters as the index changes.
///
/// INVARIANT: nothing else changes either, and the counters never look at a session's row, of which
/// an older copy may be at hand.
fn change_leases(
    (session, user): (SessionId, UserId),
    end: Option<UnixTime>,
    draft: &mut Draft,
) -> Result<(), Missing> {
    let mut leases = draft.leases(user)?.to_vec();
    let (leases_before, was_seated) = (leases.len(), !leases.is_empty());
    leases.retain(|lease| lease.session != session);
    leases.extend(end.map(|end| Lease { end, session, user }));
    // In one order, whatever the history: a rule that lists them says the same on any engine.
    leases.sort_unstable();
    let (leases_after, is_seated) = (leases.len(), !leases.is_empty());
    draft.write_leases(user, leases);
    draft.edit_site(|site| {
        site.leases = counted(site.leases, leases_before, leases_after);
        site.users_seated =
            counted(site.users_seated, usize::from(was_seated), usize::from(is_seated));
    });
    Ok(())
}

fn counted(count: u32, before: usize, after: usize) -> u32 {
    let small = |number| u32::try_from(number).unwrap_or(u32::MAX);
    count.saturating_add(small(after)).saturating_sub(small(before))
}

/// Lets go of what has lapsed: leases, and revocations that no token needs any more.
pub(super) fn sweep(draft: &mut Draft) -> Result<Outcome, Missing> {
    for _ in 0..SWEEP_MAX {
        if !let_lapse(draft)? {
            break;
        }
    }
    for _ in 0..SWEEP_MAX {
        let Some(revocation) = draft.stale_revocation()? else { break };
        draft.purge(revocation);
    }
    Ok(Outcome::Done)
}
