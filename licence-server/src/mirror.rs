//! What readers see without asking the store: changed after a commit, and never before it.

mod rows;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use foldhash::fast::RandomState;
use licence_core::claims::LogPosition;
use licence_core::{SessionId, TokenId, UnixTime, UserId};
use tokio::sync::watch;

use self::rows::Rows;
use crate::domain::{
    Anchor, Changes, Judgement, Licences, Reading, Refusals, Revocation, Revoked, Service,
    ServiceId, Session, Site, Terms, User,
};
use crate::store::{Reader, StoreError};

/// The committed state that every request needs.
#[derive(Debug)]
pub struct Mirror {
    state: RwLock<State>,
    users: Rows<UserId, User>,
    sessions: Rows<SessionId, Session>,
    /// When a lease ends for which somebody waits.
    awaited_end: watch::Sender<Option<UnixTime>>,
    /// The log's last place, for those who wait for news of revocations.
    revocations: watch::Sender<u64>,
    /// False for ever after a commit whose outcome is not known.
    is_ready: AtomicBool,
}

#[derive(Debug)]
struct State {
    site: Site,
    anchor: Anchor,
    licences: Licences,
    revoked: RevokedTokens,
    services: BTreeMap<ServiceId, Service>,
    refusals: Arc<Refusals>,
}

/// What an access token says of itself, as far as revocation goes.
#[derive(Clone, Copy, Debug)]
pub struct TokenPlace {
    /// Its session.
    pub session: SessionId,
    /// Its id.
    pub jti: TokenId,
    /// Where the audit log stood when it was made.
    pub position: LogPosition,
}

impl Mirror {
    /// The mirror of a store that was just opened.
    #[must_use]
    pub fn new(
        site: Site,
        anchor: Anchor,
        licences: Licences,
        revocations: Vec<Revocation>,
    ) -> Self {
        let mut revoked = RevokedTokens::default();
        revocations.into_iter().for_each(|revocation| revoked.add(revocation));
        Self {
            state: RwLock::new(State {
                site,
                anchor,
                licences,
                revoked,
                services: BTreeMap::new(),
                refusals: Arc::default(),
            }),
            users: Rows::new(),
            sessions: Rows::new(),
            awaited_end: watch::Sender::new(None),
            revocations: watch::Sender::new(site.position.seq),
            is_ready: AtomicBool::new(true),
        }
    }

    /// The same with the services that the store holds.
    #[must_use]
    pub fn with_services(self, services: Vec<Service>) -> Self {
        self.write().services = services.into_iter().map(|row| (row.id, row)).collect();
        self
    }

    /// The service with an id.
    #[must_use]
    pub fn service(&self, id: ServiceId) -> Option<Service> {
        self.read().services.get(&id).cloned()
    }

    /// Every service, oldest first. They are bounded.
    #[must_use]
    pub fn services(&self) -> Vec<Service> {
        self.read().services.values().cloned().collect()
    }

