//! Leases by person and by their end, in memory.
//!
//! They follow from the sessions' rows and are rebuilt when the store is opened, so a refresh writes
//! no index page to disk.

use std::collections::{BTreeSet, HashMap};

use licence_core::UserId;

use crate::domain::{Changes, Lease, Session};

#[derive(Debug, Default)]
pub(super) struct LeaseIndex {
    by_user: HashMap<UserId, Vec<Lease>>,
    by_end: BTreeSet<Lease>,
}

impl LeaseIndex {
    pub(super) fn add(&mut self, session: &Session) {
        let Some(end) = session.lease_end else { return };
        let lease = Lease { end, session: session.id, user: session.user };
        let own = self.by_user.entry(session.user).or_default();
        own.push(lease);
        own.sort_unstable();
        self.by_end.insert(lease);
    }

    /// Sessions with a lease.
    pub(super) fn leases(&self) -> u32 {
        u32::try_from(self.by_end.len()).unwrap_or(u32::MAX)
    }

    /// People with a lease.
    pub(super) fn users(&self) -> u32 {
        u32::try_from(self.by_user.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn of_user(&self, user: UserId) -> Vec<Lease> {
        self.by_user.get(&user).cloned().unwrap_or_default()
    }

    pub(super) fn soonest(&self, count: usize) -> Vec<Lease> {
        self.by_end.iter().take(count).copied().collect()
    }

    /// Takes over what was committed.
    pub(super) fn apply(&mut self, changes: &Changes<'_>) {
        for (user, leases) in changes.leases() {
            let old = if leases.is_empty() {
                self.by_user.remove(user)
            } else {
                self.by_user.insert(*user, leases.to_vec())
            };
            for lease in old.iter().flatten() {
                self.by_end.remove(lease);
            }
            self.by_end.extend(leases);
        }
    }
}
