//! Sessions: how they begin, go on and end.

use licence_core::{Code, SessionId, TokenId, UserId};

use super::audit::{Act, Actor, Refused};
use super::command::{
    EndSession, FullHouse, Grant, NextSecret, Outcome, Refusal, Resume, SeatGrant, Sighting,
    SignIn, SignOut,
};
use super::draft::{Draft, Missing};
use super::licence::{ACCESS_SECS, Terms, terms_now};
use super::refresh::{Generation, LateAnswers};
use super::row::{DataOwner, Revocation, Revoked, Scope, Session, User};
use super::seat::{self, Claim};
use super::waiting::Line;
use super::{SWEEP_MAX, Step, refuse, revocation};

/// Sessions of one person that are kept. Who signs in once more loses the oldest of those that hold no
/// seat.
const KEPT_MAX: usize = 64;

/// Other sessions of a person that a full house tells of.
const TOLD_MAX: usize = 10;

/// The person and the terms under which a session goes on; administration needs no terms.
pub(super) type Standing = (User, Option<Terms>);

/// Starts a session for a person whose password was found right, and takes a seat for it.
///
/// In a full house the session is made all the same, so that its person need not type the password
/// again when a seat comes free.
pub(super) fn sign_in(sign_in: &SignIn, draft: &mut Draft) -> Result<Outcome, Missing> {
    let user = draft.user(sign_in.user)?.filter(|user| may_sign_in(user, sign_in));
    let Some(user) = user else {
        return Ok(refuse(Some(sign_in.user), None, Refusal::InvalidGrant, draft));
    };
    let terms = match terms_for(sign_in.scope, &user, draft) {
        Ok(terms) => terms,
        Err(refusal) => return Ok(refuse(Some(user.id), None, refusal, draft)),
    };
    end_own(sign_in.end_session, user.id, draft)?;
    let mut session = new_session(sign_in, draft);
    let Some(terms) = terms else {
        begin(&session, draft)?;
        return Ok(grant(session, &user, None, (sign_in.jti, NextSecret::First), draft));
    };
    if let Some(refusal) = too_many(&session, &terms, draft)? {
        return Ok(refuse(Some(user.id), None, refusal, draft));
    }
    begin(&session, draft)?;
    match seat::claim(&mut session, &terms, sign_in.wait_secs, draft)? {
        Claim::Full(line) => no_seat(&session, &terms, line, draft),
        Claim::Held(_) => {
            let next = (sign_in.jti, NextSecret::First);
            Ok(grant(session, &user, Some(terms), next, draft))
        }
    }
}

fn may_sign_in(user: &User, sign_in: &SignIn) -> bool {
    let version = user.credential.as_ref().map(|credential| credential.version);
    user.is_enabled() && version == Some(sign_in.credential)
}

/// The terms under which a sign-in may use a seat; to administer, the role is enough.
fn terms_for(scope: Scope, user: &User, draft: &Draft) -> Result<Option<Terms>, Refusal> {
    match scope {
        Scope::Seat => terms_now(draft).map(Some).map_err(Refusal::Licence),
        Scope::Admin if user.is_admin() => Ok(None),
        Scope::Admin => Err(Refusal::Forbidden),
    }
}

fn new_session(sign_in: &SignIn, draft: &Draft) -> Session {
    let now = draft.now();
    let end = now.plus(sign_in.stay.life_secs);
    let mut session = Session {
        id: sign_in.session,
        user: sign_in.user,
        auth_time: now,
        end,
        idle_secs: sign_in.stay.idle_secs,
        idle_end: end,
        unlicensed_secs: 0,
        due: end,
        device: sign_in.device.clone(),
        mark: sign_in.mark,
        scope: sign_in.scope,
        lease_end: None,
        access_end: now,
        access_from: 0,
        access_from_until: now,
        revoked: Vec::new(),
        seen_seq: None,
        seen_at: now,
        current: sign_in.secret,
        generation: Generation::FIRST,
        rotation: None,
        late: LateAnswers::NONE,
        adopted_in: 0,
        public: None,
        set_backs: draft.site().set_backs(),
    };
    session.touch(draft.site(), now);
    session.due = session.idle_end;
    session
}

fn begin(session: &Session, draft: &mut Draft) -> Result<(), Missing> {
    retire(session.user, draft)?;
    draft.add_session(session.clone())?;
    draft.record(Act::SignedIn(session.user, session.id));
    Ok(())
}

/// Makes room for one more session of a person. Ids are ordered by time, so the first is the oldest.
fn retire(user: UserId, draft: &mut Draft) -> Result<(), Missing> {
    let own = draft.own_sessions(user)?;
    if own.len() < KEPT_MAX {
        return Ok(());
    }
    draft.expect_sessions(&own)?;
    for id in own {
        let session = draft.session(id)?;
        if let Some(session) = session.filter(|session| session.lease_end.is_none()) {
            return end(session, Act::SessionEnded(id), None, draft);
        }
    }
    Ok(())
}

