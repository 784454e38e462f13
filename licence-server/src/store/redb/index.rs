//! What is asked for by its order, in memory: leases, when sessions and borrowed seats end, the queue.
//!
//! All of it follows from rows and is rebuilt when the store is opened, so a refresh writes no index
//! page to disk.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use licence_core::{SessionId, TokenId, UserId};

use crate::domain::{Borrowing, Changes, Due, Lease, Place, Session, Ticket, sessions_of};

#[derive(Debug, Default)]
pub(super) struct Indexes {
    leases: HashMap<UserId, Vec<Lease>>,
    leases_by_end: BTreeSet<Lease>,
    sessions_by_end: BTreeSet<Due<SessionId>>,
    borrowings: HashMap<TokenId, Borrowing>,
    borrowings_by_end: BTreeSet<Due<TokenId>>,
    borrowing_of: HashMap<UserId, TokenId>,
    queue: BTreeMap<Ticket, Place>,
}

/// How a session's place in its index changed.
#[derive(Debug)]
pub(super) struct Moved {
    pub(super) id: SessionId,
    pub(super) before: Option<licence_core::UnixTime>,
    pub(super) after: Option<licence_core::UnixTime>,
}

impl Indexes {
    pub(super) fn add_session(&mut self, session: &Session) {
        self.sessions_by_end.insert(Due { at: session.due, id: session.id });
        let Some(end) = session.lease_end else { return };
        self.add_lease(Lease { end, session: session.id, user: session.user, borrowing: None });
    }

    pub(super) fn add_borrowing(&mut self, row: &Borrowing) {
        self.put_borrowing(row);
        if row.is_out {
            let Borrowing { id, user, session, end, .. } = *row;
            self.add_lease(Lease { end, session, user, borrowing: Some(id) });
        }
    }

    fn put_borrowing(&mut self, row: &Borrowing) {
        self.borrowings.insert(row.id, *row);
        self.borrowings_by_end.insert(Due { at: row.end, id: row.id });
        self.borrowing_of.insert(row.user, row.id);
    }

    fn drop_borrowing(&mut self, id: TokenId) {
        let Some(row) = self.borrowings.remove(&id) else { return };
        self.borrowings_by_end.remove(&Due { at: row.end, id });
        if self.borrowing_of.get(&row.user) == Some(&id) {
            self.borrowing_of.remove(&row.user);
        }
    }

    pub(super) fn add_place(&mut self, place: Place) {
        self.queue.insert(place.ticket, place);
    }

    fn add_lease(&mut self, lease: Lease) {
        let own = self.leases.entry(lease.user).or_default();
        own.push(lease);
        own.sort_unstable();
        self.leases_by_end.insert(lease);
    }

    /// People with a lease.
    pub(super) fn users_seated(&self) -> u32 {
        small(self.leases.len())
    }

    /// Sessions with a lease.
    pub(super) fn sessions_seated(&self) -> u32 {
        small(self.leases.values().map(|own| sessions_of(own)).sum())
    }

    /// Borrowed seats whose copy may live.
    pub(super) fn borrowed(&self) -> u32 {
        small(self.borrowings.len())
    }

    /// Places in the queue.
    pub(super) fn waiting(&self) -> u32 {
        small(self.queue.len())
    }

    pub(super) fn leases_of(&self, user: UserId) -> Vec<Lease> {
        self.leases.get(&user).cloned().unwrap_or_default()
    }

    pub(super) fn borrowing_of(&self, user: UserId) -> Option<TokenId> {
        self.borrowing_of.get(&user).copied()
    }

    pub(super) fn queue(&self) -> Vec<Place> {
        self.queue.values().copied().collect()
    }

    pub(super) fn leases_by_end(&self, count: usize) -> Vec<Lease> {
        self.leases_by_end.iter().take(count).copied().collect()
    }

    pub(super) fn sessions_by_end(&self, count: usize) -> Vec<Due<SessionId>> {
        self.sessions_by_end.iter().take(count).copied().collect()
    }

    pub(super) fn borrowings_by_end(&self, count: usize) -> Vec<Due<TokenId>> {
        self.borrowings_by_end.iter().take(count).copied().collect()
    }

    /// Takes over what was committed.
    pub(super) fn apply(&mut self, changes: &Changes<'_>, moved: &[Moved]) {
        for (user, leases) in changes.leases() {
            let old = if leases.is_empty() {
                self.leases.remove(user)
            } else {
                self.leases.insert(*user, leases.to_vec())
            };
            for lease in old.iter().flatten() {
                self.leases_by_end.remove(lease);
            }
            self.leases_by_end.extend(leases);
        }
        for Moved { id, before, after } in moved {
            let due = |at| Due { at, id: *id };
            before.map(|at| self.sessions_by_end.remove(&due(at)));
            self.sessions_by_end.extend(after.map(due));
        }
        for (id, row) in changes.borrowings() {
            match row {
                Some(row) => self.put_borrowing(row),
                None => self.drop_borrowing(*id),
            }
        }
        for (ticket, place) in changes.queue() {
            match place {
                Some(place) => self.queue.insert(*ticket, *place),
                None => self.queue.remove(ticket),
            };
        }
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
