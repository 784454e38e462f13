use std::collections::BTreeSet;

use licence_core::{SessionId, TokenId, UserId};

use super::Lease;
use crate::domain::row::{
    Borrowing, Data, DataOwner, Place, Service, ServiceId, Session, Ticket, User, UserKey,
};
use crate::domain::table::{Mark, Table, Whole};

/// The rows of a batch.
#[derive(Debug, Default)]
pub(super) struct Tables {
    pub(super) sessions: Table<SessionId, Session>,
    pub(super) users: Table<UserId, User>,
    pub(super) keys: Table<UserKey, UserId>,
    pub(super) leases: Table<UserId, Vec<Lease>>,
    pub(super) own_sessions: Table<UserId, BTreeSet<SessionId>>,
    pub(super) borrowings: Table<TokenId, Borrowing>,
    pub(super) own_borrowings: Table<UserId, TokenId>,
    pub(super) data: Table<DataOwner, Data>,
    /// To know who is first means to know them all.
    pub(super) queue: Whole<Ticket, Place>,
    /// To know that a name is free means to know them all.
    pub(super) services: Whole<ServiceId, Service>,
}

/// What the engine is to load.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// Sessions by id.
    pub sessions: &'a BTreeSet<SessionId>,
    /// People by id.
    pub users: &'a BTreeSet<UserId>,
    /// People's ids by what leads to them.
    pub keys: &'a BTreeSet<UserKey>,
    /// Leases by person.
    pub leases: &'a BTreeSet<UserId>,
    /// The ids of sessions by person.
    pub own_sessions: &'a BTreeSet<UserId>,
    /// Borrowed seats by id.
    pub borrowings: &'a BTreeSet<TokenId>,
    /// The ids of borrowed seats by person.
    pub own_borrowings: &'a BTreeSet<UserId>,
    /// Data by owner.
    pub data: &'a BTreeSet<DataOwner>,
    /// The queue.
    pub is_queue_wanted: bool,
    /// Every service.
    pub are_services_wanted: bool,
    /// So many leases from the one that ends first.
    pub leases_by_end: usize,
    /// So many revocations from the one that may go first.
    pub revocations_by_end: usize,
    /// So many sessions from the one that ends first, by a time that may be too early and never too
    /// late.
    pub sessions_by_end: usize,
    /// So many sessions from the one that ends last, by that same time, backwards.
    pub sessions_by_end_last: usize,
    /// So many borrowed seats from the one that ends first.
    pub borrowings_by_end: usize,
}

/// Where the tables' journals stood.
#[derive(Clone, Copy)]
pub(super) struct Marks([Mark; 10]);

impl Tables {
    /// Whether a rule wrote a row.
    pub(super) fn is_changed(&self) -> bool {
        self.sessions.is_changed()
            || self.users.is_changed()
            || self.keys.is_changed()
            || self.borrowings.is_changed()
            || self.data.is_changed()
            || self.queue.table.is_changed()
            || self.services.table.is_changed()
    }

    pub(super) fn marks(&self) -> Marks {
        Marks([
            self.sessions.mark(),
            self.users.mark(),
            self.keys.mark(),
            self.leases.mark(),
            self.own_sessions.mark(),
            self.borrowings.mark(),
            self.own_borrowings.mark(),
            self.data.mark(),
            self.queue.table.mark(),
            self.services.table.mark(),
        ])
    }

    pub(super) fn roll_back(&mut self, marks: Marks) {
        let Marks([sessions, users, keys, leases, own_sessions, borrowings, rest @ ..]) = marks;
        let [own_borrowings, data, queue, services] = rest;
        self.sessions.roll_back(sessions);
        self.users.roll_back(users);
        self.keys.roll_back(keys);
        self.leases.roll_back(leases);
        self.own_sessions.roll_back(own_sessions);
        self.borrowings.roll_back(borrowings);
        self.own_borrowings.roll_back(own_borrowings);
        self.data.roll_back(data);
        self.queue.table.roll_back(queue);
        self.services.table.roll_back(services);
    }
}
