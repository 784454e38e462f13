//! What administrators do, and the vendor for them.

use licence_core::claims::{Borrow, Period, SeatCount, SeatHolder, Seats};
use licence_core::{Role, Text, UserId};
use licence_server::domain::{
    Actor, AddUser, ChangeUser, Command, CredentialVersion, Edit, EndSession, Expected,
    InstallLicence, InstallRevocations, Keep, PasswordHash, PruneLog, ReleaseSeat, Replace,
    ResetClock, Sighting, Stored, UserChange, WriteOff,
};

use super::ask::Ask;
use super::clocks::{DAY, HOUR};
use super::simulation::Simulation;

/// People that there are.
const PEOPLE: usize = 10;

/// Entries of the audit log after which its beginning is taken away.
const LOG_KEPT: usize = 400;

impl Simulation {
    /// What an administrator does next.
    pub(crate) fn administer(&mut self) -> Vec<Ask> {
        let now = self.server.now();
        let people = self.model.people.len();
        if people == 0 || (people < PEOPLE && !self.dice.one_in(3)) {
            return vec![self.add_user().into()];
        }
        if self.model.ledger.seats(now).is_none() && self.dice.one_in(3) {
            return self.renew(0);
        }
        match self.dice.below(100) {
            0..25 => self.change_user().into_iter().collect(),
            25..40 => self.end_some_session().into_iter().collect(),
            40..65 => self.release_seat().into_iter().collect(),
            65..80 => self.write_off().into_iter().collect(),
            80..90 => {
                let delay_secs = self.dice.pick(&[-HOUR, 0, HOUR, DAY]);
                self.renew(delay_secs)
            }
            90..93 => self.revoke_licence(),
            _ => vec![self.prune().into()],
        }
    }

    fn person(&mut self) -> UserId {
        let people: Vec<UserId> = self.model.people.keys().copied().collect();
        self.dice.pick(&people)
    }

    fn add_user(&mut self) -> Command {
        let id = UserId(self.mint.uuid());
        let roles = if self.dice.one_in(4) { vec![Role::parse("admin").unwrap()] } else { vec![] };
        let username = Text::parse(&format!("person {id}")).unwrap();
        let hash = Some(PasswordHash::new("$argon2id$…".to_owned()));
        Command::AddUser(AddUser { roles, hash, ..AddUser::named(id, username) })
    }

    fn change_user(&mut self) -> Option<Ask> {
        let user = self.person();
        let known = self.model.people.get(&user)?;
        let change = match self.dice.below(10) {
            _ if !known.is_enabled => UserChange::Enable,
            0..2 => UserChange::Disable,
            // Everybody has a password, so the first of the two has to come to nothing as well.
            2 => {
                let first = PasswordHash::new("$argon2id$first".to_owned());
                UserChange::All(vec![UserChange::Disable, UserChange::FirstPassword(first)])
            }
            3..6 => {
                let own: Vec<_> = self.model.own_sessions(user).collect();
                let hash = PasswordHash::new("$argon2id$other".to_owned());
                let keep = match self.dice.any(&own) {
                    _ if self.dice.one_in(4) => Keep::All,
                    Some(session) => Keep::Own(session),
                    None => Keep::All,
                };
                let checked = CredentialVersion(known.password);
                UserChange::Password { hash, checked, keep }
            }
            6..8 => {
                let is_admin = !known.is_admin;
                let admin = Role::parse("admin").filter(|_| is_admin);
                let roles = Edit::Roles(admin.into_iter().collect());
                UserChange::Edit { edits: vec![roles], expected: Expected::Anything }
            }
            _ => UserChange::Erase,
        };
        Some(Command::ChangeUser(ChangeUser { user, change, by: Some(Actor::Local) }).into())
    }

    fn end_some_session(&mut self) -> Option<Ask> {
        let sessions: Vec<_> = self.model.sessions.keys().copied().collect();
        let session = self.dice.any(&sessions)?;
        Some(Command::EndSession(EndSession { session, of: None, by: Some(Actor::Local) }).into())
    }

    fn release_seat(&mut self) -> Option<Ask> {
        let (user, other) = (self.person(), self.person());
        let reserve_for = self.dice.pick(&[None, Some(other)]);
        Some(Command::ReleaseSeat(ReleaseSeat { user, reserve_for, by: Actor::Local }).into())
    }

    fn write_off(&mut self) -> Option<Ask> {
        let lent: Vec<_> = self.model.lent.keys().copied().collect();
        let id = self.dice.any(&lent)?;
        Some(Command::WriteOff(WriteOff { id, by: Actor::Local }).into())
    }

