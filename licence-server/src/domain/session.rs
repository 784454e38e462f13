//! Sessions: sign-in, refresh, sign-out.

use licence_core::{SessionId, TokenId, UnixTime, UserId};

use super::audit::Act;
use super::command::{
    FullHouse, Grant, LicenceRefusal, NextSecret, Outcome, Refresh, Refusal, SignIn, SignOut,
};
use super::draft::{Draft, Missing};
use super::licence::Terms;
use super::refresh::{Generation, Rotation, Shown, judge};
use super::refuse;
use super::row::{Revocation, Session, Site, User};
use super::seat::{self, Claim};

/// How long after its last token's end a session stays revoked: the most leeway that other libraries
/// grant by default.
const REVOKED_MARGIN_SECS: i64 = 60;

/// Starts a session for a person whose password was found right, and takes a seat for it.
///
/// In a full house the session is made all the same, so that its person need not type the password
/// again when a seat comes free.
pub(super) fn sign_in(sign_in: &SignIn, draft: &mut Draft) -> Result<Outcome, Missing> {
    let user = draft.user(sign_in.user)?.filter(|user| may_sign_in(user, sign_in));
    let Some(user) = user else {
        return Ok(refuse(Some(sign_in.user), None, Refusal::InvalidGrant, draft));
    };
    let terms = match terms_now(draft) {
        Ok(terms) => terms,
        Err(why) => return Ok(refuse(Some(user.id), None, Refusal::Licence(why), draft)),
    };
    end_own(sign_in.end_session, user.id, draft)?;
    let mut session = new_session(sign_in, draft.site(), draft.now());
    if let Some(refusal) = too_many(&session, &terms, draft)? {
        return Ok(refuse(Some(user.id), None, refusal, draft));
    }
    draft.record(Act::SignedIn { user: user.id, session: session.id });
    match seat::claim(&mut session, &terms, draft)? {
        Claim::Full => {
            let full = full_house(&session, &terms, draft)?;
            draft.write_session(session);
            Ok(Outcome::NoSeat(full))
        }
        Claim::Held(lease_end) => {
            let next = NextSecret::First;
            Ok(grant(session, &user, &Offer { terms, lease_end, jti: sign_in.jti, next }, draft))
        }
    }
}

fn may_sign_in(user: &User, sign_in: &SignIn) -> bool {
    let version = user.credential.as_ref().map(|credential| credential.version);
    user.is_enabled && version == Some(sign_in.credential)
}

fn new_session(sign_in: &SignIn, site: &Site, now: UnixTime) -> Session {
    let end = now.plus(sign_in.stay.life_secs);
    let mut session = Session {
        id: sign_in.session,
        user: sign_in.user,
        auth_time: now,
        end,
        idle_secs: sign_in.stay.idle_secs,
        idle_end: end,
        unlicensed_secs: 0,
        device: sign_in.device.clone(),
        scope: sign_in.scope.clone(),
        lease_end: None,
        access_end: now,
        current: sign_in.secret,
        generation: Generation::FIRST,
        rotation: None,
    };
    session.touch(site, now);
    session
}

/// Rotates a refresh token, and renews the seat or takes one. Where that is refused, nothing is
/// rotated, so the token that was shown stays good.
pub(super) fn refresh(refresh: &Refresh, draft: &mut Draft) -> Result<Outcome, Missing> {
    let Some(session) = draft.session(refresh.session)? else {
        return Ok(refuse(None, Some(refresh.session), Refusal::InvalidGrant, draft));
    };
    let now = draft.now();
    if now.is_expired(session.idle_end(draft.site())) {
        end(session, Act::SessionEnded { session: refresh.session }, draft)?;
        return Ok(Outcome::Refused(Refusal::InvalidGrant));
    }
    let (shown, current) =
        ((refresh.generation, refresh.secret), (session.generation, session.current));
    match judge(shown, current, session.rotation, now) {
        Shown::Ahead => Ok(refuse(None, Some(session.id), Refusal::StoreBehind, draft)),
        Shown::Reused => {
            end(session, Act::TokenReused { session: refresh.session }, draft)?;
            Ok(Outcome::Refused(Refusal::RefreshReused))
        }
        Shown::Replay(rotation) => replay(session, rotation, refresh, draft),
        Shown::Current => rotate(session, refresh, draft),
    }
}

fn rotate(mut session: Session, refresh: &Refresh, draft: &mut Draft) -> Result<Outcome, Missing> {
    let (id, now) = (session.id, draft.now());
    let (user, terms) = match standing(&session, draft)? {
        Ok(standing) => standing,
        Err(refusal) => return Ok(refuse(None, Some(id), refusal, draft)),
    };
    let Some(generation) = session.generation.next() else {
        return Ok(refuse(None, Some(id), Refusal::InvalidGrant, draft));
    };
    end_own(refresh.end_session.filter(|other| *other != id), user.id, draft)?;
    if let Some(refusal) = too_many(&session, &terms, draft)? {
        return Ok(refuse(None, Some(id), refusal, draft));
    }
    session.touch(draft.site(), now);
    let Claim::Held(lease_end) = seat::claim(&mut session, &terms, draft)? else {
        let full = full_house(&session, &terms, draft)?;
        return Ok(refuse(None, Some(id), Refusal::NoSeat(full), draft));
    };
    let Refresh { nonce, child, jti, .. } = *refresh;
    session.rotation = Some(Rotation { parent: session.current, nonce, at: now, replays: 0 });
    session.current = child;
    session.generation = generation;
    draft.record(Act::Refreshed { session: id });
    let next = NextSecret::Child { generation, nonce };
    Ok(grant(session, &user, &Offer { terms, lease_end, jti, next }, draft))
}

