//! The rules through the real writer's turn over a real store, at any hour.

use std::collections::BTreeSet;
use std::sync::Arc;

use licence_core::claims::{Epoch, Period, SeatCount, SeatHolder, Seats};
use licence_core::{Code, LicenceId, Serial, SessionId, Text, TokenId, UnixTime, UserId, Uuid};
use tempfile::TempDir;

use super::{Unavailable, Writer, block_on, turn};
use crate::domain::{
    AddUser, Changes, Command, CredentialVersion, Draft, Generation, Grant, InstallLicence,
    Licences, NextSecret, Nonce, Outcome, PasswordHash, Refresh, Refusal, Replace, SecretHash,
    SignIn, SignOut, Site, Stay, Terms,
};
use crate::mirror::Mirror;
use crate::store::{Batch, Engine, NewSite, Reader as _, RedbStore, StoreError};

const START: UnixTime = UnixTime::MIN.plus(200_000_000);
const DAY_SECS: i64 = 86_400;

/// A real store whose disk fails at a commit.
struct FailingDisk {
    store: RedbStore,
    commits_left: u32,
}

struct FailingBatch<'disk> {
    batch: <RedbStore as Engine>::Batch<'disk>,
    commits_left: &'disk mut u32,
}

impl Engine for FailingDisk {
    type Batch<'engine> = FailingBatch<'engine>;

    async fn begin(&mut self) -> Result<(FailingBatch<'_>, Site), StoreError> {
        let (batch, site) = self.store.begin().await?;
        Ok((FailingBatch { batch, commits_left: &mut self.commits_left }, site))
    }
}

impl Batch for FailingBatch<'_> {
    async fn load(&mut self, draft: &mut Draft) -> Result<(), StoreError> {
        self.batch.load(draft).await
    }

    async fn commit(self, changes: Changes<'_>) -> Result<(), StoreError> {
        let Some(left) = self.commits_left.checked_sub(1) else {
            return Err(StoreError::Corrupt { table: "disk" });
        };
        *self.commits_left = left;
        self.batch.commit(changes).await
    }
}

/// An institute with a real store and a clock that moves when it is told to.
struct House {
    dir: TempDir,
    store: Option<RedbStore>,
    mirror: Mirror,
    now: UnixTime,
    ids: u64,
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
        let mirror = Mirror::new(site, Licences::default(), Vec::new());
        let mut house = Self { dir, store: Some(store), mirror, now: START, ids: 0 };
        let installed = house.one(install(terms));
        assert!(matches!(installed, Outcome::Installed { .. }));
        house
    }

    #[track_caller]
    fn turn(&mut self, commands: &[Command]) -> Vec<Outcome> {
        let store = self.store.as_mut().unwrap();
        let outcomes = block_on(turn(store, &self.mirror, self.now, commands)).unwrap();
        self.check_counters();
        outcomes
    }

    /// The counters say what the rows say, after every turn of every test.
    #[track_caller]
    fn check_counters(&self) {
        let sessions = self.store.as_ref().unwrap().reader().sessions().unwrap();
        let leased: Vec<_> = sessions.iter().filter(|row| row.lease_end.is_some()).collect();
        let seated: BTreeSet<_> = leased.iter().map(|row| row.user).collect();
        let (site, counts) = (self.mirror.site(), (leased.len(), seated.len()));
        let counted = (site.leases.try_into().unwrap(), site.users_seated.try_into().unwrap());
        assert_eq!(counted, counts);
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
        self.mirror = Mirror::new(site, licences, revocations);
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
        let outcome = self.one(Command::AddUser(AddUser {
            id,
            username: Text::parse(name).unwrap(),
            email: None,
            roles: Vec::new(),
            hash: Some(PasswordHash::new("$argon2id$…".to_owned())),
        }));
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
            scope: Text::parse("app").unwrap(),
            stay: Stay { life_secs: 180 * DAY_SECS, idle_secs: 30 * DAY_SECS },
            end_session: None,
        });
        (command, Device { session, generation: Generation::FIRST, secret })
    }

    fn sign_in(&mut self, user: UserId) -> (Outcome, Device) {
        let (command, device) = self.sign_in_command(user);
        (self.one(command), device)
    }

    #[track_caller]
    fn seated(&mut self, user: UserId) -> Device {
        let (outcome, device) = self.sign_in(user);
        assert!(matches!(outcome, Outcome::Granted(_)), "{outcome:?}");
        device
    }

    fn refresh_command(&mut self, device: Device) -> (Command, SecretHash) {
        let child = self.secret();
        let refresh = Refresh {
            session: device.session,
            generation: device.generation,
            secret: device.secret,
            nonce: Nonce([self.ids.to_be_bytes()[7]; 16]),
            child,
            jti: TokenId(self.uuid()),
            end_session: None,
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
        list_seq: 0,
    }
}

