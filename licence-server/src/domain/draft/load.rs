//! What rules asked for and the engine is to load, and how it comes in.

use std::collections::BTreeSet;

use licence_core::{SessionId, TokenId, UserId};

use super::{Draft, Due, Lease};
use crate::domain::row::{
    Borrowing, Data, DataOwner, Place, Revocation, Service, Session, User, UserKey,
};

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

impl Draft {
    /// What rules asked for and was not loaded.
    #[must_use]
    pub const fn needs(&self) -> Needs<'_> {
        Needs {
            sessions: self.tables.sessions.wanted(),
            users: self.tables.users.wanted(),
            keys: self.tables.keys.wanted(),
            leases: self.tables.leases.wanted(),
            own_sessions: self.tables.own_sessions.wanted(),
            borrowings: self.tables.borrowings.wanted(),
            own_borrowings: self.tables.own_borrowings.wanted(),
            data: self.tables.data.wanted(),
            is_queue_wanted: self.tables.queue.is_wanted(),
            are_services_wanted: self.tables.services.is_wanted(),
            leases_by_end: self.fronts.leases.wanted,
            revocations_by_end: self.fronts.revocations.wanted,
            sessions_by_end: self.fronts.sessions.wanted,
            sessions_by_end_last: self.fronts.last_sessions.wanted,
            borrowings_by_end: self.fronts.borrowings.wanted,
        }
    }

    /// Takes a session's row from the engine. What is asked for with it is known from here on.
    pub fn load_session(&mut self, id: SessionId, row: Option<Session>) {
        if let Some(session) = &row
            && self.with_person.remove(&id)
        {
            let _ = self.tables.users.row(&session.user);
            let _ = self.tables.leases.row(&session.user);
        }
        self.tables.sessions.load(id, row);
    }

    /// Takes a person's row from the engine.
    pub fn load_user(&mut self, id: UserId, row: Option<User>) {
        self.tables.users.load(id, row);
    }

    /// Takes from the engine to whom a key leads.
    pub fn load_key(&mut self, key: UserKey, user: Option<UserId>) {
        self.tables.keys.load(key, user);
    }

    /// Takes a person's leases from the engine.
    pub fn load_leases(&mut self, user: UserId, leases: Vec<Lease>) {
        self.tables.leases.load(user, Some(leases));
    }

    /// Takes the ids of a person's sessions from the engine.
    pub fn load_own_sessions(&mut self, user: UserId, sessions: BTreeSet<SessionId>) {
        self.tables.own_sessions.load(user, Some(sessions));
    }

    /// Takes a borrowed seat from the engine.
    pub fn load_borrowing(&mut self, id: TokenId, row: Option<Borrowing>) {
        self.tables.borrowings.load(id, row);
    }

    /// Takes from the engine which borrowed seat is a person's.
    pub fn load_own_borrowing(&mut self, user: UserId, id: Option<TokenId>) {
        self.tables.own_borrowings.load(user, id);
    }

    /// Takes data from the engine.
    pub fn load_data(&mut self, owner: DataOwner, row: Option<Data>) {
        self.tables.data.load(owner, row);
    }

    /// Takes the whole queue from the engine. It is bounded.
    pub fn load_queue(&mut self, places: Vec<Place>) {
        self.tables.queue.load(places.into_iter().map(|place| (place.ticket, place)));
    }

    /// Takes every service from the engine. They are bounded.
    pub fn load_services(&mut self, services: Vec<Service>) {
        self.tables.services.load(services.into_iter().map(|service| (service.id, service)));
    }

    /// Takes the leases that end first from the engine, in their order: as many as were asked for,
    /// or all.
    pub fn load_leases_by_end(&mut self, leases: Vec<Lease>) {
        // Each that has ended will be let go, so what that takes is asked for in one go.
        for lease in leases.iter().filter(|lease| self.now.is_expired(lease.end)) {
            let _ = self.tables.leases.row(&lease.user);
            let _ = match lease.borrowing {
                Some(id) => self.tables.borrowings.row(&id).is_ok(),
                None => self.tables.sessions.row(&lease.session).is_ok(),
            };
        }
        self.fronts.leases.load(leases);
    }

    /// Takes the revocations that may go first from the engine, in their order: as many as were asked
    /// for, or all.
    pub fn load_revocations_by_end(&mut self, revocations: Vec<Revocation>) {
        self.fronts.revocations.load(revocations);
    }

    /// Takes the sessions that end first from the engine, in their order: as many as were asked for,
    /// or all.
    pub fn load_sessions_by_end(&mut self, sessions: Vec<Due<SessionId>>) {
        for due in sessions.iter().filter(|due| self.now.is_expired(due.at)) {
            let _ = self.tables.sessions.row(&due.id);
        }
        self.fronts.sessions.load(sessions);
    }

    /// Takes the sessions that end last from the engine, the last one first: as many as were asked for, or all.
    pub fn load_sessions_by_end_last(&mut self, sessions: Vec<Due<SessionId>>) {
        for due in &sessions {
            let _ = self.tables.sessions.row(&due.id);
        }
        self.fronts.last_sessions.load(sessions);
    }

    /// Takes the borrowed seats that end first from the engine, in their order: as many as were asked
    /// for, or all.
    pub fn load_borrowings_by_end(&mut self, borrowings: Vec<Due<TokenId>>) {
        for due in borrowings.iter().filter(|due| self.now.is_expired(due.at)) {
            let _ = self.tables.borrowings.row(&due.id);
        }
        self.fronts.borrowings.load(borrowings);
    }
}
