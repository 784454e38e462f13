//! The rules through the real writer's turn over a real store, at any hour.

use std::collections::BTreeSet;
use std::sync::Arc;

use licence_core::claims::{Epoch, Period, SeatCount, SeatHolder, Seats};
use licence_core::{Code, LicenceId, Serial, SessionId, Text, TokenId, UnixTime, UserId, Uuid};
use tempfile::TempDir;

use super::{Unavailable, Writer, block_on, turn};
use crate::domain::{
    Actor, AddUser, Anchor, Changes, Command, CredentialVersion, DeviceMark, Draft, FullHouse,
    Generation, Grant, Holder, InstallLicence, Licences, NextSecret, Nonce, Outcome, PasswordHash,
    Reading, Refresh, Refusal, Replace, Restore, Scope, SecretHash, SignIn, SignOut, Site, Stay,
    Stored, Terms,
};
use crate::mirror::{Mirror, TokenPlace};
use crate::store::{Batch, Engine, NewSite, Reader as _, RedbStore, StoreError};

mod accounts;
mod backup;
mod borrow;
mod clock;
mod data;
mod durability;
mod late;
mod licences;
mod parking;
mod refresh;
mod refusing;
mod revoking;
mod seats;
mod smaller;
mod sweeping;
mod usage;
mod waiting;
mod weeks;

const START: UnixTime = UnixTime::MIN.plus(200_000_000);
const DAY_SECS: i64 = 86_400;
const GAP_SECS: i64 = 3600;

/// An institute with a real store and a clock that moves when it is told to.
struct House {
    dir: TempDir,
    store: Option<RedbStore>,
    mirror: Mirror,
    /// What time it is. The machine started when the test did.
    now: UnixTime,
    /// How far the wall clock is wrong, in seconds.
    wrong_secs: i64,
    /// How far ahead the wall clock may be at a start and be believed.
    gap_secs: i64,
    ids: u64,
    /// Who was woken by the last turn.
    woken: Vec<Holder>,
}

/// What a device keeps of its session.
#[derive(Clone, Copy, Debug)]
struct Device {
    session: SessionId,
    generation: Generation,
    secret: SecretHash,
}

impl House {
    fn new(seats: u32) -> Self {
        Self::with_terms(terms(seats))
    }

