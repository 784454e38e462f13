//! What readers see without asking the store: changed after a commit, and never before it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use licence_core::{SessionId, UnixTime};

use crate::domain::{Changes, Licences, Revocation, Site, Terms};

/// The committed state that every request needs.
#[derive(Debug)]
pub struct Mirror {
    state: RwLock<State>,
    /// False for ever after a commit whose outcome is not known.
    is_ready: AtomicBool,
}

#[derive(Debug)]
struct State {
    site: Site,
    licences: Licences,
    revoked: HashMap<SessionId, UnixTime>,
}

impl Mirror {
    /// The mirror of a store that was just opened.
    #[must_use]
    pub fn new(site: Site, licences: Licences, revocations: Vec<Revocation>) -> Self {
        let revoked = revocations.into_iter().map(|entry| (entry.session, entry.until)).collect();
        Self {
            state: RwLock::new(State { site, licences, revoked }),
            is_ready: AtomicBool::new(true),
        }
    }

    /// Whether the tokens of a session are good no more.
    #[must_use]
    pub fn is_revoked(&self, session: SessionId) -> bool {
        self.read().revoked.contains_key(&session)
    }

    /// The time to judge by: the wall clock's, and never one before the latest that was trusted.
    #[must_use]
    pub fn now(&self, wall: UnixTime) -> UnixTime {
        self.read().site.mark.max(wall)
    }

    /// Seats taken, as the licence in force counts them.
    #[must_use]
    pub fn seats_in_use(&self, now: UnixTime) -> u32 {
        let state = self.read();
        let is_per_session = state.terms(now).is_some_and(|terms| terms.is_per_session());
        if is_per_session { state.site.leases } else { state.site.users_seated }
    }

    /// The terms in force at a time, if a licence is installed.
    #[must_use]
    pub fn in_force(&self, now: UnixTime) -> Option<Terms> {
        self.read().terms(now)
    }

    /// The site's row.
    #[must_use]
    pub fn site(&self) -> Site {
        self.read().site
    }

    /// Whether what is asked for can still be made durable.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Acquire)
    }

    pub(crate) fn fail(&self) {
        self.is_ready.store(false, Ordering::Release);
    }

    pub(crate) fn licences(&self) -> Licences {
        self.read().licences.clone()
    }

    /// Takes over what was committed.
    pub(crate) fn apply(&self, changes: &Changes<'_>, licences: &Licences) {
        let mut state = self.write();
        state.site = *changes.site;
        if !changes.licence_files().is_empty() {
            state.licences = licences.clone();
        }
        for entry in changes.revoked() {
            state.revoked.insert(entry.session, entry.until);
        }
        for entry in changes.purged() {
            state.revoked.remove(&entry.session);
        }
    }

    // A panic while the lock was held is impossible in code that cannot panic; were it to happen, the
    // state is still whole, because every change of it is an assignment.
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn terms(&self, now: UnixTime) -> Option<Terms> {
        self.licences.in_force(self.site.serial?, now).copied()
    }
}