/// Gives the child of a rotation again. Neither the lease nor the window moves, so a copied parent
/// gains nothing by being shown over and over.
fn replay(
    mut session: Session,
    rotation: Rotation,
    refresh: &Refresh,
    draft: &mut Draft,
) -> Result<Outcome, Missing> {
    let id = session.id;
    let (user, terms) = match standing(&session, draft)? {
        Ok(standing) => standing,
        Err(refusal) => return Ok(refuse(None, Some(id), refusal, draft)),
    };
    let now = draft.now();
    let live = session.lease_end.filter(|end| !now.is_expired(*end));
    let claim = match live {
        Some(lease_end) => Claim::Held(lease_end),
        // The seat was given back since.
        None => seat::claim(&mut session, &terms, draft)?,
    };
    let Claim::Held(lease_end) = claim else {
        let full = full_house(&session, &terms, draft)?;
        return Ok(refuse(None, Some(id), Refusal::NoSeat(full), draft));
    };
    session.rotation = Some(Rotation { replays: rotation.replays.saturating_add(1), ..rotation });
    draft.record(Act::Replayed { session: id });
    let next = NextSecret::Child { generation: session.generation, nonce: rotation.nonce };
    Ok(grant(session, &user, &Offer { terms, lease_end, jti: refresh.jti, next }, draft))
}

/// The person and the terms under which a session may go on.
fn standing(
    session: &Session,
    draft: &mut Draft,
) -> Result<Result<(User, Terms), Refusal>, Missing> {
    let user = draft.user(session.user)?.filter(|user| user.is_enabled);
    let Some(user) = user else { return Ok(Err(Refusal::InvalidGrant)) };
    Ok(terms_now(draft).map(|terms| (user, terms)).map_err(Refusal::Licence))
}

fn terms_now(draft: &Draft) -> Result<Terms, LicenceRefusal> {
    let terms = draft.terms().ok_or(LicenceRefusal::None)?;
    terms.check(draft.now()).map(|()| terms)
}

/// Whether the session's lease would be one too many for its person. To renew one never is.
fn too_many(
    session: &Session,
    terms: &Terms,
    draft: &mut Draft,
) -> Result<Option<Refusal>, Missing> {
    let now = draft.now();
    if session.lease_end.is_some_and(|end| !now.is_expired(end)) {
        return Ok(None);
    }
    let leases = draft.leases(session.user)?;
    let others: Vec<SessionId> = leases
        .iter()
        .filter(|lease| lease.session != session.id && !now.is_expired(lease.end))
        .map(|lease| lease.session)
        .collect();
    let is_too_many =
        others.len() >= usize::try_from(terms.seats.sessions_max).unwrap_or(usize::MAX);
    Ok(is_too_many.then_some(Refusal::TooManySessions(others)))
}

/// Ends a session, if there is one with that id: its tokens are refused from the commit on, and its
/// seat is free.
pub(super) fn sign_out(sign_out: &SignOut, draft: &mut Draft) -> Result<Outcome, Missing> {
    if let Some(session) = draft.session(sign_out.session)? {
        end(session, Act::SignedOut { session: sign_out.session }, draft)?;
    }
    Ok(Outcome::Done)
}

/// Ends another session of the same person.
fn end_own(id: Option<SessionId>, user: UserId, draft: &mut Draft) -> Result<(), Missing> {
    let Some(id) = id else { return Ok(()) };
    match draft.session(id)?.filter(|session| session.user == user) {
        Some(session) => end(session, Act::SignedOut { session: id }, draft),
        None => Ok(()),
    }
}

fn end(mut session: Session, act: Act, draft: &mut Draft) -> Result<(), Missing> {
    seat::set_lease(&mut session, None, draft)?;
    let until = session.access_end.plus(REVOKED_MARGIN_SECS);
    if !draft.now().is_expired(until) {
        draft.revoke(Revocation { session: session.id, until });
    }
    draft.remove_session(session.id);
    draft.record(act);
    Ok(())
}

fn full_house(session: &Session, terms: &Terms, draft: &mut Draft) -> Result<FullHouse, Missing> {
    Ok(FullHouse {
        session: session.id,
        session_end: session.end,
        seats_in_use: seat::in_use(draft, terms),
        seats_total: terms.seats_total(),
        earliest: draft.earliest_lease_end()?,
    })
}

/// What a grant is made of, besides session and person.
struct Offer {
    terms: Terms,
    lease_end: UnixTime,
    jti: TokenId,
    next: NextSecret,
}

/// Writes the session that holds its seat, and says what its access token says.
fn grant(mut session: Session, user: &User, offer: &Offer, draft: &mut Draft) -> Outcome {
    let Offer { terms, lease_end, jti, next } = *offer;
    let iat = draft.now();
    // INVARIANT: no access token outlasts the lease that covers it.
    let exp = iat.plus(terms.access_secs()).min(lease_end).min(session.end);
    session.access_end = session.access_end.max(exp);
    let grant = Grant {
        user: user.id,
        roles: user.roles.clone(),
        ext_id: user.ext_id.clone(),
        session: session.id,
        session_end: session.end,
        auth_time: session.auth_time,
        scope: session.scope.clone(),
        jti,
        iat,
        exp,
        lease_end,
        licence: terms.id,
        seats_in_use: seat::in_use(draft, &terms),
        seats_total: terms.seats_total(),
        next,
        position: draft.site().position,
    };
    draft.write_session(session);
    Outcome::Granted(grant)
}
