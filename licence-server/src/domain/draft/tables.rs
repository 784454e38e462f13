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
