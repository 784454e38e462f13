//! What is asked for by its order, in memory: leases, when sessions and borrowed seats end, the queue.
//!
//! All of it follows from rows and is rebuilt when the store is opened, so a refresh writes no index
//! page to disk.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use licence_core::{SessionId, TokenId, UnixTime, UserId};

use super::beside::OwnSessions;
use super::leases::Leases;
use crate::domain::{Borrowing, Changes, Due, Lease, Place, Ticket};
use crate::store::StoreError;

#[derive(Debug, Default)]
pub(super) struct Indexes {
    leases: Leases,
    sessions_by_end: BTreeSet<Due<SessionId>>,
    borrowings: HashMap<TokenId, Borrowing>,
    borrowings_by_end: BTreeSet<Due<TokenId>>,
    borrowing_of: HashMap<UserId, TokenId>,
    queue: BTreeMap<Ticket, Place>,
}

/// What the indexes take from a session's row.
#[derive(Clone, Copy, Debug)]
pub(super) struct SessionPlace {
    pub(super) id: SessionId,
    pub(super) user: UserId,
    pub(super) due: UnixTime,
    pub(super) lease_end: Option<UnixTime>,
}

/// How a session's place in its index changed; one that had none is new, one that has none is gone.
#[derive(Debug)]
pub(super) struct Moved {
    pub(super) id: SessionId,
    pub(super) user: UserId,
    pub(super) before: Option<UnixTime>,
    pub(super) after: Option<UnixTime>,
}

impl Indexes {
    /// The indexes of all sessions that there are, and whose each is.
    ///
    /// Lists are made as long as they will be and sorted where they lie: at a start with a million sessions most
    /// of the time goes into memory that is touched for the first time.
    pub(super) fn of_sessions(
        count: usize,
        places: impl Iterator<Item = Result<SessionPlace, StoreError>>,
    ) -> Result<(Self, OwnSessions), StoreError> {
        let mut dues = Vec::with_capacity(count);
        let mut leases = Vec::with_capacity(count);
        let mut own = Vec::with_capacity(count);
        for place in places {
            let SessionPlace { id, user, due, lease_end } = place?;
            dues.push(Due { at: due, id });
            own.push((user.0.to_bytes(), id.0.to_bytes()));
            leases.extend(lease_end.map(|end| (user, end, id)));
        }
        // One after the other, so that no more than one list stands beside what is made of it.
        dues.sort_unstable();
        let sessions_by_end = dues.into_iter().collect();
        let own = OwnSessions::of_sessions(own);
        let leases = Leases::of_sessions(leases);
        Ok((Self { leases, sessions_by_end, ..Self::default() }, own))
    }

    pub(super) fn add_borrowing(&mut self, row: &Borrowing) {
        self.put_borrowing(row);
        if row.is_out {
            let Borrowing { id, user, session, end, .. } = *row;
            self.leases.add(Lease { end, session, user, borrowing: Some(id) });
        }
    }

    fn put_borrowing(&mut self, row: &Borrowing) {
        self.drop_borrowing(row.id);
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

    /// People with a lease.
    pub(super) fn users_seated(&self) -> u32 {
        small(self.leases.users())
    }

    /// Sessions with a lease.
    pub(super) fn sessions_seated(&self) -> u32 {
        small(self.leases.sessions())
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
        self.leases.of(user)
    }

    pub(super) fn borrowing_of(&self, user: UserId) -> Option<TokenId> {
        self.borrowing_of.get(&user).copied()
    }

    pub(super) fn queue(&self) -> Vec<Place> {
        self.queue.values().copied().collect()
    }

    pub(super) fn leases_by_end(&self, count: usize) -> Vec<Lease> {
        self.leases.first(count)
    }

    pub(super) fn sessions_by_end(&self, count: usize) -> Vec<Due<SessionId>> {
        self.sessions_by_end.iter().take(count).copied().collect()
    }

    pub(super) fn sessions_by_end_last(&self, count: usize) -> Vec<Due<SessionId>> {
        self.sessions_by_end.iter().rev().take(count).copied().collect()
    }

    pub(super) fn borrowings_by_end(&self, count: usize) -> Vec<Due<TokenId>> {
        self.borrowings_by_end.iter().take(count).copied().collect()
    }

    /// Takes over what was committed.
    pub(super) fn apply(&mut self, changes: &Changes<'_>, moved: &[Moved]) {
        for (user, leases) in changes.leases() {
            self.leases.replace(*user, leases);
        }
        for Moved { id, before, after, .. } in moved {
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
