//! People: registration, and changes of an account.

mod code;

use licence_core::UserId;

use super::audit::{Act, Actor, UserChangeKind};
use super::command::{
    AddUser, ChangeUser, Edit, Expected, Keep, Outcome, Refusal, Taken, UserChange,
};
use super::draft::{Draft, Missing};
use super::refuse;
use super::row::{
    CodeKind, Credential, CredentialVersion, DataOwner, LoginName, PasswordHash, Standing, User,
    UserKey,
};
use super::session::end_all;
use super::usage;

pub(super) use code::redeem;

/// People who applied and wait for an answer at most, so that nobody fills the store with them.
const APPLICANTS_MAX: u32 = 1000;

/// Registers a person under names that nobody else has, or notes that one applied.
pub(super) fn add(add: &AddUser, draft: &mut Draft) -> Result<Outcome, Missing> {
    let user = new_user(add, draft);
    if let Some(taken) = taken(None, &user, draft)? {
        return Ok(refuse(None, None, taken, draft));
    }
    if !has_room(user.standing, draft) {
        return Ok(refuse(None, None, Refusal::RegisteredFull, draft));
    }
    count(user.standing, Change::More, draft);
    let applied = user.standing == Standing::Applied;
    let act = if applied { Act::UserApplied(add.id) } else { Act::UserAdded(add.id) };
    draft.record_by(act, add.by);
    put(None, user, draft);
    if add.invitation.is_some() {
        draft.record_by(Act::UserChanged(add.id, UserChangeKind::Invited), add.by);
    }
    Ok(Outcome::Added { user: add.id })
}

fn new_user(add: &AddUser, draft: &Draft) -> User {
    let credential = |hash| Credential { hash, version: CredentialVersion(0) };
    User {
        id: add.id,
        username: add.username.clone(),
        email: add.email.clone(),
        roles: add.roles.clone(),
        ext_id: add.ext_id.clone(),
        credential: add.hash.clone().map(credential),
        code: add.invitation.map(|hash| code::new(hash, CodeKind::Invitation, draft)),
        created: draft.now(),
        last_seat: None,
        is_verified: add.is_verified,
        standing: add.standing,
        version: 0,
    }
}

/// Changes an account. What takes something away ends the person's sessions in the same transaction.
pub(super) fn change(change: &ChangeUser, draft: &mut Draft) -> Result<Outcome, Missing> {
    make(&change.change, change.user, change.by, draft)
}

fn make(
    change: &UserChange,
    id: UserId,
    by: Option<Actor>,
    draft: &mut Draft,
) -> Result<Outcome, Missing> {
    let Some(user) = draft.user(id)? else {
        return Ok(refuse(Some(id), None, Refusal::NotFound, draft));
    };
    match change {
        UserChange::Enable => return Ok(enable(user, by, draft)),
        UserChange::Disable => disable(user, by, draft)?,
        UserChange::Edit { edits, expected } => return edit(&user, edits, *expected, by, draft),
        UserChange::Password { checked, .. } if !is_current(&user, *checked) => {
            return Ok(refuse(Some(id), None, Refusal::InvalidGrant, draft));
        }
        UserChange::Password { hash, keep, .. } => {
            set_password(&user, hash, draft);
            draft.record_by(Act::UserChanged(id, UserChangeKind::Password), by);
            match keep {
                Keep::Own(session) => end_all(id, Some(*session), by, draft)?,
                Keep::All => {}
            }
        }
        UserChange::FirstPassword(_) if user.credential.is_some() => {
            return Ok(refuse(Some(id), None, Refusal::Conflict, draft));
        }
        // Nobody was signed in without one.
        UserChange::FirstPassword(hash) => {
            set_password(&user, hash, draft);
            draft.record_by(Act::UserChanged(id, UserChangeKind::Password), by);
        }
        UserChange::Offer { code, kind } => return code::offer(&user, (*code, *kind), by, draft),
        UserChange::Rehash { from, to } => rehash(user, from, to, draft),
        UserChange::Erase => {
            end_all(id, None, by, draft)?;
            erase(&user, draft);
            draft.record_by(Act::UserErased(id), by);
        }
        UserChange::All(changes) => return make_all(changes, id, by, draft),
    }
    Ok(Outcome::Done)
}

