//! People: registration, and changes of an account.

use super::audit::{Act, UserChangeKind};
use super::command::{AddUser, ChangeUser, Keep, Outcome, Refusal, UserChange};
use super::draft::{Draft, Missing};
use super::refuse;
use super::row::{Credential, CredentialVersion, DataOwner, PasswordHash, User};
use super::session::end_all;

/// Registers a person under names that nobody else has.
pub(super) fn add(add: &AddUser, draft: &mut Draft) -> Result<Outcome, Missing> {
    for name in add.names() {
        if draft.name(&name)?.is_some() {
            return Ok(refuse(None, None, Refusal::Conflict, draft));
        }
    }
    let registered_max = draft.terms().and_then(|terms| terms.seats.registered_max);
    if registered_max.is_some_and(|max| draft.site().users >= max) {
        return Ok(refuse(None, None, Refusal::RegisteredFull, draft));
    }
    for name in add.names() {
        draft.write_name(name, Some(add.id));
    }
    let credential = |hash| Credential { hash, version: CredentialVersion(0) };
    draft.write_user(User {
        id: add.id,
        username: add.username.clone(),
        email: add.email.clone(),
        roles: add.roles.clone(),
        ext_id: None,
        credential: add.hash.clone().map(credential),
        created: draft.now(),
        is_enabled: true,
    });
    draft.edit_site(|site| site.users = site.users.saturating_add(1));
    draft.record_by(Act::UserAdded(add.id), Some(add.by));
    Ok(Outcome::Added { user: add.id })
}

/// Changes an account. What takes something away ends the person's sessions in the same transaction.
pub(super) fn change(change: &ChangeUser, draft: &mut Draft) -> Result<Outcome, Missing> {
    let Some(user) = draft.user(change.user)? else {
        return Ok(refuse(Some(change.user), None, Refusal::NotFound, draft));
    };
    let (id, by) = (user.id, change.by);
    match &change.change {
        UserChange::Enable => {
            draft.write_user(User { is_enabled: true, ..user });
            draft.record_by(Act::UserChanged(id, UserChangeKind::Enabled), by);
        }
        UserChange::Disable => {
            draft.write_user(User { is_enabled: false, ..user });
            draft.record_by(Act::UserChanged(id, UserChangeKind::Disabled), by);
            end_all(id, None, by, draft)?;
        }
        UserChange::Roles(roles) => {
            draft.write_user(User { roles: roles.clone(), ..user });
            draft.record_by(Act::UserChanged(id, UserChangeKind::Roles), by);
            end_all(id, None, by, draft)?;
        }
        UserChange::Password { checked, .. }
            if checked.is_some_and(|old| !is_current(&user, old)) =>
        {
            return Ok(refuse(Some(id), None, Refusal::InvalidGrant, draft));
        }
        UserChange::Password { hash, keep, .. } => {
            draft.write_user(with_password(user, hash.clone()));
            draft.record_by(Act::UserChanged(id, UserChangeKind::Password), by);
            match keep {
                Keep::None => end_all(id, None, by, draft)?,
                Keep::Own(session) => end_all(id, Some(*session), by, draft)?,
                Keep::All => {}
            }
        }
        UserChange::Rehash { from, to } => rehash(user, from, to, draft),
        UserChange::Erase => {
            end_all(id, None, by, draft)?;
            erase(&user, draft);
            draft.record_by(Act::UserErased(id), by);
        }
    }
    Ok(Outcome::Done)
}

fn is_current(user: &User, version: CredentialVersion) -> bool {
    user.credential.as_ref().is_some_and(|credential| credential.version == version)
}

fn with_password(user: User, hash: PasswordHash) -> User {
    let version = user.credential.as_ref().map_or(0, |old| old.version.0.wrapping_add(1));
    User { credential: Some(Credential { hash, version: CredentialVersion(version) }), ..user }
}

/// Puts the same password under a newer hash, unless it was changed meanwhile. Sign-ins that were checked
/// against the old hash stay good, so the version stays.
fn rehash(user: User, from: &PasswordHash, to: &PasswordHash, draft: &mut Draft) {
    let Some(credential) = user.credential.clone().filter(|old| old.hash == *from) else { return };
    let credential = Credential { hash: to.clone(), ..credential };
    draft.write_user(User { credential: Some(credential), ..user });
}

fn erase(user: &User, draft: &mut Draft) {
    for name in user.names() {
        draft.write_name(name, None);
    }
    draft.write_data(DataOwner::Person(user.id), None);
    draft.remove_user(user.id);
    draft.edit_site(|site| site.users = site.users.saturating_sub(1));
}
