//! What a refresh token that is shown comes to: the next one, the same one again, or the session's end.

use licence_core::UnixTime;

use super::audit::Act;
use super::command::{NextSecret, Outcome, Refresh, Refusal};
use super::draft::{Draft, Missing};
use super::licence::Terms;
use super::refresh::{Rotation, Shown, judge};
use super::refuse;
use super::row::{Session, Site, User};
use super::seat::{self, Claim};
use super::session::{end, end_own, full_house, grant, standing, too_many};
use super::waiting::Line;

/// After a backup was put back, seconds for which refresh tokens that are newer than it are adopted.
const ADOPTION_SECS: i64 = 7 * 86_400;

/// Rotates a refresh token, and renews the seat or takes one. Where that is refused, nothing is
/// rotated, so the token that was shown stays good.
pub(super) fn refresh(refresh: &Refresh, draft: &mut Draft) -> Result<Outcome, Missing> {
    let id = refresh.session;
    let Some(mut session) = draft.session_going_on(id)? else {
        return Ok(refuse(None, Some(id), Refusal::InvalidGrant, draft));
    };
    let (now, site) = (draft.now(), *draft.site());
    if now.is_expired(session.idle_end(&site)) {
        end(session, Act::SessionEnded(id), None, draft)?;
        return Ok(Outcome::Refused(Refusal::InvalidGrant));
    }
    let shown = (refresh.generation, refresh.secret);
    let current = (session.generation, session.current);
    match judge(shown, current, session.rotation, now) {
        Shown::Current => rotate(session, refresh, Act::Refreshed(id), draft),
        Shown::Replay(rotation) => {
            session.rotation = Some(rotation.replayed(now));
            replay(session, rotation, refresh, Act::Replayed(id), draft)
        }
        Shown::Late(rotation) => late(session, rotation, refresh, draft),
        Shown::Ahead if !may_adopt(&site, draft) => {
            Ok(refuse(None, Some(id), Refusal::StoreBehind, draft))
        }
        Shown::Ahead if is_adopted(&session, &site) => theft(session, draft),
        Shown::Ahead => adopt(session, refresh, draft),
        Shown::Reused => theft(session, draft),
    }
}

fn theft(session: Session, draft: &mut Draft) -> Result<Outcome, Missing> {
    let act = Act::TokenReused(session.id);
    end(session, act, None, draft)?;
    Ok(Outcome::Refused(Refusal::RefreshReused))
}

/// The person, and the terms under which the session may have a seat; or the refusal.
type Admission = Result<(User, Option<Terms>), Refusal>;

/// Sees to it that the session holds what it needs to go on.
fn admit(
    session: &mut Session,
    refresh: &Refresh,
    draft: &mut Draft,
) -> Result<Admission, Missing> {
    let (user, terms) = match standing(session, draft)? {
        Ok(standing) => standing,
        Err(refusal) => return Ok(Err(refusal)),
    };
    end_own(refresh.end_session.filter(|other| *other != session.id), user.id, draft)?;
    let Some(terms) = terms else { return Ok(Ok((user, None))) };
    if let Some(refusal) = too_many(session, &terms, draft)? {
        return Ok(Err(refusal));
    }
    match seat::claim(session, &terms, refresh.wait_secs, draft)? {
        Claim::Held(_) => Ok(Ok((user, Some(terms)))),
        Claim::Full(Line::TooLong) if refresh.wait_secs > 0 => Ok(Err(Refusal::Busy)),
        Claim::Full(line) => {
            let full = full_house(session, &terms, line, draft)?;
            Ok(Err(Refusal::NoSeat(full)))
        }
    }
}

fn rotate(
    mut session: Session,
    refresh: &Refresh,
    act: Act,
    draft: &mut Draft,
) -> Result<Outcome, Missing> {
    let (id, now) = (session.id, draft.now());
    let Some(generation) = session.generation.next() else {
        return Ok(refuse(None, Some(id), Refusal::InvalidGrant, draft));
    };
    session.touch(draft.site(), now);
    let (user, terms) = match admit(&mut session, refresh, draft)? {
        Ok(admitted) => admitted,
        Err(refusal) => return Ok(refuse(None, Some(id), refusal, draft)),
    };
    let Refresh { nonce, child, jti, .. } = *refresh;
    let parent = session.current;
    draft.record(act);
    let seq = draft.site().position.seq;
    session.rotation = Some(Rotation { parent, nonce, at: now, seq, opened: now, replays: 0 });
    session.current = child;
    session.generation = generation;
    Ok(grant(session, &user, terms, (jti, NextSecret::Child { generation, nonce }), draft))
}

/// Gives the child of a rotation again. Neither the lease nor the window moves, so a copied parent
/// gains nothing by being shown over and over.
fn replay(
    mut session: Session,
    rotation: Rotation,
    refresh: &Refresh,
    act: Act,
    draft: &mut Draft,
) -> Result<Outcome, Missing> {
    let (id, now) = (session.id, draft.now());
    let is_seated = session.lease_end.is_some_and(|end| !now.is_expired(end));
    let admission = if is_seated {
        standing(&session, draft)?
    } else {
        // The seat was given back since, or has lapsed.
        admit(&mut session, refresh, draft)?
    };
    let (user, terms) = match admission {
        Ok(admitted) => admitted,
        Err(refusal) => return Ok(refuse(None, Some(id), refusal, draft)),
    };
    draft.record(act);
    let next = NextSecret::Child { generation: session.generation, nonce: rotation.nonce };
    Ok(grant(session, &user, terms, (refresh.jti, next), draft))
}

/// The answer to a rotation may never have arrived: a laptop was closed over it. Then its device shows the
/// parent once more when it wakes, and nobody has ever shown anything of the answer.
fn late(
    mut session: Session,
    rotation: Rotation,
    refresh: &Refresh,
    draft: &mut Draft,
) -> Result<Outcome, Missing> {
    let now = draft.now();
    let is_unseen = session.seen_seq.max(refresh.seen_seq).is_none_or(|seq| seq < rotation.seq);
    match session.late.another(now).filter(|_| is_unseen && session.mark == refresh.mark) {
        None => theft(session, draft),
        Some(late) => {
            session.late = late;
            // The other tabs of the device wake with it, and show the same token.
            session.rotation = Some(rotation.reopened(now));
            let act = Act::LateReplayed(session.id);
            replay(session, rotation, refresh, act, draft)
        }
    }
}

/// Whether a token of the session was adopted in this life of the store. A second one that the store never
/// gave is of another lineage: one of the two who show them is a thief, and nobody can tell which.
const fn is_adopted(session: &Session, site: &Site) -> bool {
    session.adopted_in == site.position.epoch.counter
}

fn may_adopt(site: &Site, draft: &Draft) -> bool {
    let is_recent = |restored: UnixTime| !draft.now().is_expired(restored.plus(ADOPTION_SECS));
    site.restored.is_some_and(is_recent)
}

/// Takes over a token that was made after the backup which was put back.
fn adopt(mut session: Session, refresh: &Refresh, draft: &mut Draft) -> Result<Outcome, Missing> {
    session.adopted_in = draft.site().position.epoch.counter;
    (session.generation, session.current) = (refresh.generation, refresh.secret);
    let act = Act::Adopted(session.id);
    rotate(session, refresh, act, draft)
}
