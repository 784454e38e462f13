//! What one batch of commands sees and changes, between the engine that loads it and the commit.

mod changes;
mod index;
mod rules;
mod tables;

use std::collections::BTreeSet;
use std::sync::Arc;

use licence_core::{LicenceId, SessionId, TokenId, UnixTime, UserId};

use super::audit::{Act, Actor, Entry, Refused};
use super::licence::Licences;
use super::refusals::{Folded, Refusals};
use super::row::{
    Borrowing, Data, DataOwner, Holder, Hour, Place, Revocation, Service, Session, Site, User,
    UserKey,
};
use super::timeline::{ClockDoubt, Judgement, Reading};

pub use changes::Changes;
use index::Index;
pub use tables::Needs;
use tables::{Marks, Tables};

/// A row is not loaded yet; the rule has changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing;

/// A seat's hold by one session, or by a lease that was taken along from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lease {
    /// Until when; first, so that leases sort by their end.
    pub end: UnixTime,
    /// By which session.
    pub session: SessionId,
    /// Whose session that is.
    pub user: UserId,
    /// By which borrowed seat, where it was taken along: it outlives its session.
    pub borrowing: Option<TokenId>,
}

/// When something ends, if nothing is done before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due<Id> {
    /// When; first, so that what is due sorts by it.
    pub at: UnixTime,
    /// What.
    pub id: Id,
}

/// Seconds after which the mark is written even where nothing else is: what a crash may forget of it.
const MARK_SECS_MAX: i64 = 600;

/// Kinds of refusals that one sweep writes down at most; the next one goes on.
const REFUSALS_MAX: usize = 256;

/// What one batch of commands sees and changes.
#[derive(Debug)]
pub struct Draft {
    reading: Reading,
    now: UnixTime,
    site: Site,
    licences: Licences,
    refusals: Arc<Refusals>,
    tables: Tables,
    /// Sessions with which their person and that person's leases are loaded in the same go.
    with_person: BTreeSet<SessionId>,
    fronts: Fronts,
    log: Log,
    awaited_end: Option<UnixTime>,
    /// The hour that ended since the last commit.
    ended_hour: Option<Hour>,
    /// Whether the site's row is to be written, though no rule wrote anything.
    is_mark_old: bool,
}

/// The fronts of the ordered indexes.
#[derive(Debug, Default)]
struct Fronts {
    leases: Index<Lease>,
    revocations: Index<Revocation>,
    sessions: Index<Due<SessionId>>,
    /// The end of the same index, backwards.
    last_sessions: Index<Due<SessionId>>,
    borrowings: Index<Due<TokenId>>,
}

/// What is only ever appended.
#[derive(Debug, Default)]
struct Log {
    entries: Vec<Entry>,
    revoked: Vec<Revocation>,
    purged: Vec<Revocation>,
    licences: Vec<(LicenceId, Vec<u8>)>,
    list: Vec<Vec<u8>>,
    pruned: Vec<(u64, String)>,
    woken: Vec<Holder>,
    refused: Vec<Folded>,
}

/// A point to come back to.
struct Savepoint {
    now: UnixTime,
    site: Site,
    licences: Licences,
    tables: Marks,
    done: [usize; 5],
    log: [usize; 8],
}

// What engines and the writer use.
impl Draft {
    /// A draft over the site's row, judged at one time for the whole batch.
    #[must_use]
    pub fn new(
        site: Site,
        judged: Judgement,
        reading: Reading,
        (licences, refusals): (Licences, Arc<Refusals>),
    ) -> Self {
        let Judgement { now, doubt } = judged;
        let unlicensed_secs = licences.unlicensed_secs(site.serial, site.mark, now);
        let unlicensed_secs = site.unlicensed_secs.saturating_add(unlicensed_secs);
        let hour = if site.hour.is_of(now) { site.hour } else { Hour::of(now) };
        let mut draft = Self {
            reading,
            now,
            site: Site { mark: now, doubt, unlicensed_secs, hour, ..site },
            licences,
            refusals,
            tables: Tables::default(),
            with_person: BTreeSet::new(),
            fronts: Fronts::default(),
            log: Log::default(),
            awaited_end: None,
            ended_hour: (hour.start != site.hour.start).then_some(site.hour),
            is_mark_old: now.since(site.mark) >= MARK_SECS_MAX,
        };
        draft.record_clock(site.doubt, doubt);
        draft
    }

