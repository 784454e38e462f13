//! What the contract says of everything that was asked and answered so far.
//!
//! Written from the contract's words and from answers alone: it never looks into the rules, and into
//! rows only to compare.

mod chain;
mod clock;
mod ledger;
mod life;
mod line;
mod log;
mod seats;
mod session;
mod tokens;
mod user;

use std::collections::BTreeMap;

use licence_core::{SessionId, TokenId, UnixTime, UserId};
use licence_server::domain::{Command, Holder, Outcome, Reading, Refusal, Scope};

use super::broken::{Broken, Promise, check};
use super::clocks::START;
use super::engine::Rows;
use super::vendor::Vendor;

pub(crate) use chain::Worth;
pub(crate) use clock::Trusted;
pub(crate) use ledger::{Ledger, is_per_session, total};
pub(crate) use life::Life;
pub(crate) use line::Line;
pub(crate) use log::Log;
pub(crate) use seats::{ACCESS_SECS, Lent};
pub(crate) use session::Known;
pub(crate) use tokens::Tokens;
pub(crate) use user::Person;

/// Seconds so far in which no licence was valid: what is known from the moments of the turns alone.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unlicensed {
    pub(crate) least: i64,
    pub(crate) most: i64,
}

/// What the contract says of everything so far.
#[derive(Clone)]
pub(crate) struct Model {
    pub(crate) life: Life,
    pub(crate) clock: Trusted,
    pub(crate) ledger: Ledger,
    pub(crate) people: BTreeMap<UserId, Person>,
    pub(crate) sessions: BTreeMap<SessionId, Known>,
    pub(crate) lent: BTreeMap<TokenId, Lent>,
    pub(crate) line: Line,
    pub(crate) tokens: Tokens,
    /// Since when more seats are held than there are.
    pub(crate) over_since: Option<UnixTime>,
    pub(crate) unlicensed: Unlicensed,
    pub(crate) log: Log,
    /// When the last turn was.
    turned: UnixTime,
    /// Whether answers reach those who asked. They do not where the process died.
    pub(crate) is_heard: bool,
}

impl Model {
    pub(crate) fn new(reading: Reading) -> Self {
        Self {
            life: Life::default(),
            clock: Trusted::new(START, reading),
            ledger: Ledger::default(),
            people: BTreeMap::new(),
            sessions: BTreeMap::new(),
            lent: BTreeMap::new(),
            line: Line::default(),
            tokens: Tokens::default(),
            over_since: None,
            unlicensed: Unlicensed::default(),
            log: Log::default(),
            turned: START,
            is_heard: true,
        }
    }