    /// The vendor's next licence, of any size; it begins so much later.
    pub(crate) fn renew(&mut self, delay_secs: i64) -> Vec<Ask> {
        let iat = self.server.clocks.truth();
        let nbf = self.server.now().plus(delay_secs);
        let newest = self.model.ledger.newest().map(|deed| (deed.series, deed.revision));
        let is_other = delay_secs <= 0 && newest.is_some() && self.dice.one_in(10);
        self.series += u8::from(is_other);
        let (series, newest) = newest.filter(|_| !is_other).unwrap_or((self.series, 0));
        let seats = self.seats();
        let period = match self.dice.below(4) {
            0 => Period::perpetual(nbf),
            1 => Period::limited(nbf, nbf.plus(2 * DAY), None, Some(nbf.plus(3 * DAY))).unwrap(),
            _ => Period::limited(nbf, nbf.plus(9 * DAY), None, None).unwrap(),
        };
        let deed = self.vendor.issue((series, newest + 1), seats, period, iat);
        let replace = if is_other { Replace::AnySeries } else { Replace::SameSeries };
        let install = InstallLicence {
            file: deed.file,
            terms: deed.terms,
            stored: Stored::Sound,
            replace,
            revoked: self.model.ledger.revoked().clone(),
            list_seq: self.model.ledger.list_seq(),
            by: Actor::Local,
        };
        vec![Command::InstallLicence(install).into()]
    }

    fn seats(&mut self) -> Seats {
        let active = u32::try_from(self.dice.between(1, 5)).unwrap();
        let per_user = Seats::new(SeatCount::new(active).unwrap());
        let lent_max = u32::try_from(self.dice.between(1, i64::from(active))).unwrap();
        let borrow = Borrow { days_max: 2, seats_max: lent_max };
        let registered_max = self.dice.pick(&[None, None, Some(6), Some(8)]);
        Seats {
            holder: self.dice.pick(&[SeatHolder::User, SeatHolder::User, SeatHolder::Session]),
            overage: self.dice.pick(&[0, 0, 1]),
            lease_secs: self.dice.pick(&[300, 930, 930, 7_200, 86_400]),
            sessions_max: self.dice.pick(&[1, 2, 5]),
            borrow: self.dice.pick(&[None, Some(borrow)]),
            registered_max,
            ..per_user
        }
    }

    /// A list that takes the newest licence back; sometimes the one before it comes right behind.
    fn revoke_licence(&mut self) -> Vec<Ask> {
        let Some(deed) = self.model.ledger.newest() else { return Vec::new() };
        let id = deed.id;
        if self.vendor.is_revoked(id) {
            return Vec::new();
        }
        let seq = self.vendor.revoke(id);
        let older = self.dice.pick(&[None, Some(seq - 1)]).filter(|seq| *seq > 0);
        [Some(seq), older].into_iter().flatten().map(|seq| self.list(seq).into()).collect()
    }

    fn list(&self, seq: u32) -> Command {
        let (file, revoked) = (seq.to_be_bytes().to_vec(), self.vendor.list(seq).clone());
        Command::InstallRevocations(InstallRevocations {
            file,
            seq,
            stored: Stored::Sound,
            revoked,
            list_seq: seq,
            by: Actor::Local,
        })
    }

    fn prune(&mut self) -> Command {
        let below = self.server.mirror.site().position.seq.saturating_sub(3);
        Command::PruneLog(PruneLog { below, checkpoint: "signed".to_owned(), by: Actor::Local })
    }

    /// What the server does by itself: it reports which tokens came, and lets go of what has lapsed.
    pub(crate) fn housekeeping(&mut self) -> Vec<Ask> {
        let truth = self.server.clocks.truth();
        self.swept = truth;
        let at = self.server.now();
        let seen = std::mem::take(&mut self.sightings).into_iter();
        let seen = seen.map(|(session, seq)| Sighting { session, seq, at }).collect();
        let mut asks: Vec<Ask> = vec![Command::Seen(seen).into(), Command::Sweep.into()];
        if self.model.log.len() > LOG_KEPT {
            asks.push(self.prune().into());
        }
        asks
    }

    /// An administrator looks after a clock that is wrong.
    pub(crate) fn mend_clock(&mut self) -> Option<Ask> {
        let (truth, now) = (self.server.clocks.truth(), self.server.now());
        if self.server.clocks.wrong_secs() != 0 && self.dice.one_in(30) {
            self.server.clocks.set_wall_right();
        }
        let is_right = self.server.clocks.wrong_secs() == 0;
        let reason = Text::parse("the clock was wrong").unwrap();
        if is_right && now.since(truth) > 600 && self.dice.one_in(20) {
            // What was forgotten while it was wrong is a matter of the writer's own tests.
            let reset = ResetClock { reason, spare: Vec::new(), by: Actor::Local };
            return Some(Command::ResetClock(reset).into());
        }
        // Some believe a clock that is wrong.
        let accepts = truth.since(now) > 600 || !is_right;
        (accepts && self.dice.one_in(20)).then(|| Command::AcceptClock(Actor::Local).into())
    }
}
