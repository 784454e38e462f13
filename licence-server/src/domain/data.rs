//! What an application keeps for a person or a session.

use licence_core::claims::SessionData;

use super::command::{Outcome, Refusal, WriteData};
use super::draft::{Draft, Missing};
use super::row::{Data, DataOwner, Session};

/// Writes data, or takes it away, if what is there is what the caller expects.
pub(super) fn write(command: &WriteData, draft: &mut Draft) -> Result<Outcome, Missing> {
    let owner = command.owner;
    // INVARIANT: no data outlives its owner.
    let session = match owner {
        DataOwner::Session(id) => match draft.session(id)? {
            Some(session) => Some(session),
            None => return Ok(Outcome::Refused(Refusal::NotFound)),
        },
        DataOwner::Person(id) if draft.user(id)?.is_none() => {
            return Ok(Outcome::Refused(Refusal::NotFound));
        }
        DataOwner::Person(_) => None,
    };
    let found = draft.data(owner)?.map(|data| data.version);
    if !command.expected.is_met(found) {
        return Ok(Outcome::Refused(Refusal::PreconditionFailed));
    }
    if let Some(session) = session {
        write_public(session, command.public.as_ref(), draft);
    }
    let version = draft.site().version_after(draft.site().data_version);
    draft.edit_site(|site| site.data_version = version);
    draft.write_data(owner, command.json.clone().map(|json| Data { version, json }));
    Ok(Outcome::Written { version })
}

fn write_public(mut session: Session, public: Option<&SessionData>, draft: &mut Draft) {
    if session.public.as_ref() != public {
        session.public = public.cloned();
        draft.write_session(session);
    }
}