    fn with_terms(terms: Terms) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let new = NewSite { epoch: Epoch { counter: 1, tag: 7 }, mark: START };
        let store = RedbStore::create(&dir.path().join("store.redb"), new).unwrap();
        let site = store.reader().site().unwrap();
        let start = Reading { wall: START, boot_secs: 0 };
        let anchor = Anchor::at_start(&site, start, GAP_SECS);
        let mirror = Mirror::new(site, anchor, Licences::default(), Vec::new());
        let (now, wrong_secs, gap_secs, ids) = (START, 0, GAP_SECS, 0);
        let (store, woken) = (Some(store), Vec::new());
        let mut house = Self { dir, store, mirror, now, wrong_secs, gap_secs, ids, woken };
        let installed = house.one(install(terms));
        assert!(matches!(installed, Outcome::Installed { .. }));
        house
    }

    #[track_caller]
    fn turn(&mut self, commands: &[Command]) -> Vec<Outcome> {
        let reading = self.reading();
        let store = self.store.as_mut().unwrap();
        let turned = block_on(turn(store, &self.mirror, reading, commands, |_| ())).unwrap();
        self.check_counters();
        self.woken = turned.woken;
        turned.outcomes
    }

    fn mirror_again(&self) -> Mirror {
        let (site, licences) = (self.mirror.site(), self.mirror.licences());
        let anchor = Anchor::at_start(&site, self.reading(), self.gap_secs);
        Mirror::new(site, anchor, licences, Vec::new())
    }

    fn reading(&self) -> Reading {
        Reading { wall: self.now.plus(self.wrong_secs), boot_secs: self.now.since(START) }
    }

    fn revocation_count(&self) -> usize {
        self.mirror.revocation_counts().iter().sum()
    }

    /// Whether the access tokens of a session are good no more.
    fn is_revoked(&self, session: SessionId) -> bool {
        let (jti, position) = (TokenId(Uuid::from_bytes([0; 16])), self.mirror.site().position);
        self.mirror.is_revoked(TokenPlace { session, jti, position })
    }

    /// The counters say what the rows say, after every turn of every test.
    #[track_caller]
    fn check_counters(&self) {
        let reader = self.store.as_ref().unwrap().reader();
        let (sessions, borrowings) = (reader.sessions().unwrap(), reader.borrowings().unwrap());
        let leased: Vec<_> = sessions.iter().filter(|row| row.lease_end.is_some()).collect();
        let own = leased.iter().map(|row| (row.user, row.id));
        let out = borrowings.iter().filter(|row| row.is_out).map(|row| (row.user, row.session));
        let held: BTreeSet<_> = own.chain(out).collect();
        let seated: BTreeSet<_> = held.iter().map(|(user, _)| *user).collect();
        let (site, counts) = (self.mirror.site(), (held.len(), seated.len()));
        let sessions_seated = site.sessions_seated.try_into().unwrap();
        let counted = (sessions_seated, site.users_seated.try_into().unwrap());
        assert_eq!(counted, counts);
        assert_eq!(site.revoked as usize, reader.revocations().unwrap().len());
        assert!(
            leased.iter().all(|row| row.lease_end <= Some(row.end)),
            "a lease without a session"
        );
    }

    fn one(&mut self, command: Command) -> Outcome {
        self.turn(&[command]).remove(0)
    }

    /// What a crash leaves: only what is on disk.
    fn reopen(&mut self) {
        let licences = self.mirror.licences();
        drop(self.store.take());
        let store = RedbStore::open(&self.dir.path().join("store.redb")).unwrap();
        let (site, revocations) =
            (store.reader().site().unwrap(), store.reader().revocations().unwrap());
        let anchor = Anchor::at_start(&site, self.reading(), self.gap_secs);
        self.mirror = Mirror::new(site, anchor, licences, revocations);
        self.store = Some(store);
    }

    fn uuid(&mut self) -> Uuid {
        self.ids += 1;
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.ids.to_be_bytes());
        Uuid::v7(u64::try_from(self.now.secs()).unwrap() * 1000, random)
    }

    fn secret(&mut self) -> SecretHash {
        self.ids += 1;
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&self.ids.to_be_bytes());
        SecretHash(hash)
    }

    fn person(&mut self, name: &str) -> UserId {
        let id = UserId(self.uuid());
        let hash = Some(PasswordHash::new("$argon2id$…".to_owned()));
        let add = AddUser { hash, ..AddUser::named(id, Text::parse(name).unwrap()) };
        let outcome = self.one(Command::AddUser(add));
        assert_eq!(outcome, Outcome::Added { user: id });
        id
    }

    fn sign_in_command(&mut self, user: UserId) -> (Command, Device) {
        let (session, secret) = (SessionId(self.uuid()), self.secret());
        let command = Command::SignIn(SignIn {
            user,
            credential: CredentialVersion(0),
            session,
            secret,
            jti: TokenId(self.uuid()),
            device: None,
            mark: DeviceMark([0; 8]),
            scope: Scope::Seat,
            stay: Stay { life_secs: 180 * DAY_SECS, idle_secs: 30 * DAY_SECS },
            end_session: None,
            wait_secs: 0,
        });
        (command, Device { session, generation: Generation::FIRST, secret })
    }

    fn sign_in(&mut self, user: UserId) -> (Outcome, Device) {
        let (command, device) = self.sign_in_command(user);
        (self.one(command), device)
    }

    /// Signs in otherwise than most do.
    fn sign_in_as(&mut self, user: UserId, change: impl FnOnce(&mut SignIn)) -> (Outcome, Device) {
        let (command, device) = self.sign_in_command(user);
        let Command::SignIn(mut sign_in) = command else { panic!() };
        change(&mut sign_in);
        (self.one(Command::SignIn(sign_in)), device)
    }

    /// Refreshes otherwise than most do.
    fn refresh_as(
        &mut self,
        device: Device,
        change: impl FnOnce(&mut Refresh),
    ) -> (Outcome, Device) {
        let (command, child) = self.refresh_command(device);
        let Command::Refresh(mut refresh) = command else { panic!() };
        change(&mut refresh);
        let generation = device.generation.next().unwrap();
        let next = Device { generation, secret: child, ..device };
        (self.one(Command::Refresh(refresh)), next)
    }

    /// Whether the access token of a grant opens nothing any more.
    fn is_token_revoked(&self, grant: &Grant) -> bool {
        let Grant { session, jti, position, .. } = *grant;
        self.mirror.is_revoked(TokenPlace { session, jti, position })
    }

    #[track_caller]
    fn seated(&mut self, user: UserId) -> Device {
        let (outcome, device) = self.sign_in(user);
        assert!(matches!(outcome, Outcome::Granted(_)), "{outcome:?}");
        device
    }

    fn refresh_command(&mut self, device: Device) -> (Command, SecretHash) {
        self.ids += 1;
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&self.ids.to_be_bytes());
        let nonce = Nonce(nonce);
        let child = child_of(device.secret, nonce);
        let refresh = Refresh {
            session: device.session,
            generation: device.generation,
            secret: device.secret,
            nonce,
            child,
            jti: TokenId(self.uuid()),
            mark: DeviceMark([0; 8]),
            seen_seq: None,
            end_session: None,
            wait_secs: 0,
        };
        (Command::Refresh(refresh), child)
    }

    fn refresh(&mut self, device: Device) -> (Outcome, Device) {
        let (command, child) = self.refresh_command(device);
        let outcome = self.one(command);
        let generation = device.generation.next().unwrap();
        (outcome, Device { generation, secret: child, ..device })
    }

    #[track_caller]
    fn refreshed(&mut self, device: Device) -> Device {
        let (outcome, next) = self.refresh(device);
        granted(outcome);
        next
    }

    fn sign_out(&mut self, device: Device) {
        let outcome = self.one(Command::SignOut(SignOut { session: device.session }));
        assert_eq!(outcome, Outcome::Done);
    }

    /// Signs everybody in, in one turn.
    fn seat_all(&mut self, people: &[UserId]) -> Vec<Outcome> {
        let commands: Vec<_> = people.iter().map(|user| self.sign_in_command(*user).0).collect();
        self.turn(&commands)
    }

    /// Begins a life of the store, as putting a backup of this moment back does.
    fn restore(&mut self, counter: u32) {
        let taken = self.now;
        self.restore_of(taken, counter);
    }

    /// The same with a backup of another time.
    fn restore_of(&mut self, taken: UnixTime, counter: u32) {
        let spare = (0..4).map(|_| self.uuid()).collect();
        let epoch = Epoch { counter, tag: 8 };
        self.restore_as(Restore {
            epoch,
            taken,
            licence: self.mirror.in_force(taken).map(|terms| terms.id),
            since: Vec::new(),
            spare,
            is_lossless: false,
            log_broken_at: None,
            by: Actor::Local,
        });
    }

    fn restore_as(&mut self, restore: Restore) {
        assert_eq!(self.one(Command::Restore(restore)), Outcome::Done);
        self.reopen();
    }

    fn pass(&mut self, secs: i64) {
        self.now = self.now.plus(secs);
    }
}

