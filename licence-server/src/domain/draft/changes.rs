use std::sync::Arc;

use licence_core::{LicenceId, SessionId, TokenId, UnixTime, UserId};

use super::{Draft, Lease};
use crate::domain::audit::Entry;
use crate::domain::refusals::Refusals;
use crate::domain::row::{
    Borrowing, Data, DataOwner, Holder, Hour, Place, Revocation, Service, ServiceId, Session, Site,
    Ticket, User, UserKey,
};
use crate::domain::timeline::Anchor;

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
        let log = &self.draft.log;
        let is_written = !log.entries.is_empty() || self.draft.tables.is_changed();
        let is_appended = !(log.purged.is_empty() && log.revoked.is_empty());
        // A refusal that is not written down is counted all the same, in the hour of the site's row.
        let is_counted = !log.refused.is_empty();
        let is_due = is_counted || self.draft.is_mark_old || self.draft.ended_hour.is_some();
        !is_written && !is_appended && !is_due
    }

    /// The anchor of the mark in the site's row, after the one of the mark before it.
    #[must_use]
    pub fn anchor_after(&self, anchor: Anchor, mark: UnixTime) -> Anchor {
        anchor.after(mark, self.site.mark, self.draft.reading)
    }

    /// Sessions written, and with `None`, taken away.
    pub fn sessions(&self) -> impl Iterator<Item = (&'a SessionId, Option<&'a Session>)> {
        self.draft.tables.sessions.changes()
    }

    /// People written, and with `None`, taken away.
    pub fn users(&self) -> impl Iterator<Item = (&'a UserId, Option<&'a User>)> {
        self.draft.tables.users.changes()
    }

    /// To whom keys lead, and with `None`, those that are free again.
    pub fn keys(&self) -> impl Iterator<Item = (&'a UserKey, Option<&'a UserId>)> {
        self.draft.tables.keys.changes()
    }

    /// The leases of each person of whom one changed. They follow from the rows of sessions and of
    /// borrowed seats; engines keep them as an index.
    pub fn leases(&self) -> impl Iterator<Item = (&'a UserId, &'a [Lease])> {
        let changes = self.draft.tables.leases.changes();
        changes.map(|(user, leases)| (user, leases.map_or(&[][..], Vec::as_slice)))
    }

    /// Borrowed seats written, and with `None`, taken away.
    pub fn borrowings(&self) -> impl Iterator<Item = (&'a TokenId, Option<&'a Borrowing>)> {
        self.draft.tables.borrowings.changes()
    }

    /// Data written, and with `None`, taken away.
    pub fn data(&self) -> impl Iterator<Item = (&'a DataOwner, Option<&'a Data>)> {
        self.draft.tables.data.changes()
    }

    /// Places in the queue given, and with `None`, given up.
    pub fn queue(&self) -> impl Iterator<Item = (&'a Ticket, Option<&'a Place>)> {
        self.draft.tables.queue.table.changes()
    }

    /// Services written, and with `None`, taken away.
    pub fn services(&self) -> impl Iterator<Item = (&'a ServiceId, Option<&'a Service>)> {
        self.draft.tables.services.table.changes()
    }

    /// Tokens that are good no more.
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

    /// Up to where entries of the audit log were taken away, with the signed checkpoints that stay.
    #[must_use]
    pub fn pruned(&self) -> &'a [(u64, String)] {
        &self.draft.log.pruned
    }

    /// Licence files, as they were signed.
    #[must_use]
    pub fn licence_files(&self) -> &'a [(LicenceId, Vec<u8>)] {
        &self.draft.log.licences
    }

    /// The newest revocation list, as it was signed, where one was installed.
    #[must_use]
    pub fn revocation_list(&self) -> Option<&'a [u8]> {
        self.draft.log.list.last().map(Vec::as_slice)
    }

    /// The hour that ended since the last commit, where one did. One that is kept already stands for the
    /// same hour, [together](Hour::with) with this one.
    #[must_use]
    pub const fn ended_hour(&self) -> Option<Hour> {
        self.draft.ended_hour
    }

    /// Whether it is the first batch of a day of UTC.
    #[must_use]
    pub fn is_first_of_day(&self) -> bool {
        let ended = self.draft.ended_hour;
        ended.is_some_and(|hour| !Hour::is_of_one_day(hour.start, self.site.mark))
    }

    /// Takes over which refusals were written down, and which were counted.
    pub(crate) fn count_refusals(&self, refusals: &mut Arc<Refusals>) {
        let refused = &self.draft.log.refused;
        if !refused.is_empty() {
            Arc::make_mut(refusals).apply(refused, self.draft.now);
        }
    }

    /// When the next lease ends, where somebody waits for one.
    #[must_use]
    pub const fn awaited_end(&self) -> Option<UnixTime> {
        self.draft.awaited_end
    }

    /// Who waits for a seat and is to ask again.
    #[must_use]
    pub fn woken(&self) -> &'a [Holder] {
        &self.draft.log.woken
    }
}