#[track_caller]
fn granted(outcome: Outcome) -> Grant {
    let Outcome::Granted(grant) = outcome else { panic!("a grant was expected: {outcome:?}") };
    grant
}

#[track_caller]
fn refused(outcome: &Outcome) -> Code {
    let Outcome::Refused(refusal) = outcome else { panic!("a refusal was expected: {outcome:?}") };
    refusal.code()
}

#[test]
fn the_seat_after_the_last_is_refused_until_one_is_given_back() {
    let mut house = House::new(2);
    let people = ["ann", "ben", "cleo"].map(|name| house.person(name));
    let ann = house.seated(people[0]);
    house.seated(people[1]);
    let (outcome, cleo) = house.sign_in(people[2]);
    let Outcome::NoSeat(full) = outcome else { panic!("{outcome:?}") };
    assert_eq!((full.seats_in_use, full.seats_total), (2, 2));
    assert_eq!(full.earliest, Some(START.plus(930)));
    assert_eq!(refused(&house.refresh(cleo).0), Code::NoSeat);
    house.sign_out(ann);
    assert_eq!(house.mirror.seats_in_use(house.now), 1);
    let grant = granted(house.refresh(cleo).0);
    assert_eq!((grant.seats_in_use, grant.seats_total), (2, 2));
}

#[test]
fn sixty_sign_in_at_once_and_exactly_twenty_five_get_in() {
    let mut house = House::new(25);
    let people: Vec<_> = (0..60).map(|n| house.person(&format!("person {n}"))).collect();
    let commands: Vec<_> = people.iter().map(|user| house.sign_in_command(*user).0).collect();
    let outcomes = house.turn(&commands);
    let seated = outcomes.iter().filter(|o| matches!(o, Outcome::Granted(_))).count();
    let waiting = outcomes.iter().filter(|o| matches!(o, Outcome::NoSeat(_))).count();
    assert_eq!((seated, waiting), (25, 35));
    assert_eq!(house.mirror.seats_in_use(house.now), 25);
}

#[test]
fn a_second_device_of_a_seated_person_takes_no_second_seat() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let phone = house.seated(ann);
    let laptop = house.seated(ann);
    assert_eq!(house.mirror.seats_in_use(house.now), 1);
    house.sign_out(phone);
    assert_eq!(house.mirror.seats_in_use(house.now), 1, "the laptop still holds the seat");
    house.sign_out(laptop);
    assert_eq!(house.mirror.seats_in_use(house.now), 0);
}

#[test]
fn seats_by_session_count_each_device() {
    let mut terms = terms(2);
    terms.seats.holder = SeatHolder::Session;
    let mut house = House::with_terms(terms);
    let ann = house.person("ann");
    house.seated(ann);
    house.seated(ann);
    assert!(matches!(house.sign_in(ann).0, Outcome::NoSeat(_)));
    assert_eq!(house.mirror.seats_in_use(house.now), 2);
}

/// A session that let its own lapsed lease go, and took it again in one command, was once counted
/// away: each time it happened, the licence had a seat more.
#[test]
fn a_session_that_comes_back_after_its_lease_lapsed_is_counted() {
    let mut terms = terms(1);
    terms.seats.holder = SeatHolder::Session;
    let mut house = House::with_terms(terms);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let anns = house.seated(ann);
    house.pass(930);
    house.refreshed(anns);
    assert!(matches!(house.sign_in(ben).0, Outcome::NoSeat(_)));
}

#[test]
fn no_lease_outlives_its_session() {
    let mut terms = terms(1);
    terms.seats.lease_secs = 86_400;
    let mut house = House::with_terms(terms);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let (command, _) = house.sign_in_command(ann);
    let Command::SignIn(sign_in) = command else { panic!() };
    let stay = Stay { life_secs: DAY_SECS / 2, idle_secs: DAY_SECS / 2 };
    granted(house.one(Command::SignIn(SignIn { stay, ..sign_in })));
    house.pass(DAY_SECS / 2);
    house.seated(ben);
}