    /// Follows one command and its answer, and checks that the one may be the answer to the other.
    pub(crate) fn follow(
        &mut self,
        command: &Command,
        outcome: &Outcome,
        now: UnixTime,
        vendor: &Vendor,
    ) -> Result<(), Broken> {
        match (command, outcome) {
            (Command::SignIn(sign_in), _) => self.sign_in(sign_in, outcome, now),
            (Command::Resume(resume), _) => self.resume(resume, outcome, now),
            (Command::Refresh(refresh), _) => self.refresh(refresh, outcome, now),
            (Command::Borrow(borrow), _) => self.borrow(borrow, outcome, now),
            (Command::SignOut(sign_out), _) => {
                self.end(sign_out.session);
                Ok(())
            }
            (Command::AddUser(add), _) => self.add_user(add, outcome, now),
            (Command::InstallRevocations(install), _) => {
                let is_newer = self.ledger.revoke(install.seq, &install.revoked);
                check(is_newer == (*outcome == Outcome::Done), Promise::Revocation, || {
                    format!("list {} came to {outcome:?}", install.seq)
                })
            }
            (Command::WrongPassword, _) => Ok(()),
            (Command::ChangeUser(change), Outcome::Refused(Refusal::InvalidGrant)) => {
                self.may_refuse_password(change)
            }
            (_, Outcome::Refused(refusal)) => may_refuse(command, refusal),
            (Command::ChangeUser(change), _) => {
                self.change_user(change);
                Ok(())
            }
            (Command::EndSession(end), _) => {
                self.end(end.session);
                Ok(())
            }
            (Command::RevokeToken(revoke), _) => {
                self.revoke(revoke, now);
                Ok(())
            }
            (Command::Park(id), _) => {
                self.park(*id);
                Ok(())
            }
            (Command::ReleaseSeat(release), _) => {
                self.release(release, now);
                Ok(())
            }
            (Command::LeaveQueue(holder), _) => {
                self.line.hang_up(*holder, now);
                Ok(())
            }
            (Command::ReturnSeat(give_back), _) => {
                self.take_in(give_back.id);
                Ok(())
            }
            (Command::WriteOff(write_off), _) => {
                self.take_in(write_off.id);
                Ok(())
            }
            (Command::Seen(sightings), _) => {
                for seen in sightings {
                    if let Some(known) = self.sessions.get_mut(&seen.session) {
                        known.chain.see(seen.seq);
                    }
                }
                Ok(())
            }
            (Command::InstallLicence(install), _) => {
                let deed = vendor.deed(vendor.id_of(&install.file));
                self.ledger.install(deed);
                Ok(())
            }
            (Command::ResetClock(_), _) => {
                self.let_all_go();
                Ok(())
            }
            (Command::Restore(restore), _) => {
                self.let_all_go();
                self.line = Line::default();
                self.life = Life::restored(restore.epoch.counter, now);
                // Whoever worked since the backup was not idle; time without a licence was counted as it passed.
                let is_unlicensed = |now| self.ledger.seats(now).is_none();
                let lost_secs = now.since(restore.taken).max(0);
                if !(is_unlicensed(restore.taken) && is_unlicensed(now)) {
                    self.unlicensed.least += lost_secs;
                }
                self.unlicensed.most += lost_secs;
                Ok(())
            }
            (Command::Sweep, _) => {
                self.line.forget_the_gone(now);
                Ok(())
            }
            // No simulated person redeems a code: the writer's tests do.
            (
                Command::WriteData(_)
                | Command::Redeem(_)
                | Command::AddService(_)
                | Command::RevokeService(_)
                | Command::AcceptClock(_)
                | Command::StateUsage(_)
                | Command::NoteBackup(_)
                | Command::Retire(_)
                | Command::PruneLog(_),
                _,
            ) => Ok(()),
        }
    }

    /// A turn begins: time without a licence is nobody's idleness.
    pub(crate) fn pass(&mut self, now: UnixTime) {
        let Unlicensed { least, most } = self.ledger.unlicensed(self.turned, now);
        self.unlicensed.least += least;
        self.unlicensed.most += most;
        self.turned = now;
    }

    /// An administrator believed the wall clock: the time that is skipped may have been without a licence,
    /// by those that there were before whatever else the turn was asked for.
    pub(crate) fn skip_to(&mut self, reading: Reading) {
        self.pass(self.turned.max(reading.wall));
    }

    /// The turn in which that was is over.
    pub(crate) fn accept_clock(&mut self, reading: Reading) {
        self.clock.set(self.turned, reading);
    }

    /// An administrator set the time back, but not before what the vendor signed.
    pub(crate) fn reset_clock(&mut self, now: UnixTime, reading: Reading) {
        self.turned = self.set_back(now, reading);
        self.clock.set(self.turned, reading);
    }

    /// The time was set back: what began while it was ahead began now.
    pub(crate) fn began_by(&mut self, now: UnixTime) {
        let unlicensed = self.unlicensed;
        self.sessions.values_mut().for_each(|known| known.set_back(unlicensed, now));
        self.over_since = self.over_since.map(|since| since.min(now));
        self.lent.values_mut().filter(|lent| lent.start > now).for_each(|lent| lent.is_out = false);
        self.life.began_by(now);
    }

    /// To when the time is set back.
    pub(crate) fn set_back(&self, now: UnixTime, reading: Reading) -> UnixTime {
        let floor = self.ledger.newest_iat().unwrap_or(reading.wall);
        reading.wall.max(floor).min(now)
    }