/// Takes a seat for a session that began in a full house, and whose sign-in still waits.
pub(super) fn resume(resume: &Resume, draft: &mut Draft) -> Result<Outcome, Missing> {
    let id = resume.session;
    // Once its token was rotated, the sign-in has been answered by then.
    let session = draft.session(id)?.filter(|session| session.generation == Generation::FIRST);
    let Some(mut session) = session else {
        return Ok(refuse(None, Some(id), Refusal::InvalidGrant, draft));
    };
    let (user, terms) = match standing(&session, draft)? {
        Ok((user, Some(terms))) => (user, terms),
        Ok((_, None)) => return Ok(refuse(None, Some(id), Refusal::InvalidGrant, draft)),
        Err(refusal) => return Ok(refuse(None, Some(id), refusal, draft)),
    };
    if let Some(refusal) = too_many(&session, &terms, draft)? {
        return Ok(refuse(None, Some(id), refusal, draft));
    }
    match seat::claim(&mut session, &terms, 0, draft)? {
        Claim::Full(line) => no_seat(&session, &terms, line, draft),
        Claim::Held(_) => {
            Ok(grant(session, &user, Some(terms), (resume.jti, NextSecret::First), draft))
        }
    }
}

/// The person and the terms under which a session may go on.
pub(super) fn standing(
    session: &Session,
    draft: &mut Draft,
) -> Result<Result<Standing, Refusal>, Missing> {
    let user = draft.user(session.user)?.filter(User::is_enabled);
    let Some(user) = user else { return Ok(Err(Refusal::InvalidGrant)) };
    Ok(terms_for(session.scope, &user, draft).map(|terms| (user, terms)))
}

/// Whether the session's lease would be one too many for its person. To renew one never is.
pub(super) fn too_many(
    session: &Session,
    terms: &Terms,
    draft: &mut Draft,
) -> Result<Option<Refusal>, Missing> {
    let now = draft.now();
    if session.lease_end.is_some_and(|end| !now.is_expired(end)) {
        return Ok(None);
    }
    let leases = draft.leases(session.user)?;
    // What was taken along is no device to end: its session may be over.
    let own = leases.iter().filter(|lease| lease.borrowing.is_none());
    let mut others: Vec<SessionId> = own
        .filter(|lease| lease.session != session.id && !now.is_expired(lease.end))
        .map(|lease| lease.session)
        .collect();
    others.sort_unstable();
    others.dedup();
    let is_too_many =
        others.len() >= usize::try_from(terms.seats.sessions_max).unwrap_or(usize::MAX);
    Ok(is_too_many.then_some(Refusal::TooManySessions(others)))
}

/// Ends a session, if there is one with that id: its tokens are refused from the commit on, and its
/// seat is free.
pub(super) fn sign_out(sign_out: &SignOut, draft: &mut Draft) -> Result<Outcome, Missing> {
    if let Some(session) = draft.session(sign_out.session)? {
        end(session, Act::SignedOut(sign_out.session), None, draft)?;
    }
    Ok(Outcome::Done)
}

/// Ends a session on the word of its person or of an administrator.
pub(super) fn end_session(command: &EndSession, draft: &mut Draft) -> Result<Outcome, Missing> {
    let id = command.session;
    let session = draft.session(id)?;
    let session = session.filter(|session| command.of.is_none_or(|user| user == session.user));
    let Some(session) = session else {
        return Ok(refuse(command.of, Some(id), Refusal::NotFound, draft));
    };
    let act = if command.by.is_some() { Act::SessionRevoked(id) } else { Act::SignedOut(id) };
    end(session, act, command.by, draft)?;
    Ok(Outcome::Done)
}

/// Ends another session of the same person.
pub(super) fn end_own(
    id: Option<SessionId>,
    user: UserId,
    draft: &mut Draft,
) -> Result<(), Missing> {
    let Some(id) = id else { return Ok(()) };
    match draft.session(id)?.filter(|session| session.user == user) {
        Some(session) => end(session, Act::SignedOut(id), None, draft),
        None => Ok(()),
    }
}

/// Ends every session of a person but one.
pub(super) fn end_all(
    user: UserId,
    keep: Option<SessionId>,
    by: Option<Actor>,
    draft: &mut Draft,
) -> Result<(), Missing> {
    let own = draft.own_sessions(user)?;
    draft.expect_sessions(&own)?;
    for id in own.into_iter().filter(|id| Some(*id) != keep) {
        if let Some(session) = draft.session(id)? {
            end(session, Act::SessionRevoked(id), by, draft)?;
        }
    }
    Ok(())
}

pub(super) fn end(
    mut session: Session,
    act: Act,
    by: Option<Actor>,
    draft: &mut Draft,
) -> Result<(), Missing> {
    seat::set_lease(&mut session, None, draft)?;
    let until = session.revoked_until(draft.now());
    revocation::withdraw_all_of(&mut session, draft);
    if !draft.now().is_expired(until) {
        draft.revoke(Revocation { until, what: Revoked::Session(session.id) });
    }
    draft.write_data(DataOwner::Session(session.id), None);
    draft.remove_session(session.id);
    draft.record_by(act, by);
    Ok(())
}