fn terms(seats: u32) -> Terms {
    let year = 365 * DAY_SECS;
    Terms {
        id: LicenceId(Uuid::from_bytes([9; 16])),
        serial: Serial::from_random([1; 15]),
        revision: 1,
        period: Period::limited(START.plus(-DAY_SECS), START.plus(year), None, None).unwrap(),
        seats: Seats::new(SeatCount::new(seats).unwrap()),
        iat: START.plus(-DAY_SECS),
        list_seq: 0,
    }
}

/// As real secrets do, a child follows from its parent and the nonce.
fn child_of(parent: SecretHash, nonce: Nonce) -> SecretHash {
    let mut child = parent.0;
    child.rotate_left(1);
    child.iter_mut().zip(nonce.0).for_each(|(byte, nonce)| *byte ^= nonce.wrapping_add(41));
    SecretHash(child)
}

/// What a device holds after an answer.
fn held_after(device: Device, outcome: &Outcome) -> Device {
    let Outcome::Granted(Grant { next: NextSecret::Child { generation, nonce }, .. }) = outcome
    else {
        return device;
    };
    let secret = child_of(device.secret, *nonce);
    Device { generation: *generation, secret, ..device }
}

#[track_caller]
fn granted(outcome: Outcome) -> Grant {
    let Outcome::Granted(grant) = outcome else { panic!("a grant was expected: {outcome:?}") };
    grant
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "as `granted` does, so that tests read alike")]
fn full(outcome: Outcome) -> FullHouse {
    outcome
        .full_house()
        .cloned()
        .unwrap_or_else(|| panic!("a full house was expected: {outcome:?}"))
}

#[track_caller]
fn refused(outcome: &Outcome) -> Code {
    let Outcome::Refused(refusal) = outcome else { panic!("a refusal was expected: {outcome:?}") };
    refusal.code()
}

fn install(terms: Terms) -> Command {
    install_file(b"signed", terms, Replace::SameSeries)
}

fn install_file(file: &[u8], terms: Terms, replace: Replace) -> Command {
    let (file, revoked, list_seq) = (file.to_vec(), BTreeSet::new(), terms.list_seq);
    let by = Actor::Local;
    let stored = Stored::Sound;
    Command::InstallLicence(InstallLicence { file, terms, stored, replace, revoked, list_seq, by })
}
