//! What one batch of commands sees and changes, between the engine that loads it and the commit.

mod changes;
mod index;

use std::collections::BTreeSet;

use licence_core::{LicenceId, SessionId, UnixTime, UserId};

use super::audit::{Act, Entry};
use super::command::InstallLicence;
use super::licence::{Licences, Terms};
use super::row::{LoginName, Revocation, Session, Site, User};
use super::table::{Mark, Table};

pub use changes::Changes;
use index::Index;

/// A row is not loaded yet; the rule has changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing;

/// A seat's hold by one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lease {
    /// Until when; first, so that leases sort by their end.
    pub end: UnixTime,
    /// By which session.
    pub session: SessionId,
    /// Whose session that is.
    pub user: UserId,
}

/// What one batch of commands sees and changes.
#[derive(Debug)]
pub struct Draft {
    now: UnixTime,
    site: Site,
    licences: Licences,
    sessions: Table<SessionId, Session>,
    users: Table<UserId, User>,
    names: Table<LoginName, UserId>,
    leases: Table<UserId, Vec<Lease>>,
    soonest: Index<Lease>,
    stale: Index<Revocation>,
    log: Log,
}

/// What is only ever appended.
#[derive(Debug, Default)]
struct Log {
    entries: Vec<Entry>,
    revoked: Vec<Revocation>,
    purged: Vec<Revocation>,
    licences: Vec<(LicenceId, Vec<u8>)>,
}

/// What the engine is to load.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// Sessions by id.
    pub sessions: &'a BTreeSet<SessionId>,
    /// People by id.
    pub users: &'a BTreeSet<UserId>,
    /// People's ids by name.
    pub names: &'a BTreeSet<LoginName>,
    /// Leases by person.
    pub leases: &'a BTreeSet<UserId>,
    /// So many leases from the one that ends first.
    pub soonest: usize,
    /// So many revocations from the one that may go first.
    pub stale: usize,
}

/// A point to come back to.
#[derive(Clone, Copy)]
struct Savepoint {
    site: Site,
    tables: (Mark, Mark, Mark, Mark),
    done: (usize, usize),
    log: (usize, usize, usize, usize),
}

// What engines and the writer use.
impl Draft {
    /// A draft over the site's row, judged at one time for the whole batch.
    #[must_use]
    pub fn new(site: Site, now: UnixTime, licences: Licences) -> Self {
        let now = site.mark.max(now);
        let unlicensed_secs = licences.unlicensed_secs(site.serial, site.mark, now);
        let unlicensed_secs = site.unlicensed_secs.saturating_add(unlicensed_secs);
        Self {
            site: Site { mark: now, unlicensed_secs, ..site },
            now,
            licences,
            sessions: Table::default(),
            users: Table::default(),
            names: Table::default(),
            leases: Table::default(),
            soonest: Index::default(),
            stale: Index::default(),
            log: Log::default(),
        }
    }

    /// What rules asked for and was not loaded.
    #[must_use]
    pub const fn needs(&self) -> Needs<'_> {
        Needs {
            sessions: self.sessions.wanted(),
            users: self.users.wanted(),
            names: self.names.wanted(),
            leases: self.leases.wanted(),
            soonest: self.soonest.wanted,
            stale: self.stale.wanted,
        }
    }

    /// Takes a session's row from the engine.
    pub fn load_session(&mut self, id: SessionId, row: Option<Session>) {
        self.sessions.load(id, row);
    }

    /// Takes a person's row from the engine.
    pub fn load_user(&mut self, id: UserId, row: Option<User>) {
        self.users.load(id, row);
    }

    /// Takes from the engine whose name it is.
    pub fn load_name(&mut self, name: LoginName, user: Option<UserId>) {
        self.names.load(name, user);
    }

    /// Takes a person's leases from the engine.
    pub fn load_leases(&mut self, user: UserId, leases: Vec<Lease>) {
        self.leases.load(user, Some(leases));
    }

    /// Takes the leases that end first from the engine, in their order: as many as were asked for,
    /// or all.
    pub fn load_soonest(&mut self, leases: Vec<Lease>) {
        // Each that has ended will be let go, so what that takes is asked for in one go.
        for lease in leases.iter().filter(|lease| self.now.is_expired(lease.end)) {
            let _ = (self.sessions.row(&lease.session), self.leases.row(&lease.user));
        }
        self.soonest.load(leases);
    }

    /// Takes the revocations that may go first from the engine, in their order: as many as were asked
    /// for, or all.
    pub fn load_stale(&mut self, revocations: Vec<Revocation>) {
        self.stale.load(revocations);
    }

    /// What the batch changed so far.
    #[must_use]
    pub const fn changes(&self) -> Changes<'_> {
        Changes { site: &self.site, draft: self }
    }

    /// The licences that are installed, those of this batch included.
    #[must_use]
    pub const fn licences(&self) -> &Licences {
        &self.licences
    }

    /// Runs a rule, and takes back what it wrote where a row is missing.
    pub(super) fn attempt<T>(
        &mut self,
        rule: impl FnOnce(&mut Self) -> Result<T, Missing>,
    ) -> Result<T, Missing> {
        let savepoint = self.savepoint();
        let result = rule(self);
        if result.is_err() {
            self.roll_back(savepoint);
        }
        result
    }

    /// Runs a rule, and takes back what it wrote whatever came of it.
    pub(super) fn roll_back_after(&mut self, rule: impl FnOnce(&mut Self)) {
        let savepoint = self.savepoint();
        rule(self);
        self.roll_back(savepoint);
    }

    fn savepoint(&self) -> Savepoint {
        let Log { entries, revoked, purged, licences } = &self.log;
        Savepoint {
            site: self.site,
            tables: (
                self.sessions.mark(),
                self.users.mark(),
                self.names.mark(),
                self.leases.mark(),
            ),
            done: (self.soonest.done, self.stale.done),
            log: (entries.len(), revoked.len(), purged.len(), licences.len()),
        }
    }

    fn roll_back(&mut self, savepoint: Savepoint) {
        self.site = savepoint.site;
        let (sessions, users, names, leases) = savepoint.tables;
        self.sessions.roll_back(sessions);
        self.users.roll_back(users);
        self.names.roll_back(names);
        self.leases.roll_back(leases);
        (self.soonest.done, self.stale.done) = savepoint.done;
        let (entries, revoked, purged, licences) = savepoint.log;
        self.log.entries.truncate(entries);
        self.log.revoked.truncate(revoked);
        self.log.purged.truncate(purged);
        for _ in licences..self.log.licences.len() {
            self.licences.pop();
        }
        self.log.licences.truncate(licences);
    }
}

