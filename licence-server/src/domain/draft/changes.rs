use licence_core::{LicenceId, SessionId, UserId};

use super::{Draft, Lease};
use crate::domain::audit::Entry;
use crate::domain::row::{LoginName, Revocation, Session, Site, User};

/// What a batch changed: the one currency between rules, engine, mirror and tests.
#[derive(Debug)]
pub struct Changes<'a> {
    /// The site's row after the batch.
    pub site: &'a Site,
    pub(super) draft: &'a Draft,
}

impl<'a> Changes<'a> {
    /// Whether the batch changed nothing, so that nothing has to be committed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.draft.log.entries.is_empty() && self.draft.log.purged.is_empty()
    }

    /// Sessions written, and with `None`, taken away.
    pub fn sessions(&self) -> impl Iterator<Item = (&'a SessionId, Option<&'a Session>)> {
        self.draft.sessions.changes()
    }

    /// People written, and with `None`, taken away.
    pub fn users(&self) -> impl Iterator<Item = (&'a UserId, Option<&'a User>)> {
        self.draft.users.changes()
    }

    /// Names given, and with `None`, free again.
    pub fn names(&self) -> impl Iterator<Item = (&'a LoginName, Option<&'a UserId>)> {
        self.draft.names.changes()
    }

    /// The leases of each person of whom one changed. They follow from the sessions' rows; engines
    /// keep them as an index.
    pub fn leases(&self) -> impl Iterator<Item = (&'a UserId, &'a [Lease])> {
        let changes = self.draft.leases.changes();
        changes.map(|(user, leases)| (user, leases.map_or(&[][..], Vec::as_slice)))
    }

    /// Sessions whose access tokens are good no more.
    #[must_use]
    pub fn revoked(&self) -> &'a [Revocation] {
        &self.draft.log.revoked
    }

    /// Revocations that nobody needs any more.
    #[must_use]
    pub fn purged(&self) -> &'a [Revocation] {
        &self.draft.log.purged
    }

    /// Entries of the audit log, in their order.
    #[must_use]
    pub fn entries(&self) -> &'a [Entry] {
        &self.draft.log.entries
    }

    /// Licence files, as they were signed.
    #[must_use]
    pub fn licence_files(&self) -> &'a [(LicenceId, Vec<u8>)] {
        &self.draft.log.licences
    }
}