    /// A person as they were committed last.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn user(&self, id: UserId, store: &dyn Reader) -> Result<Option<Arc<User>>, StoreError> {
        self.users.get_or_read(id, || store.user(id))
    }

    /// A session as it was committed last.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn session(
        &self,
        id: SessionId,
        store: &dyn Reader,
    ) -> Result<Option<Arc<Session>>, StoreError> {
        self.sessions.get_or_read(id, || store.session(id))
    }

    /// Whether an access token is good no more, whatever its times say.
    #[must_use]
    pub fn is_revoked(&self, token: TokenPlace) -> bool {
        let state = self.read();
        let (position, site) = (token.position, &state.site);
        position.epoch != site.position.epoch
            || position.seq < site.access_from
            || state.revoked.contains(token)
    }

    /// Every revocation in force, and the place in the log before which every token was made that is good
    /// no more. At one moment: the one may take the place of the others.
    #[must_use]
    pub fn revocations(&self) -> (Vec<Revocation>, u64) {
        let state = self.read();
        (state.revoked.iter().collect(), state.site.access_from)
    }

    /// How many revocations are in force: of sessions, of the tokens that a session was given up to a
    /// place, and of single tokens.
    #[must_use]
    pub fn revocation_counts(&self) -> [usize; 3] {
        let RevokedTokens { sessions, sessions_before, tokens } = &self.read().revoked;
        [sessions.len(), sessions_before.len(), tokens.len()]
    }

    /// Tells of the place in the audit log at which something was last revoked.
    #[must_use]
    pub fn watch_revocations(&self) -> watch::Receiver<u64> {
        self.revocations.subscribe()
    }

    /// Tells when a lease ends for which somebody waits.
    #[must_use]
    pub fn watch_awaited_end(&self) -> watch::Receiver<Option<UnixTime>> {
        self.awaited_end.subscribe()
    }

    /// The time to judge by, and whether the wall clock is in doubt.
    #[must_use]
    pub fn judge(&self, reading: Reading) -> Judgement {
        let state = self.read();
        state.anchor.judge(&state.site, reading)
    }

    /// Seats taken, as the licence in force counts them.
    #[must_use]
    pub fn seats_in_use(&self, now: UnixTime) -> u32 {
        let state = self.read();
        let is_per_session = state.terms(now).is_some_and(|terms| terms.is_per_session());
        if is_per_session { state.site.sessions_seated } else { state.site.users_seated }
    }

    /// The terms in force at a time, if a licence is installed.
    #[must_use]
    pub fn in_force(&self, now: UnixTime) -> Option<Terms> {
        self.read().terms(now)
    }

    /// Whether the site was moved away, and goes on elsewhere.
    #[must_use]
    pub fn is_retired(&self) -> bool {
        self.read().site.retired.is_some()
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

    pub(crate) fn anchor(&self) -> Anchor {
        self.read().anchor
    }

    /// The licences that are installed.
    #[must_use]
    pub fn licences(&self) -> Licences {
        self.read().licences.clone()
    }

    /// Which refusals were written down of late.
    pub(crate) fn refusals(&self) -> Arc<Refusals> {
        Arc::clone(&self.read().refusals)
    }

    /// Takes over what a turn made of refusals, also where it came to nothing else.
    pub(crate) fn count_refusals(&self, changes: &Changes<'_>) {
        changes.count_refusals(&mut self.write().refusals);
    }

    /// Takes over what was committed.
    pub(crate) fn apply(&self, changes: &Changes<'_>, licences: &Licences) {
        let mut state = self.write();
        let is_news =
            !changes.revoked().is_empty() || state.site.access_from != changes.site.access_from;
        state.anchor = changes.anchor_after(state.anchor, state.site.mark);
        state.site = *changes.site;
        state.licences = licences.clone();
        changes.revoked().iter().for_each(|entry| state.revoked.add(*entry));
        changes.purged().iter().for_each(|entry| state.revoked.remove(*entry));
        for (id, service) in changes.services() {
            match service {
                Some(service) => state.services.insert(*id, service.clone()),
                None => state.services.remove(id),
            };
        }
        drop(state);
        self.users.forget(changes.users().map(|(id, _)| id));
        self.sessions.forget(changes.sessions().map(|(id, _)| id));
        self.awaited_end.send_if_modified(|end| replace(end, changes.awaited_end()));
        if is_news {
            self.revocations.send_replace(changes.site.position.seq);
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

fn replace<T: PartialEq>(old: &mut T, new: T) -> bool {
    let is_new = *old != new;
    *old = new;
    is_new
}

impl State {
    fn terms(&self, now: UnixTime) -> Option<Terms> {
        self.licences.in_force(self.site.serial?, now).copied()
    }
}

/// Tokens that are good no more, by what they are looked up by: ids that this server drew.
#[derive(Debug, Default)]
struct RevokedTokens {
    sessions: HashMap<SessionId, UnixTime, RandomState>,
    sessions_before: HashMap<SessionId, (u64, UnixTime), RandomState>,
    tokens: HashMap<TokenId, UnixTime, RandomState>,
}

impl RevokedTokens {
    fn contains(&self, token: TokenPlace) -> bool {
        self.sessions.contains_key(&token.session)
            || self.tokens.contains_key(&token.jti)
            || self
                .sessions_before
                .get(&token.session)
                .is_some_and(|(before, _)| token.position.seq < *before)
    }

    fn add(&mut self, Revocation { until, what }: Revocation) {
        let later = |old: UnixTime| old.max(until);
        match what {
            Revoked::Session(id) => {
                self.sessions.entry(id).and_modify(|old| *old = later(*old)).or_insert(until);
            }
            Revoked::SessionBefore(id, before) => {
                let entry = self.sessions_before.entry(id).or_insert((before, until));
                *entry = (entry.0.max(before), later(entry.1));
            }
            Revoked::Token(id) => {
                self.tokens.entry(id).and_modify(|old| *old = later(*old)).or_insert(until);
            }
        }
    }

    /// Forgets an entry, unless a later one of the same tokens took its place.
    fn remove(&mut self, Revocation { until, what }: Revocation) {
        match what {
            Revoked::Session(id) => forget(&mut self.sessions, id, |old| *old <= until),
            Revoked::SessionBefore(id, before) => {
                let is_gone = |(kept, old): &(u64, UnixTime)| *kept <= before && *old <= until;
                forget(&mut self.sessions_before, id, is_gone);
            }
            Revoked::Token(id) => forget(&mut self.tokens, id, |old| *old <= until),
        }
    }

    fn iter(&self) -> impl Iterator<Item = Revocation> {
        let sessions = self.sessions.iter();
        let before = self.sessions_before.iter();
        let tokens = self.tokens.iter();
        sessions
            .map(|(id, until)| Revocation { until: *until, what: Revoked::Session(*id) })
            .chain(before.map(|(id, (before, until))| Revocation {
                until: *until,
                what: Revoked::SessionBefore(*id, *before),
            }))
            .chain(
                tokens.map(|(id, until)| Revocation { until: *until, what: Revoked::Token(*id) }),
            )
    }
}

fn forget<K: Eq + Hash, V>(
    map: &mut HashMap<K, V, RandomState>,
    key: K,
    is_gone: impl FnOnce(&V) -> bool,
) {
    if let Entry::Occupied(entry) = map.entry(key)
        && is_gone(entry.get())
    {
        entry.remove();
    }
}
