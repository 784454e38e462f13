//! What rules use of the draft.

use std::collections::BTreeSet;

use licence_core::{SessionId, TokenId, UnixTime, UserId};

use super::{Draft, Due, Lease, Missing};
use crate::domain::command::{InstallLicence, InstallRevocations, PruneLog};
use crate::domain::licence::Terms;
use crate::domain::row::{
    Borrowing, Data, DataOwner, Holder, Hour, Place, Revocation, Service, ServiceId, Session,
    SetBack, Site, Ticket, User, UserKey,
};
use crate::domain::timeline::Reading;

impl Draft {
    /// The time at which the whole batch is judged.
    pub(in crate::domain) const fn now(&self) -> UnixTime {
        self.now
    }

    /// Sets the time back, for whatever is left of the batch too.
    pub(in crate::domain) fn set_back(&mut self, now: UnixTime) {
        self.now = now;
        let Site { over_since, restored, backed_up, hour, unlicensed_secs, .. } = self.site;
        let times = self.site.set_backs().saturating_add(1);
        // What began while the clock was ahead began now: otherwise it would last until then.
        let began = |time: Option<UnixTime>| time.map(|time| time.min(now));
        self.site = Site {
            mark: now,
            doubt: None,
            set_back: Some(SetBack { times, to: now, unlicensed_secs }),
            over_since: began(over_since),
            restored: began(restored),
            backed_up: began(backed_up),
            // What was counted was counted now, but for people: they are counted again on their true day.
            hour: Hour { start: Hour::of(now).start, people: 0, ..hour },
            ..self.site
        };
    }

    /// What the clocks say, for whoever sets the time right.
    pub(in crate::domain) const fn reading(&self) -> Reading {
        self.reading
    }

    pub(in crate::domain) const fn site(&self) -> &Site {
        &self.site
    }

    pub(in crate::domain) fn edit_site(&mut self, edit: impl FnOnce(&mut Site)) {
        edit(&mut self.site);
    }

    /// The terms in force, if a licence is installed.
    pub(in crate::domain) fn terms(&self) -> Option<Terms> {
        self.licences.in_force(self.site.serial?, self.now).copied()
    }

    /// A session, by the clock as it is now.
    pub(in crate::domain) fn session(&mut self, id: SessionId) -> Result<Option<Session>, Missing> {
        let session = self.tables.sessions.row(&id)?.cloned();
        Ok(session.map(|session| session.by_clock_of(&self.site)))
    }

    /// A session that is about to go on. Where it is not loaded, its person and their leases are asked for
    /// in the same go, so that the rule is run twice and not four times.
    pub(in crate::domain) fn session_going_on(
        &mut self,
        id: SessionId,
    ) -> Result<Option<Session>, Missing> {
        let session = self.session(id);
        if session.is_err() {
            self.with_person.insert(id);
        }
        session
    }