#[test]
fn a_house_of_lapsed_leases_makes_room_in_bounded_steps() {
    let mut house = House::new(600);
    let people: Vec<_> = (0..600).map(|n| house.person(&format!("person {n}"))).collect();
    let commands: Vec<_> = people.iter().map(|user| house.sign_in_command(*user).0).collect();
    house.turn(&commands);
    let smaller = Terms {
        id: LicenceId(Uuid::from_bytes([8; 16])),
        revision: 2,
        period: Period::perpetual(START),
        ..terms(1)
    };
    house.one(install(smaller));
    house.pass(930);
    let (outcome, device) = house.sign_in(people[0]);
    assert!(matches!(outcome, Outcome::NoSeat(_)), "256 leases were let go, and 344 are left");
    house.one(Command::Sweep);
    house.one(Command::Sweep);
    house.refreshed(device);
    assert_eq!(house.mirror.seats_in_use(house.now), 1);
}

#[test]
fn time_without_a_licence_is_not_idle_time() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let end = terms(1).period.last_end().unwrap();
    house.now = end.plus(-DAY_SECS);
    let device = house.seated(ann);
    house.pass(60 * DAY_SECS);
    assert_eq!(refused(&house.refresh(device).0), Code::LicenceExpired, "and not ended");
    let renewal = Terms {
        id: LicenceId(Uuid::from_bytes([8; 16])),
        revision: 2,
        period: Period::perpetual(end.plus(58 * DAY_SECS)),
        ..terms(1)
    };
    house.one(install(renewal));
    house.pass(28 * DAY_SECS);
    let device = house.refreshed(device);
    house.pass(30 * DAY_SECS);
    assert_eq!(refused(&house.refresh(device).0), Code::InvalidGrant, "30 days with a licence");
}

#[test]
fn a_lapsed_seat_is_taken_in_the_transaction_that_needs_it() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let anns = house.seated(ann);
    house.pass(929);
    let (outcome, bens) = house.sign_in(ben);
    assert!(matches!(outcome, Outcome::NoSeat(_)));
    house.pass(1);
    house.refreshed(bens);
    assert_eq!(house.mirror.seats_in_use(house.now), 1);
    assert_eq!(refused(&house.refresh(anns).0), Code::NoSeat, "the login stays, the seat is gone");
}

#[test]
fn a_session_outlives_its_seat() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    house.pass(3 * DAY_SECS);
    house.one(Command::Sweep);
    assert_eq!(house.mirror.seats_in_use(house.now), 0);
    let device = house.refreshed(device);
    house.pass(30 * DAY_SECS);
    assert_eq!(refused(&house.refresh(device).0), Code::InvalidGrant, "30 days idle end it");
}

#[test]
fn an_access_token_never_outlasts_the_lease_that_covers_it() {
    let mut terms = terms(1);
    terms.seats.lease_secs = 300;
    let mut house = House::with_terms(terms);
    let ann = house.person("ann");
    let grant = granted(house.sign_in(ann).0);
    assert_eq!(grant.exp, START.plus(270));
    assert_eq!(grant.lease_end, START.plus(300));
}

#[test]
fn more_devices_than_the_licence_allows_are_refused_and_one_can_be_ended() {
    let mut house = House::new(9);
    let ann = house.person("ann");
    let devices: Vec<_> = (0..5).map(|_| house.seated(ann)).collect();
    let (outcome, _) = house.sign_in(ann);
    let Outcome::Refused(Refusal::TooManySessions(others)) = outcome else { panic!() };
    assert_eq!(others.len(), 5);
    let (command, _) = house.sign_in_command(ann);
    let Command::SignIn(sign_in) = command else { panic!() };
    let end_session = Some(devices[0].session);
    granted(house.one(Command::SignIn(SignIn { end_session, ..sign_in })));
    assert!(house.mirror.is_revoked(devices[0].session));
}

#[test]
fn nobody_can_end_anothers_session() {
    let mut house = House::new(9);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let anns = house.seated(ann);
    let (command, _) = house.sign_in_command(ben);
    let Command::SignIn(sign_in) = command else { panic!() };
    granted(house.one(Command::SignIn(SignIn { end_session: Some(anns.session), ..sign_in })));
    house.refreshed(anns);
}

#[test]
fn the_parent_gives_the_same_child_within_thirty_seconds_and_moves_nothing() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let parent = house.seated(ann);
    house.pass(600);
    let (outcome, _) = house.refresh(parent);
    let first = granted(outcome);
    house.pass(29);
    let (outcome, _) = house.refresh(parent);
    let again = granted(outcome);
    assert_eq!(again.next, first.next, "the same child");
    assert!(matches!(first.next, NextSecret::Child { .. }));
    assert_eq!(again.lease_end, first.lease_end, "the lease did not move");
    house.pass(1);
    assert_eq!(refused(&house.refresh(parent).0), Code::RefreshReused, "nor did the window");
}