    /// After a turn: what the time brought, and what rows must say.
    pub(crate) fn settle(&mut self, rows: &Rows, now: UnixTime) -> Result<(), Broken> {
        self.let_end(rows, now)?;
        self.compare(rows, now)?;
        self.watch_over(now);
        self.tokens.forget(now);
        Ok(())
    }

    /// Sessions that are in no row any more: their time must have been over.
    fn let_end(&mut self, rows: &Rows, now: UnixTime) -> Result<(), Broken> {
        let gone = self.sessions.iter().filter(|(id, _)| !rows.sessions.contains_key(id));
        let gone: Vec<SessionId> = gone.map(|(id, _)| *id).collect();
        for id in gone {
            let known = self.sessions.get(&id).unwrap();
            let may_end = known.may_have_ended(self.unlicensed, now)
                || self.own_sessions(known.user).count() > super::people::SESSIONS_KEPT_MAX;
            check(may_end, Promise::HonestStays, || {
                format!("session {id} was ended before its time: {known:?}")
            })?;
            self.end(id);
        }
        let lent = self.lent.iter().filter(|(id, _)| !rows.borrowings.contains_key(id));
        let ended: Vec<TokenId> = lent.map(|(id, _)| *id).collect();
        for id in ended {
            let lent = self.lent.remove(&id).unwrap();
            check(now.is_expired(lent.end), Promise::Durable, || {
                format!("borrowed seat {id} is forgotten before its end")
            })?;
        }
        Ok(())
    }

    /// Every session is in a row, with its seat and its token; and there are no others.
    fn compare(&mut self, rows: &Rows, now: UnixTime) -> Result<(), Broken> {
        let is_same = rows.sessions.len() == self.sessions.len();
        check(is_same, Promise::Durable, || "a row of a session that nobody began".to_owned())?;
        for (id, known) in &mut self.sessions {
            let row = rows.sessions.get(id).unwrap();
            if let (Some(lease), Some(latest)) = (known.lease, known.lease_latest.take()) {
                known.lease =
                    row.lease_end.filter(|end| (lease..=latest).contains(end)).or(known.lease);
            }
            let live = |end: Option<UnixTime>| end.filter(|end| !now.is_expired(*end));
            let is_same = live(row.lease_end) == live(known.lease)
                && row.generation == known.chain.generation()
                && row.current == known.chain.current();
            check(is_same, Promise::Durable, || {
                format!("{row:?} is not what was answered: {known:?}")
            })?;
        }
        for (id, lent) in &self.lent {
            let row = rows.borrowings.get(id);
            let is_same = row.is_some_and(|row| (row.end, row.is_out) == (lent.end, lent.is_out));
            check(is_same, Promise::Durable, || {
                format!("borrowed seat {id} is not what was answered")
            })?;
        }
        Ok(())
    }

    pub(crate) fn own_sessions(&self, user: UserId) -> impl Iterator<Item = SessionId> {
        let own = self.sessions.iter().filter(move |(_, known)| known.user == user);
        own.map(|(id, _)| *id)
    }

    /// Ends a session: from now on its tokens are refused.
    pub(crate) fn end(&mut self, id: SessionId) {
        if self.sessions.remove(&id).is_some() {
            self.tokens.revoke_all(id);
        }
    }

    pub(crate) fn holder(&self, id: SessionId, user: UserId, now: UnixTime) -> Holder {
        let is_per_session = self.ledger.seats(now).is_some_and(is_per_session);
        if is_per_session { Holder::Session(id) } else { Holder::Person(user) }
    }
}

/// What an administrator or a program may be told; nothing has changed.
fn may_refuse(command: &Command, refusal: &Refusal) -> Result<(), Broken> {
    let is_known = matches!(
        refusal,
        Refusal::NotFound | Refusal::Conflict | Refusal::PreconditionFailed | Refusal::Licence(_)
    );
    check(is_known, Promise::HonestStays, || format!("{command:?} came to {refusal:?}"))
}

/// Whether a session needs a seat.
pub(crate) const fn needs_seat(scope: Scope) -> bool {
    matches!(scope, Scope::Seat)
}
