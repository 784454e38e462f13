//! Access tokens that are good no more, and how the list of them stays short.
//!
//! Every service that verifies tokens without asking carries the whole list, so what is on it is
//! bounded twice. A session has a few tokens that were revoked one by one; the next one revokes all
//! that it was given so far, by their place in the log. And when the whole list is full, every token
//! of the site is. Nobody loses a seat or a login over it: a client whose token is refused refreshes.

use licence_core::TokenId;

use super::audit::Act;
use super::command::{Outcome, RevokeToken};
use super::draft::{Draft, Missing};
use super::row::{Revocation, Revoked, RevokedToken, Session};
use super::{REVOKED_MARGIN_SECS, SWEEP_MAX, Step};

/// Tokens of one session that are revoked one by one. A client revokes the last one that it was given,
/// and is given four in an hour.
const TOKENS_MAX: usize = 4;

/// Revocations in force at most: as many as fit into the signed list, whatever their kind.
pub const REVOKED_MAX: u32 = 8_000;

/// Makes one access token good no more, and leaves its session alone. Once more is no mistake, and nor
/// is a token whose session has ended: what was wanted is so already.
pub(super) fn revoke_token(command: &RevokeToken, draft: &mut Draft) -> Result<Outcome, Missing> {
    let now = draft.now();
    let Some(mut session) = draft.session(command.session)? else { return Ok(Outcome::Done) };
    let until = command.exp.plus(REVOKED_MARGIN_SECS).min(session.revoked_until(now));
    forget_the_gone(&mut session, draft);
    let is_refused = command.seq < session.access_from.max(draft.site().access_from);
    if is_refused || now.is_expired(until) || is_listed(&session, command.jti) {
        return Ok(Outcome::Done);
    }
    draft.record(Act::TokenRevoked(session.id, command.jti));
    if session.revoked.len() < TOKENS_MAX {
        let token = RevokedToken { id: command.jti, until, seq: draft.site().position.seq };
        session.revoked.push(token);
        draft.revoke(token.into());
    } else {
        revoke_all_of(&mut session, draft);
    }
    draft.write_session(session);
    Ok(Outcome::Done)
}

/// Makes every access token good no more that a session was given so far: it goes on with its next
/// refresh. The caller writes the session's row.
pub(super) fn revoke_all_of(session: &mut Session, draft: &mut Draft) {
    let (until, before) = (session.revoked_until(draft.now()), draft.site().position.seq);
    withdraw_all_of(session, draft);
    (session.access_from, session.access_from_until) = (before, until);
    if !draft.now().is_expired(until) {
        draft.revoke(Revocation { until, what: Revoked::SessionBefore(session.id, before) });
    }
}

/// Takes a session off the list, for something that says more to take its place. So a session has a few
/// entries at most, whatever it does.
pub(super) fn withdraw_all_of(session: &mut Session, draft: &mut Draft) {
    forget_the_gone(session, draft);
    for token in session.revoked.drain(..) {
        draft.withdraw(token.into());
    }
    let (before, until) = (session.access_from, session.access_from_until);
    if !draft.now().is_expired(until) && before >= draft.site().access_from {
        draft.withdraw(Revocation { until, what: Revoked::SessionBefore(session.id, before) });
        session.access_from_until = draft.now();
    }
}

/// Makes every access token good no more that the site ever gave. That takes the place of all that was
/// revoked so far.
pub(super) fn revoke_every_token(draft: &mut Draft) -> Result<(), Missing> {
    draft.withdraw_all()?;
    draft.edit_site(|site| site.access_from = site.position.seq);
    Ok(())
}

/// Keeps the list to what it may hold.
pub(super) fn keep_short(draft: &mut Draft) -> Result<(), Missing> {
    if draft.site().revoked <= REVOKED_MAX {
        return Ok(());
    }
    draft.record(Act::EveryTokenRevoked);
    revoke_every_token(draft)
}

/// Lets go of revocations that no token needs any more, in bounded steps.
pub(super) fn sweep(draft: &mut Draft) -> Result<Step, Missing> {
    for gone in 0..SWEEP_MAX {
        let Some(revocation) = draft.stale_revocation()? else { return Ok(Step::last(gone)) };
        draft.purge(revocation);
    }
    Ok(Step::full(SWEEP_MAX))
}

/// Forgets of a session's own list what has ended, and what is revoked with every other token.
fn forget_the_gone(session: &mut Session, draft: &Draft) {
    let (now, from) = (draft.now(), draft.site().access_from);
    session.revoked.retain(|token| !now.is_expired(token.until) && token.seq >= from);
}

fn is_listed(session: &Session, id: TokenId) -> bool {
    session.revoked.iter().any(|token| token.id == id)
}
