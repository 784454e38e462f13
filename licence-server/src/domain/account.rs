//! People: registration.

use super::audit::Act;
use super::command::{AddUser, Outcome, Refusal};
use super::draft::{Draft, Missing};
use super::refuse;
use super::row::{Credential, CredentialVersion, User};

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
        draft.write_name(name, add.id);
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
    draft.record(Act::UserAdded { user: add.id });
    Ok(Outcome::Added { user: add.id })
}