// What rules use.
impl Draft {
    /// The time at which the whole batch is judged.
    pub(super) const fn now(&self) -> UnixTime {
        self.now
    }

    pub(super) const fn site(&self) -> &Site {
        &self.site
    }

    pub(super) fn edit_site(&mut self, edit: impl FnOnce(&mut Site)) {
        edit(&mut self.site);
    }

    /// The terms in force, if a licence is installed.
    pub(super) fn terms(&self) -> Option<Terms> {
        self.licences.in_force(self.site.serial?, self.now).copied()
    }

    pub(super) fn session(&mut self, id: SessionId) -> Result<Option<Session>, Missing> {
        self.sessions.row(&id).map(Option::<&Session>::cloned)
    }

    pub(super) fn user(&mut self, id: UserId) -> Result<Option<User>, Missing> {
        self.users.row(&id).map(Option::<&User>::cloned)
    }

    pub(super) fn name(&mut self, name: &LoginName) -> Result<Option<UserId>, Missing> {
        self.names.row(name).map(Option::<&UserId>::copied)
    }

    /// The leases of a person's sessions, those that have ended but were not let go included.
    pub(super) fn leases(&mut self, user: UserId) -> Result<&[Lease], Missing> {
        self.leases.row(&user).map(|leases| leases.map_or(&[][..], Vec::as_slice))
    }

    /// The lease that ends first of those that there were before this batch and that still stand.
    ///
    /// A lease that this batch gives ends after `now`, so whoever looks for lapsed ones misses none.
    pub(super) fn soonest_lease(&mut self) -> Result<Option<Lease>, Missing> {
        while let Some(lease) = self.soonest.first()? {
            let stands = self
                .leases
                .loaded(&lease.user)
                .map_or(true, |leases| leases.is_some_and(|leases| leases.contains(&lease)));
            if stands {
                return Ok(Some(lease));
            }
            self.soonest.done += 1;
        }
        Ok(None)
    }

    /// When the next lease ends, of those that there were before this batch; where there were none,
    /// of those that it gave.
    pub(super) fn earliest_lease_end(&mut self) -> Result<Option<UnixTime>, Missing> {
        if let Some(lease) = self.soonest_lease()? {
            return Ok(Some(lease.end));
        }
        let given = self.leases.changes().filter_map(|(_, leases)| leases?.first());
        Ok(given.map(|lease| lease.end).min())
    }

    /// A revocation that nobody needs any more.
    pub(super) fn stale_revocation(&mut self) -> Result<Option<Revocation>, Missing> {
        let first = self.stale.first()?;
        Ok(first.filter(|revocation| self.now.is_expired(revocation.until)))
    }

    pub(super) fn write_session(&mut self, session: Session) {
        self.sessions.write(session.id, Some(session));
    }

    pub(super) fn remove_session(&mut self, id: SessionId) {
        self.sessions.write(id, None);
    }

    pub(super) fn write_user(&mut self, user: User) {
        self.users.write(user.id, Some(user));
    }

    pub(super) fn write_name(&mut self, name: LoginName, user: UserId) {
        self.names.write(name, Some(user));
    }

    pub(super) fn write_leases(&mut self, user: UserId, leases: Vec<Lease>) {
        self.leases.write(user, Some(leases));
    }

    pub(super) fn add_licence(&mut self, install: &InstallLicence) {
        self.licences.add(install.terms);
        self.log.licences.push((install.terms.id, install.file.clone()));
    }

    pub(super) fn revoke(&mut self, revocation: Revocation) {
        self.log.revoked.push(revocation);
    }

    /// Takes the revocation away that [`stale_revocation`](Self::stale_revocation) gave.
    pub(super) fn purge(&mut self, revocation: Revocation) {
        self.stale.done += 1;
        self.log.purged.push(revocation);
    }

    /// Appends an entry to the audit log.
    pub(super) fn record(&mut self, act: Act) {
        let position = &mut self.site.position;
        position.seq += 1;
        let entry = Entry::new(position.seq, self.now, &act);
        position.head = entry.chained_to(position.head);
        self.log.entries.push(entry);
    }
}
