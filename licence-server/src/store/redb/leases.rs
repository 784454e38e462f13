use std::collections::{BTreeMap, BTreeSet};

use licence_core::{SessionId, UnixTime, UserId, Uuid};

use crate::domain::{Lease, sessions_of};

/// Leases by whom they are of and by their end.
///
/// There may be a million of sessions, so each of these is forty bytes in either order and nothing beside
/// them. Those that were taken along are few, because the licence bounds them, and stand apart: only they
/// know of a borrowed seat.
#[derive(Debug, Default)]
pub(super) struct Leases {
    by_user: BTreeSet<(UserId, UnixTime, SessionId)>,
    by_end: BTreeSet<(UnixTime, SessionId, UserId)>,
    borrowed_by_user: BTreeMap<UserId, Vec<Lease>>,
    borrowed_by_end: BTreeSet<Lease>,
}

impl Leases {
    /// Those of sessions, in one go: nodes that are made of sorted keys are full.
    pub(super) fn of_sessions(mut by_user: Vec<(UserId, UnixTime, SessionId)>) -> Self {
        by_user.sort_unstable();
        let mut by_end: Vec<_> =
            by_user.iter().map(|(user, end, session)| (*end, *session, *user)).collect();
        let by_user = by_user.into_iter().collect();
        by_end.sort_unstable();
        Self { by_user, by_end: by_end.into_iter().collect(), ..Self::default() }
    }

    pub(super) fn add(&mut self, lease: Lease) {
        let Lease { end, session, user, borrowing } = lease;
        if borrowing.is_some() {
            self.borrowed_by_user.entry(user).or_default().push(lease);
            self.borrowed_by_end.insert(lease);
        } else {
            self.by_user.insert((user, end, session));
            self.by_end.insert((end, session, user));
        }
    }

    fn remove(&mut self, lease: &Lease) {
        let Lease { end, session, user, borrowing } = *lease;
        if borrowing.is_some() {
            if let Some(own) = self.borrowed_by_user.get_mut(&user) {
                own.retain(|borrowed| borrowed != lease);
                if own.is_empty() {
                    self.borrowed_by_user.remove(&user);
                }
            }
            self.borrowed_by_end.remove(lease);
        } else {
            self.by_user.remove(&(user, end, session));
            self.by_end.remove(&(end, session, user));
        }
    }

    /// Puts the leases of a person in the place of those before.
    pub(super) fn replace(&mut self, user: UserId, leases: &[Lease]) {
        let before = self.of(user);
        before.iter().filter(|lease| !leases.contains(lease)).for_each(|lease| self.remove(lease));
        leases.iter().filter(|lease| !before.contains(lease)).for_each(|lease| self.add(*lease));
    }

    /// A person's, in the order of their ends.
    pub(super) fn of(&self, user: UserId) -> Vec<Lease> {
        let (first, last) = (Uuid::from_bytes([0; 16]), Uuid::from_bytes([0xff; 16]));
        let from = (user, UnixTime::MIN, SessionId(first));
        let to = (user, UnixTime::MAX, SessionId(last));
        let own = self.by_user.range(from..=to);
        let own = own.map(|(user, end, session)| of_session(*end, *session, *user));
        let borrowed = self.borrowed_by_user.get(&user).into_iter().flatten().copied();
        let mut leases: Vec<Lease> = own.chain(borrowed).collect();
        leases.sort_unstable();
        leases
    }

    /// So many of those that end first, in that order.
    pub(super) fn first(&self, count: usize) -> Vec<Lease> {
        let own = self.by_end.iter().map(|(end, session, user)| of_session(*end, *session, *user));
        let borrowed = self.borrowed_by_end.iter().copied();
        let mut leases: Vec<Lease> = own.take(count).chain(borrowed.take(count)).collect();
        leases.sort_unstable();
        leases.truncate(count);
        leases
    }

    /// People with a lease.
    pub(super) fn users(&self) -> usize {
        let mut last = None;
        let of_sessions =
            self.by_user.iter().filter(|(user, ..)| last.replace(*user) != Some(*user));
        let mut count = of_sessions.count();
        for (user, borrowed) in &self.borrowed_by_user {
            count += usize::from(self.of(*user).len() == borrowed.len());
        }
        count
    }

    /// Sessions with a lease.
    pub(super) fn sessions(&self) -> usize {
        // A session has one of its own at most. A borrowed one may be of a session that has none.
        let mut count = self.by_end.len();
        for (user, borrowed) in &self.borrowed_by_user {
            let leases = self.of(*user);
            count += sessions_of(&leases) + borrowed.len() - leases.len();
        }
        count
    }
}

const fn of_session(end: UnixTime, session: SessionId, user: UserId) -> Lease {
    Lease { end, session, user, borrowing: None }
}

#[cfg(test)]
mod tests {
    use licence_core::TokenId;

    use super::*;

    fn id(number: u8) -> Uuid {
        Uuid::from_bytes([number; 16])
    }

    fn lease(user: u8, session: u8, end: i64) -> Lease {
        of_session(UnixTime::MIN.plus(end), SessionId(id(session)), UserId(id(user)))
    }

    fn borrowed(user: u8, session: u8, end: i64) -> Lease {
        Lease { borrowing: Some(TokenId(id(99))), ..lease(user, session, end) }
    }

    #[test]
    fn leases_are_found_by_person_and_by_end() {
        let mut leases = Leases::default();
        let all = [
            lease(2, 21, 5),
            lease(1, 11, 7),
            borrowed(1, 11, 6),
            lease(1, 12, 9),
            borrowed(3, 31, 1),
        ];
        all.into_iter().for_each(|lease| leases.add(lease));
        let mut sorted = all.to_vec();
        sorted.sort_unstable();
        for count in 0..7 {
            assert_eq!(leases.first(count), sorted[..count.min(5)]);
        }
        sorted.retain(|lease| lease.user == UserId(id(1)));
        assert_eq!(leases.of(UserId(id(1))), sorted);
        assert_eq!((leases.users(), leases.sessions()), (3, 4));
    }

    #[test]
    fn a_session_and_what_was_taken_along_from_it_may_end_together() {
        let mut leases = Leases::default();
        leases.replace(UserId(id(1)), &[lease(1, 11, 7), borrowed(1, 11, 7)]);
        assert_eq!((leases.users(), leases.sessions(), leases.first(9).len()), (1, 1, 2));
        leases.replace(UserId(id(1)), &[borrowed(1, 11, 7)]);
        assert_eq!(leases.first(9), [borrowed(1, 11, 7)]);
        leases.replace(UserId(id(1)), &[]);
        assert_eq!((leases.users(), leases.sessions(), leases.first(9).len()), (0, 0, 0));
    }

    #[test]
    fn what_was_made_in_one_go_is_what_was_added_one_by_one() {
        let rows = [(3, 31, 1), (1, 12, 9), (2, 21, 5), (1, 11, 7)].map(|(u, s, e)| lease(u, s, e));
        let whole = rows.map(|lease| (lease.user, lease.end, lease.session));
        let whole = Leases::of_sessions(whole.to_vec());
        let mut added = Leases::default();
        rows.into_iter().for_each(|lease| added.add(lease));
        assert_eq!(whole.first(9), added.first(9));
        assert_eq!(whole.of(UserId(id(1))), added.of(UserId(id(1))));
    }
}
