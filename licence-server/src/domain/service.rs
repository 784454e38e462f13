//! Services: programs that call the server with a key of their own.

use licence_core::UnixTime;

use super::audit::Act;
use super::command::{AddService, Outcome, Refusal, RevokeService};
use super::draft::{Draft, Missing};
use super::refuse;
use super::row::Service;

/// Services there are at most. All of them are in memory, because their keys come with requests.
pub const SERVICES_MAX: usize = 256;

/// Gives a service a key, under a name that no other has.
pub(super) fn add(add: &AddService, draft: &mut Draft) -> Result<Outcome, Missing> {
    let (mut count, mut is_taken) = (0, false);
    for service in draft.services()? {
        count += 1;
        is_taken |= service.name.reads_like(&add.name);
    }
    if is_taken || count >= SERVICES_MAX {
        return Ok(refuse(None, None, Refusal::Conflict, draft));
    }
    let now = draft.now();
    let service = Service {
        id: add.id,
        name: add.name.clone(),
        secret: add.secret,
        scopes: add.scopes.clone(),
        created: now,
        end: now.plus(add.life_secs),
    };
    draft.write_service(add.id, Some(service));
    draft.record_by(Act::ServiceAdded(add.id), Some(add.by));
    Ok(Outcome::Done)
}

/// Lets the keys that were made while the clock was ahead count from the time that it is set back to.
pub(super) fn set_back(to: UnixTime, draft: &mut Draft) -> Result<(), Missing> {
    let ahead: Vec<_> = draft.services()?.filter(|key| key.created > to).cloned().collect();
    for service in ahead {
        let end = service.end.plus(-service.created.since(to));
        draft.write_service(service.id, Some(Service { created: to, end, ..service }));
    }
    Ok(())
}

/// Takes a service's key back, for good: its row goes with it.
pub(super) fn revoke(revoke: RevokeService, draft: &mut Draft) -> Result<Outcome, Missing> {
    if !draft.services()?.any(|service| service.id == revoke.id) {
        return Ok(refuse(None, None, Refusal::NotFound, draft));
    }
    draft.write_service(revoke.id, None);
    draft.record_by(Act::ServiceRevoked(revoke.id), Some(revoke.by));
    Ok(Outcome::Done)
}