/// Why several changes come to nothing.
enum Stop {
    Missing(Missing),
    Refused(Refusal),
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

/// Makes all of the changes or none. The refusal of one is all that is left of them.
fn make_all(
    changes: &[UserChange],
    id: UserId,
    by: Option<Actor>,
    draft: &mut Draft,
) -> Result<Outcome, Missing> {
    let made = draft.attempt(|draft| {
        for change in changes {
            if let Outcome::Refused(refusal) = make(change, id, by, draft)? {
                return Err(Stop::Refused(refusal));
            }
        }
        Ok(())
    });
    match made {
        Ok(()) => Ok(Outcome::Done),
        Err(Stop::Missing(missing)) => Err(missing),
        // Its own record went with what the others had written.
        Err(Stop::Refused(refusal)) => Ok(refuse(Some(id), None, refusal, draft)),
    }
}

/// Lets a person sign in. Of one who applied this is the administrator's word, too.
fn enable(user: User, by: Option<Actor>, draft: &mut Draft) -> Outcome {
    let id = user.id;
    let was_applicant = user.standing == Standing::Applied;
    if was_applicant {
        if !has_room(Standing::Enabled, draft) {
            return refuse(Some(id), None, Refusal::RegisteredFull, draft);
        }
        count(Standing::Applied, Change::Fewer, draft);
        count(Standing::Enabled, Change::More, draft);
    }
    let is_verified = user.is_verified || was_applicant;
    let version = next_version(&user, draft);
    draft.write_user(User { standing: Standing::Enabled, is_verified, version, ..user });
    draft.record_by(Act::UserChanged(id, UserChangeKind::Enabled), by);
    Outcome::Done
}

/// Who only applied may not sign in anyway, and stays an applicant.
fn disable(user: User, by: Option<Actor>, draft: &mut Draft) -> Result<(), Missing> {
    if user.standing == Standing::Applied {
        return Ok(());
    }
    let (id, version) = (user.id, next_version(&user, draft));
    draft.write_user(User { standing: Standing::Disabled, version, ..user });
    draft.record_by(Act::UserChanged(id, UserChangeKind::Disabled), by);
    end_all(id, None, by, draft)
}

fn edit(
    before: &User,
    edits: &[Edit],
    expected: Expected,
    by: Option<Actor>,
    draft: &mut Draft,
) -> Result<Outcome, Missing> {
    let (id, version) = (before.id, next_version(before, draft));
    if !expected.is_met(Some(before.version)) {
        return Ok(refuse(Some(id), None, Refusal::PreconditionFailed, draft));
    }
    let after = edits.iter().fold(User { version, ..before.clone() }, edited);
    if let Some(taken) = taken(Some(before), &after, draft)? {
        return Ok(refuse(Some(id), None, taken, draft));
    }
    let are_roles_new = before.roles != after.roles;
    let is_profile_new =
        User { roles: before.roles.clone(), version: before.version, ..after.clone() } != *before;
    put(Some(before), after, draft);
    if is_profile_new {
        draft.record_by(Act::UserChanged(id, UserChangeKind::Profile), by);
    }
    if are_roles_new {
        draft.record_by(Act::UserChanged(id, UserChangeKind::Roles), by);
        end_all(id, None, by, draft)?;
    }
    Ok(Outcome::Done)
}

fn edited(user: User, edit: &Edit) -> User {
    match edit.clone() {
        Edit::Username(username) => User { username, ..user },
        Edit::Email(email) => User { email, ..user },
        Edit::Roles(roles) => User { roles, ..user },
        Edit::ExtId(ext_id) => User { ext_id, ..user },
        Edit::Verified(is_verified) => User { is_verified, ..user },
    }
}

/// Notes that a person took a seat. A refresh that renews one does not come here, and writes no account.
pub(super) fn note_seat(user: UserId, draft: &mut Draft) -> Result<(), Missing> {
    let now = draft.now();
    if let Some(user) = draft.user(user)? {
        usage::note_person(user.last_seat, draft);
        draft.write_user(User { last_seat: Some(now), ..user });
    }
    Ok(())
}

fn is_current(user: &User, version: CredentialVersion) -> bool {
    user.credential.as_ref().is_some_and(|credential| credential.version == version)
}

/// A code that is still out was made for the password before.
fn set_password(before: &User, hash: &PasswordHash, draft: &mut Draft) {
    let version = before.credential.as_ref().map_or(0, |old| old.version.0.wrapping_add(1));
    let credential = Credential { hash: hash.clone(), version: CredentialVersion(version) };
    let after = User { credential: Some(credential), code: None, ..before.clone() };
    put(Some(before), after, draft);
}

/// Puts the same password under a newer hash, unless it was changed meanwhile. Sign-ins that were checked
/// against the old hash stay good, so the version stays.
fn rehash(user: User, from: &PasswordHash, to: &PasswordHash, draft: &mut Draft) {
    let Some(credential) = user.credential.clone().filter(|old| old.hash == *from) else { return };
    let credential = Credential { hash: to.clone(), ..credential };
    draft.write_user(User { credential: Some(credential), ..user });
}

fn erase(user: &User, draft: &mut Draft) {
    for key in user.keys() {
        draft.write_key(key, None);
    }
    draft.write_data(DataOwner::Person(user.id), None);
    draft.remove_user(user.id);
    count(user.standing, Change::Fewer, draft);
}

/// What of an account somebody else has already.
fn taken(
    before: Option<&User>,
    after: &User,
    draft: &mut Draft,
) -> Result<Option<Refusal>, Missing> {
    let own = before.map(User::keys).unwrap_or_default();
    for key in after.keys().difference(&own) {
        if draft.whose(key)?.is_some() {
            return Ok(Some(match key {
                UserKey::Name(name) if *name == LoginName::of(&after.username) => {
                    Refusal::Taken(Taken::Username)
                }
                UserKey::Name(_) => Refusal::Taken(Taken::Email),
                UserKey::ExtId(_) => Refusal::Taken(Taken::ExtId),
                // It is drawn from 120 random bits, so this is a fault of whoever draws.
                UserKey::Code(_) => Refusal::Conflict,
            }));
        }
    }
    Ok(None)
}

/// Writes an account, with what leads to it.
///
/// INVARIANT: nothing else gives keys, so each leads to the account in which it stands.
fn put(before: Option<&User>, after: User, draft: &mut Draft) {
    let (old, new) = (before.map(User::keys).unwrap_or_default(), after.keys());
    for key in old.difference(&new) {
        draft.write_key(key.clone(), None);
    }
    for key in new.difference(&old) {
        draft.write_key(key.clone(), Some(after.id));
    }
    draft.write_user(after);
}

fn next_version(user: &User, draft: &Draft) -> u64 {
    draft.site().version_after(user.version)
}

/// Whether one more may be registered, or may apply.
fn has_room(standing: Standing, draft: &Draft) -> bool {
    let site = draft.site();
    if standing == Standing::Applied {
        return site.applicants < APPLICANTS_MAX;
    }
    let registered_max = draft.terms().and_then(|terms| terms.seats.registered_max);
    registered_max.is_none_or(|max| site.users < max)
}

/// How a number of people changes.
#[derive(Clone, Copy)]
enum Change {
    More,
    Fewer,
}

fn count(standing: Standing, change: Change, draft: &mut Draft) {
    draft.edit_site(|site| {
        let number = match standing {
            Standing::Applied => &mut site.applicants,
            Standing::Enabled | Standing::Disabled => &mut site.users,
        };
        *number = match change {
            Change::More => number.saturating_add(1),
            Change::Fewer => number.saturating_sub(1),
        };
    });
}
