//! One-time codes: how they are made, and what redeeming one comes to.

use super::{put, set_password, taken};
use crate::domain::audit::{Act, Actor, UserChangeKind};
use crate::domain::command::{Outcome, Redeem, Refusal};
use crate::domain::draft::{Draft, Missing};
use crate::domain::refuse;
use crate::domain::row::{CodeHash, CodeKind, OpenCode, User, UserKey};
use crate::domain::session::end_all;

pub(super) fn new(hash: CodeHash, kind: CodeKind, draft: &Draft) -> OpenCode {
    OpenCode { hash, kind, made: draft.now(), set_backs: draft.site().set_backs() }
}

/// Makes a code. Who has a password already is not invited: for two weeks the code would be a second way in.
pub(super) fn offer(
    before: &User,
    (hash, kind): (CodeHash, CodeKind),
    by: Option<Actor>,
    draft: &mut Draft,
) -> Result<Outcome, Missing> {
    let id = before.id;
    if kind == CodeKind::Invitation && before.credential.is_some() {
        return Ok(refuse(Some(id), None, Refusal::Conflict, draft));
    }
    let code = new(hash, kind, draft);
    let after = User { code: Some(code), ..before.clone() };
    if let Some(taken) = taken(Some(before), &after, draft)? {
        return Ok(refuse(Some(id), None, taken, draft));
    }
    put(Some(before), after, draft);
    let change = match kind {
        CodeKind::Invitation => UserChangeKind::Invited,
        CodeKind::Reset => UserChangeKind::Reset,
    };
    draft.record_by(Act::UserChanged(id, change), by);
    Ok(Outcome::Offered { until: code.until() })
}

/// Sets the password of whom a code was handed to. It is used up, it proves who redeems it, and whoever was
/// signed in is so no more: a reset may follow a theft.
pub(in crate::domain) fn redeem(redeem: &Redeem, draft: &mut Draft) -> Result<Outcome, Missing> {
    let user = match draft.whose(&UserKey::Code(redeem.code.handle()))? {
        Some(id) => draft.user(id)?,
        None => None,
    };
    let (now, site) = (draft.now(), draft.site());
    let is_good = |code: OpenCode| code.is_redeemed_by(&redeem.code, site, now);
    let user = user.filter(|user| user.is_enabled() && user.code.is_some_and(is_good));
    let Some(user) = user else {
        return Ok(refuse(None, None, Refusal::InvalidGrant, draft));
    };
    let (id, was_verified) = (user.id, user.is_verified);
    set_password(&User { is_verified: true, ..user }, &redeem.hash, draft);
    if !was_verified {
        draft.record(Act::UserChanged(id, UserChangeKind::Verified));
    }
    draft.record(Act::UserChanged(id, UserChangeKind::Password));
    end_all(id, None, None, draft)?;
    Ok(Outcome::Redeemed { user: id })
}