#[test]
fn twenty_replays_are_honest_and_the_next_is_theft() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let parent = house.seated(ann);
    house.refreshed(parent);
    for _ in 0..20 {
        house.refreshed(parent);
    }
    assert_eq!(refused(&house.refresh(parent).0), Code::RefreshReused);
}

#[test]
fn theft_ends_the_session_its_tokens_and_its_seat() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let stolen = house.seated(ann);
    let second = house.refreshed(stolen);
    let third = house.refreshed(second);
    assert_eq!(refused(&house.refresh(stolen).0), Code::RefreshReused);
    assert!(house.mirror.is_revoked(stolen.session));
    assert_eq!(refused(&house.refresh(third).0), Code::InvalidGrant);
    house.seated(ben);
}

#[test]
fn a_token_from_the_future_ends_nothing() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    let ahead = Device { generation: Generation(5), ..device };
    assert_eq!(refused(&house.refresh(ahead).0), Code::StoreBehind);
    house.refreshed(device);
}

#[test]
fn parallel_refreshes_of_one_token_make_exactly_one_child() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    let commands: Vec<_> = (0..21).map(|_| house.refresh_command(device).0).collect();
    let outcomes = house.turn(&commands);
    let children: Vec<_> = outcomes.into_iter().map(|outcome| granted(outcome).next).collect();
    assert!(children.iter().all(|child| *child == children[0]));
}

#[test]
fn sign_out_frees_the_seat_and_revokes_before_it_answers() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let device = house.seated(ann);
    let (sign_in, _) = house.sign_in_command(ben);
    let sign_out = Command::SignOut(SignOut { session: device.session });
    let outcomes = house.turn(&[sign_out, sign_in]);
    assert!(matches!(outcomes[1], Outcome::Granted(_)));
    assert!(house.mirror.is_revoked(device.session));
    house.sign_out(device);
    assert_eq!(refused(&house.refresh(device).0), Code::InvalidGrant);
}

#[test]
fn a_revocation_goes_when_the_last_token_has_ended_everywhere() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    house.sign_out(device);
    house.pass(959);
    house.one(Command::Sweep);
    assert!(house.mirror.is_revoked(device.session));
    house.pass(1);
    house.one(Command::Sweep);
    assert!(!house.mirror.is_revoked(device.session));
}

#[test]
fn what_was_answered_is_there_after_a_crash() {
    let mut house = House::new(2);
    let people = ["ann", "ben", "cleo"].map(|name| house.person(name));
    let devices = [house.seated(people[0]), house.seated(people[1])];
    house.sign_out(devices[0]);
    let before = house.mirror.site();
    house.reopen();
    assert_eq!(house.mirror.site(), before);
    assert!(house.mirror.is_revoked(devices[0].session));
    house.refreshed(devices[1]);
    house.seated(people[2]);
    assert!(matches!(house.sign_in(people[0]).0, Outcome::NoSeat(_)), "two of two are held");
}

#[test]
fn nothing_is_judged_by_a_clock_set_back() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    house.seated(ann);
    house.pass(930);
    let bens = house.seated(ben);
    house.now = START;
    let grant = granted(house.refresh(bens).0);
    assert_eq!(grant.iat, START.plus(930), "judged by the highest time that was trusted");
}

#[test]
fn names_are_taken_once_and_only_while_the_licence_has_room() {
    let mut terms = terms(1);
    terms.seats.registered_max = Some(2);
    let mut house = House::with_terms(terms);
    house.person("Ann");
    let add = |house: &mut House, name: &str| {
        let (id, username) = (UserId(house.uuid()), Text::parse(name).unwrap());
        let add = AddUser { id, username, email: None, roles: vec![], hash: None };
        house.one(Command::AddUser(add))
    };
    assert_eq!(refused(&add(&mut house, "ANN")), Code::Conflict);
    assert!(matches!(add(&mut house, "ben"), Outcome::Added { .. }));
    assert_eq!(refused(&add(&mut house, "cleo")), Code::RegisteredFull);
}

#[test]
fn a_licence_that_ended_gives_no_token_and_ends_no_session() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    let end = terms(1).period.last_end().unwrap();
    house.now = end.plus(-1);
    assert_eq!(refused(&house.refresh(device).0), Code::InvalidGrant, "180 days are over");
    let (outcome, device) = house.sign_in(ann);
    granted(outcome);
    house.pass(1);
    assert_eq!(refused(&house.refresh(device).0), Code::LicenceExpired);
    assert_eq!(refused(&house.sign_in(ann).0), Code::LicenceExpired);
    let renewal = Terms {
        id: LicenceId(Uuid::from_bytes([8; 16])),
        revision: 2,
        period: Period::perpetual(end),
        ..terms(1)
    };
    house.one(install(renewal));
    house.refreshed(device);
}