/// Notes which access tokens came back, and when sessions were last heard of.
pub(super) fn see(sightings: &[Sighting], draft: &mut Draft) -> Result<Outcome, Missing> {
    draft.expect_sessions(sightings.iter().map(|sighting| &sighting.session))?;
    // One that is ahead came before the clock was set back.
    let now = draft.now();
    for sighting in sightings {
        if let Some(mut session) = draft.session(sighting.session)? {
            session.seen_seq = session.seen_seq.max(Some(sighting.seq));
            session.seen_at = session.seen_at.max(sighting.at.min(now));
            draft.write_session(session);
        }
    }
    Ok(Outcome::Done)
}

/// Looks at sessions whose time may be over, in bounded steps, and ends those of which it is.
pub(super) fn sweep(draft: &mut Draft) -> Result<Step, Missing> {
    let mut ended = 0;
    for _ in 0..SWEEP_MAX {
        let Some(id) = draft.due_session()? else { return Ok(Step::last(ended)) };
        if let Some(mut session) = draft.session(id)? {
            let idle_end = session.idle_end(draft.site());
            if draft.now().is_expired(idle_end) {
                end(session, Act::SessionEnded(id), None, draft)?;
                ended += 1;
            } else {
                session.due = idle_end;
                draft.write_session(session);
            }
        }
        draft.pass_due_session();
    }
    Ok(Step::full(ended))
}

/// Looks at the sessions that are due last, in bounded steps. Who signed in while the clock was ahead is due years
/// after the end that the session has since the clock was set back.
pub(super) fn bring_forward(draft: &mut Draft) -> Result<Step, Missing> {
    if draft.site().set_back.is_none() {
        return Ok(Step::last(0));
    }
    for moved in 0..SWEEP_MAX {
        let Some(id) = draft.last_session()? else { return Ok(Step::last(moved)) };
        if let Some(mut session) = draft.session(id)? {
            let idle_end = session.idle_end(draft.site());
            if session.due <= idle_end {
                return Ok(Step::last(moved));
            }
            session.due = idle_end;
            draft.write_session(session);
        }
        draft.pass_last_session();
    }
    Ok(Step::full(SWEEP_MAX))
}

/// A session without a seat: the login stays.
fn no_seat(
    session: &Session,
    terms: &Terms,
    line: Line,
    draft: &mut Draft,
) -> Result<Outcome, Missing> {
    let full = full_house(session, terms, line, draft)?;
    let (user, session) = (Some(session.user), Some(session.id));
    draft.record_refused(Refused { user, session, code: Code::NoSeat });
    Ok(Outcome::NoSeat(full))
}

/// What is told to whoever finds no seat.
pub(super) fn full_house(
    session: &Session,
    terms: &Terms,
    line: Line,
    draft: &mut Draft,
) -> Result<FullHouse, Missing> {
    let own = draft.own_sessions(session.user)?;
    let others = own.into_iter().rev().filter(|id| *id != session.id);
    Ok(FullHouse {
        session: session.id,
        session_end: session.end,
        holder: seat::holder(session, terms),
        in_use: seat::in_use(draft, terms),
        total: terms.seats_total(),
        earliest: draft.earliest_lease_end()?,
        place: match line {
            Line::Place(place) => Some(place),
            Line::TooLong => None,
        },
        own: others.take(TOLD_MAX).collect(),
    })
}

/// Writes the session, and says what its access token says. Whoever needs a seat holds it by now.
pub(super) fn grant(
    mut session: Session,
    user: &User,
    terms: Option<Terms>,
    (jti, next): (TokenId, NextSecret),
    draft: &mut Draft,
) -> Outcome {
    let iat = draft.now();
    let seat = terms.zip(session.lease_end).map(|(terms, lease_end)| SeatGrant {
        lease_end,
        licence: terms.id,
        in_use: seat::in_use(draft, &terms),
        total: terms.seats_total(),
    });
    let access_secs = terms.map_or(ACCESS_SECS, |terms| terms.access_secs());
    let exp = iat.plus(access_secs).min(session.end);
    // INVARIANT: no access token outlasts the lease that covers it.
    let exp = seat.map_or(exp, |seat| exp.min(seat.lease_end));
    session.access_end = session.access_end.max(exp);
    let grant = Grant {
        user: user.id,
        roles: user.roles.clone(),
        ext_id: user.ext_id.clone(),
        session: session.id,
        session_end: session.end,
        auth_time: session.auth_time,
        scope: session.scope,
        jti,
        iat,
        exp,
        seat,
        next,
        public: session.public.clone(),
        position: draft.site().position,
    };
    draft.write_session(session);
    Outcome::Granted(grant)
}