    /// Asks for sessions in one go, where a rule is going to look at each.
    pub(in crate::domain) fn expect_sessions<'s>(
        &mut self,
        ids: impl IntoIterator<Item = &'s SessionId>,
    ) -> Result<(), Missing> {
        self.tables.sessions.expect(ids)
    }

    /// The same for the leases of people.
    pub(in crate::domain) fn expect_leases<'s>(
        &mut self,
        users: impl IntoIterator<Item = &'s UserId>,
    ) -> Result<(), Missing> {
        self.tables.leases.expect(users)
    }

    pub(in crate::domain) fn user(&mut self, id: UserId) -> Result<Option<User>, Missing> {
        self.tables.users.row(&id).map(Option::<&User>::cloned)
    }

    /// To whom a key leads.
    pub(in crate::domain) fn whose(&mut self, key: &UserKey) -> Result<Option<UserId>, Missing> {
        self.tables.keys.row(key).map(Option::<&UserId>::copied)
    }

    /// The leases of a person's sessions, those that have ended but were not let go included.
    pub(in crate::domain) fn leases(&mut self, user: UserId) -> Result<&[Lease], Missing> {
        self.tables.leases.row(&user).map(|leases| leases.map_or(&[][..], Vec::as_slice))
    }

    /// The ids of a person's sessions, without those that ended in this batch.
    pub(in crate::domain) fn own_sessions(
        &mut self,
        user: UserId,
    ) -> Result<BTreeSet<SessionId>, Missing> {
        let mut own = self.tables.own_sessions.row(&user)?.cloned().unwrap_or_default();
        own.retain(|id| !matches!(self.tables.sessions.loaded(id), Ok(None)));
        Ok(own)
    }

    pub(in crate::domain) fn borrowing(
        &mut self,
        id: TokenId,
    ) -> Result<Option<Borrowing>, Missing> {
        self.tables.borrowings.row(&id).map(Option::<&Borrowing>::copied)
    }

    /// The borrowed seat of a person whose copy may live. There is one at most.
    pub(in crate::domain) fn own_borrowing(
        &mut self,
        user: UserId,
    ) -> Result<Option<TokenId>, Missing> {
        self.tables.own_borrowings.row(&user).map(Option::<&TokenId>::copied)
    }

    pub(in crate::domain) fn data(&mut self, owner: DataOwner) -> Result<Option<&Data>, Missing> {
        self.tables.data.row(&owner)
    }

    /// The places in the queue, in the order in which they are served.
    pub(in crate::domain) fn queue(&mut self) -> Result<impl Iterator<Item = &Place>, Missing> {
        // An empty queue is known to be empty without asking.
        if self.site.waiting == 0 {
            self.tables.queue.load([]);
        }
        self.tables.queue.rows()
    }

    /// Every service.
    pub(in crate::domain) fn services(
        &mut self,
    ) -> Result<impl Iterator<Item = &Service>, Missing> {
        self.tables.services.rows()
    }

    /// The lease that ends first of those that there were before this batch and that still stand.
    ///
    /// A lease that this batch gives ends after `now`, so whoever looks for lapsed ones misses none.
    pub(in crate::domain) fn soonest_lease(&mut self) -> Result<Option<Lease>, Missing> {
        while let Some(lease) = self.fronts.leases.first()? {
            let stands = self
                .tables
                .leases
                .loaded(&lease.user)
                .map_or(true, |leases| leases.is_some_and(|leases| leases.contains(&lease)));
            if stands {
                return Ok(Some(lease));
            }
            self.fronts.leases.done += 1;
        }
        Ok(None)
    }

    /// When the next lease ends, those that this batch gave included: a session that is nearly over has a
    /// shorter one than everybody else.
    pub(in crate::domain) fn earliest_lease_end(&mut self) -> Result<Option<UnixTime>, Missing> {
        let before = self.soonest_lease()?;
        let given = self.tables.leases.changes().filter_map(|(_, leases)| leases?.first().copied());
        Ok(before.into_iter().chain(given).map(|lease| lease.end).min())
    }

    /// Every lease there is, those that this batch gave included.
    pub(in crate::domain) fn every_lease(&mut self) -> Result<Vec<Lease>, Missing> {
        let mut users: BTreeSet<UserId> =
            self.fronts.leases.whole()?.iter().map(|lease| lease.user).collect();
        users.extend(self.tables.leases.changes().map(|(user, _)| *user));
        self.tables.leases.expect(&users)?;
        let leases = users.iter().map(|user| self.tables.leases.loaded(user));
        Ok(leases.flatten().flatten().flatten().copied().collect())
    }

    /// Every borrowed seat whose copy may live, whether it holds a seat or not.
    pub(in crate::domain) fn every_borrowing(&mut self) -> Result<Vec<Borrowing>, Missing> {
        let mut ids: BTreeSet<TokenId> =
            self.fronts.borrowings.whole()?.iter().map(|due| due.id).collect();
        ids.extend(self.tables.borrowings.changes().map(|(id, _)| *id));
        self.tables.borrowings.expect(&ids)?;
        let rows = ids.iter().map(|id| self.tables.borrowings.loaded(id));
        Ok(rows.flatten().flatten().copied().collect())
    }

    /// A revocation that nobody needs any more.
    pub(in crate::domain) fn stale_revocation(&mut self) -> Result<Option<Revocation>, Missing> {
        let first = self.fronts.revocations.first()?;
        Ok(first.filter(|revocation| self.now.is_expired(revocation.until)))
    }

    /// A session that may have ended.
    pub(in crate::domain) fn due_session(&mut self) -> Result<Option<SessionId>, Missing> {
        let first = self.fronts.sessions.first()?.filter(|due| self.now.is_expired(due.at));
        Ok(first.map(|due| due.id))
    }

    /// Goes on to the session after the one that [`due_session`](Self::due_session) gave.
    pub(in crate::domain) const fn pass_due_session(&mut self) {
        self.fronts.sessions.done += 1;
    }

    /// The session that is looked at last of all.
    pub(in crate::domain) fn last_session(&mut self) -> Result<Option<SessionId>, Missing> {
        Ok(self.fronts.last_sessions.first()?.map(|due| due.id))
    }

    /// Goes on to the session before the one that [`last_session`](Self::last_session) gave.
    pub(in crate::domain) const fn pass_last_session(&mut self) {
        self.fronts.last_sessions.done += 1;
    }

    /// A borrowed seat whose time is over; each is given once.
    pub(in crate::domain) fn ended_borrowing(&mut self) -> Result<Option<TokenId>, Missing> {
        let first = self.fronts.borrowings.first()?;
        let Some(Due { id, .. }) = first.filter(|due| self.now.is_expired(due.at)) else {
            return Ok(None);
        };
        self.fronts.borrowings.done += 1;
        Ok(Some(id))
    }

    /// Writes a session that is there already.
    pub(in crate::domain) fn write_session(&mut self, session: Session) {
        self.tables.sessions.write(session.id, Some(session));
    }

    /// Writes a session that begins.
    pub(in crate::domain) fn add_session(&mut self, session: Session) -> Result<(), Missing> {
        let mut own = self.own_sessions(session.user)?;
        own.insert(session.id);
        self.tables.own_sessions.write(session.user, Some(own));
        self.write_session(session);
        Ok(())
    }

    pub(in crate::domain) fn remove_session(&mut self, id: SessionId) {
        self.tables.sessions.write(id, None);
    }

    pub(in crate::domain) fn write_user(&mut self, user: User) {
        self.tables.users.write(user.id, Some(user));
    }

    pub(in crate::domain) fn remove_user(&mut self, id: UserId) {
        self.tables.users.write(id, None);
    }

    pub(in crate::domain) fn write_key(&mut self, key: UserKey, user: Option<UserId>) {
        self.tables.keys.write(key, user);
    }

    pub(in crate::domain) fn write_leases(&mut self, user: UserId, leases: Vec<Lease>) {
        self.tables.leases.write(user, Some(leases));
    }

    /// Writes a borrowed seat that is out.
    pub(in crate::domain) fn add_borrowing(&mut self, row: Borrowing) {
        self.tables.own_borrowings.write(row.user, Some(row.id));
        self.write_borrowing(row);
    }

    /// Writes a borrowed seat that is there already.
    pub(in crate::domain) fn write_borrowing(&mut self, row: Borrowing) {
        self.tables.borrowings.write(row.id, Some(row));
    }

    pub(in crate::domain) fn remove_borrowing(&mut self, row: &Borrowing) {
        self.tables.own_borrowings.write(row.user, None);
        self.tables.borrowings.write(row.id, None);
    }

    pub(in crate::domain) fn write_data(&mut self, owner: DataOwner, row: Option<Data>) {
        self.tables.data.write(owner, row);
    }

    /// Whether there is a place with that ticket, in a queue that was looked at.
    pub(in crate::domain) fn has_place(&self, ticket: Ticket) -> bool {
        matches!(self.tables.queue.table.loaded(&ticket), Ok(Some(_)))
    }

    pub(in crate::domain) fn write_place(&mut self, ticket: Ticket, place: Option<Place>) {
        self.tables.queue.table.write(ticket, place);
    }

    /// Writes a service, or takes it away.
    pub(in crate::domain) fn write_service(&mut self, id: ServiceId, service: Option<Service>) {
        self.tables.services.table.write(id, service);
    }

    pub(in crate::domain) fn add_licence(&mut self, install: &InstallLicence) {
        self.licences.add(install.terms);
        self.log.licences.push((install.terms.id, install.file.clone()));
    }

    pub(in crate::domain) fn revoke_licences(
        &mut self,
        revoked: BTreeSet<licence_core::LicenceId>,
    ) {
        self.licences.revoke(revoked);
    }

    pub(in crate::domain) fn add_list(&mut self, install: &InstallRevocations) {
        self.log.list.push(install.file.clone());
    }

    pub(in crate::domain) fn revoke(&mut self, revocation: Revocation) {
        self.log.revoked.push(revocation);
        self.site.revoked = self.site.revoked.saturating_add(1);
    }

    /// Takes a revocation away before its time.
    pub(in crate::domain) fn withdraw(&mut self, revocation: Revocation) {
        self.log.purged.push(revocation);
        self.site.revoked = self.site.revoked.saturating_sub(1);
    }

    /// Takes every revocation away, those of this batch included.
    pub(in crate::domain) fn withdraw_all(&mut self) -> Result<(), Missing> {
        let front = self.fronts.revocations.whole()?.to_vec();
        self.fronts.revocations.done = front.len();
        self.log.purged.extend(front);
        self.log.purged.extend_from_slice(&self.log.revoked);
        self.site.revoked = 0;
        Ok(())
    }

    /// Takes the revocation away that [`stale_revocation`](Self::stale_revocation) gave.
    pub(in crate::domain) fn purge(&mut self, revocation: Revocation) {
        self.fronts.revocations.done += 1;
        self.withdraw(revocation);
    }

    pub(in crate::domain) fn prune(&mut self, prune: &PruneLog) {
        self.log.pruned.push((prune.below, prune.checkpoint.clone()));
    }

    /// Tells whoever waits there to ask again.
    pub(in crate::domain) fn wake(&mut self, holder: Holder) {
        self.log.woken.push(holder);
    }

    /// Notes when the next lease ends, because somebody waits for it.
    pub(in crate::domain) const fn await_end(&mut self, end: Option<UnixTime>) {
        self.awaited_end = end;
    }
}