fn install(terms: Terms) -> Command {
    let (file, replace) = (b"signed".to_vec(), Replace::SameSeries);
    Command::InstallLicence(InstallLicence { file, terms, replace })
}

#[test]
fn a_licence_comes_again_with_a_newer_revocation_list() {
    let mut house = House::new(1);
    let file = |house: &House| house.store.as_ref().unwrap().reader().licence_files().unwrap();
    let again = |list_seq, file: &[u8]| {
        let terms = Terms { list_seq, ..terms(1) };
        let (file, replace) = (file.to_vec(), Replace::SameSeries);
        Command::InstallLicence(InstallLicence { file, terms, replace })
    };
    for (list_seq, text, kept) in [(2, "two", "two"), (1, "one", "two"), (2, "also two", "two")] {
        let outcome = house.one(again(list_seq, text.as_bytes()));
        assert!(matches!(outcome, Outcome::Installed { .. }), "{outcome:?}");
        assert_eq!(file(&house), [kept.as_bytes()]);
    }
    let forged = Terms { list_seq: 9, ..terms(50) };
    assert_eq!(refused(&house.one(install(forged))), Code::Conflict, "one id, two licences");
}

#[test]
fn a_renewal_takes_over_when_it_begins() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    house.seated(ann);
    let later = START.plus(100);
    let renewal = Terms {
        id: LicenceId(Uuid::from_bytes([8; 16])),
        revision: 2,
        period: Period::perpetual(later),
        ..terms(2)
    };
    assert_eq!(house.one(install(renewal)), Outcome::Installed { from: later });
    let (outcome, bens) = house.sign_in(ben);
    assert!(matches!(outcome, Outcome::NoSeat(_)), "staged, and not in force");
    house.pass(100);
    assert_eq!(granted(house.refresh(bens).0).licence, renewal.id);
    let older = Terms { id: LicenceId(Uuid::from_bytes([7; 16])), ..terms(50) };
    assert_eq!(refused(&house.one(install(older))), Code::Conflict, "a lower revision");
    let other = Terms { serial: Serial::from_random([2; 15]), ..renewal };
    assert_eq!(refused(&house.one(install(other))), Code::Conflict, "another series");
    let replace = |terms| {
        let (file, replace) = (b"signed".to_vec(), Replace::AnySeries);
        Command::InstallLicence(InstallLicence { file, terms, replace })
    };
    let ahead = Terms { period: Period::perpetual(house.now.plus(3 * DAY_SECS)), ..other };
    assert_eq!(refused(&house.one(replace(ahead))), Code::NotYetValid, "it would stop the site");
    let other = Terms { id: LicenceId(Uuid::from_bytes([6; 16])), ..other };
    assert!(matches!(house.one(replace(other)), Outcome::Installed { .. }));
}

#[tokio::test]
async fn after_a_commit_that_failed_nothing_is_acknowledged_and_nothing_is_shown() {
    let mut house = House::new(3);
    let people = ["ann", "ben", "cleo"].map(|name| house.person(name));
    let commands = people.map(|user| house.sign_in_command(user).0);
    let store = house.store.take().unwrap();
    let mirror = Arc::new(Mirror::new(house.mirror.site(), house.mirror.licences(), Vec::new()));
    let now = house.now;
    let disk = FailingDisk { store, commits_left: 1 };
    let writer = Writer::start(disk, Arc::clone(&mirror), move || now).unwrap();
    let [ann, ben, cleo] = commands;
    assert!(matches!(writer.submit(ann).await, Ok(Outcome::Granted(_))));
    assert!(mirror.is_ready());
    assert_eq!(writer.submit(ben).await, Err(Unavailable::Failed));
    assert!(!mirror.is_ready(), "known before whoever asked is told");
    assert_eq!(writer.submit(cleo).await, Err(Unavailable::Failed));
    writer.ended().await;
    assert_eq!(mirror.seats_in_use(now), 1, "what failed is not shown");
    writer.stop().await;
    house.reopen();
    assert_eq!(house.mirror.seats_in_use(now), 1, "what was acknowledged is there");
}

#[tokio::test]
async fn a_writer_that_stopped_says_so() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let (command, _) = house.sign_in_command(ann);
    let mirror = Arc::new(Mirror::new(house.mirror.site(), house.mirror.licences(), Vec::new()));
    let now = house.now;
    let store = house.store.take().unwrap();
    let writer = Writer::start(store, Arc::clone(&mirror), move || now).unwrap();
    writer.stop().await;
    assert_eq!(writer.submit(command).await, Err(Unavailable::Failed));
    assert!(!mirror.is_ready());
}