    fn record_clock(&mut self, before: Option<ClockDoubt>, after: Option<ClockDoubt>) {
        match (before, after) {
            (None | Some(ClockDoubt::Ahead { .. }), Some(ClockDoubt::Behind)) => {
                self.record(Act::ClockBehind);
            }
            (None | Some(ClockDoubt::Behind), Some(ClockDoubt::Ahead { .. })) => {
                self.record(Act::ClockDisputed);
            }
            (Some(_), None) => self.record(Act::ClockSound),
            (None, None)
            | (Some(ClockDoubt::Behind), Some(ClockDoubt::Behind))
            | (Some(ClockDoubt::Ahead { .. }), Some(ClockDoubt::Ahead { .. })) => {}
        }
    }

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

    /// Runs a rule, and takes back what it wrote where it comes to nothing.
    pub(super) fn attempt<T, E>(
        &mut self,
        rule: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
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
        let Fronts { leases, revocations, sessions, last_sessions, borrowings } = &self.fronts;
        let Log { entries, revoked, purged, licences, list, pruned, woken, refused } = &self.log;
        Savepoint {
            now: self.now,
            site: self.site,
            licences: self.licences.clone(),
            tables: self.tables.marks(),
            done: [
                leases.done,
                revocations.done,
                sessions.done,
                last_sessions.done,
                borrowings.done,
            ],
            log: [
                entries.len(),
                revoked.len(),
                purged.len(),
                licences.len(),
                list.len(),
                pruned.len(),
                woken.len(),
                refused.len(),
            ],
        }
    }

    fn roll_back(&mut self, savepoint: Savepoint) {
        let Savepoint { now, site, licences, tables, done, log } = savepoint;
        (self.now, self.site, self.licences) = (now, site, licences);
        self.tables.roll_back(tables);
        let fronts = &mut self.fronts;
        [
            fronts.leases.done,
            fronts.revocations.done,
            fronts.sessions.done,
            fronts.last_sessions.done,
            fronts.borrowings.done,
        ] = done;
        let [entries, revoked, purged, licences, list, pruned, woken, refused] = log;
        self.log.entries.truncate(entries);
        self.log.revoked.truncate(revoked);
        self.log.purged.truncate(purged);
        self.log.licences.truncate(licences);
        self.log.list.truncate(list);
        self.log.pruned.truncate(pruned);
        self.log.woken.truncate(woken);
        self.log.refused.truncate(refused);
    }

    /// Appends an entry to the audit log.
    pub(super) fn record(&mut self, act: Act) {
        self.record_by(act, None);
    }

    /// Appends a refusal to the audit log, or counts it where one like it was written down within a minute.
    pub(super) fn record_refused(&mut self, refused: Refused) {
        let told = Folded::Told(refused);
        if self.log.refused.contains(&told) || self.refusals.is_told(&refused, self.now) {
            self.log.refused.push(Folded::More(refused));
            return;
        }
        let times = self.refusals.more(&refused).saturating_add(1);
        self.record(Act::Refused(refused, times));
        self.log.refused.push(told);
    }

    /// Appends how many refusals were counted, of each kind of which the minute is over.
    pub(super) fn record_due_refusals(&mut self) {
        let refusals = Arc::clone(&self.refusals);
        for refused in refusals.due(self.now).take(REFUSALS_MAX) {
            let told = Folded::Told(refused);
            if !self.log.refused.contains(&told) {
                self.record(Act::Refused(refused, refusals.more(&refused)));
                self.log.refused.push(told);
            }
        }
    }

    /// Appends an entry to the audit log, and who did it.
    #[expect(clippy::needless_pass_by_value, reason = "an act is made to be recorded, once")]
    pub(super) fn record_by(&mut self, act: Act, by: Option<Actor>) {
        let position = &mut self.site.position;
        position.seq += 1;
        let entry = Entry::new(position.seq, self.now, &act, by);
        position.head = entry.chained_to(position.head);
        self.log.entries.push(entry);
    }
}
