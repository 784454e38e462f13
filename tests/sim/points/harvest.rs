//! Turns in which each use case is done at least once.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use licence_core::claims::{Borrow, Epoch, Period, SeatCount, Seats};
use licence_core::{LicenceId, SignedDigest, Text, UnixTime, UserId};
use licence_server::domain::{
    Actor, AddService, AddUser, ChangeUser, CodeHash, CodeKind, Command, Edit, Expected,
    InstallLicence, NoteBackup, Outcome, PasswordHash, Redeem, Replace, Restore, RevokeService,
    SecretHash, ServiceId, ServiceName, ServiceScope, Site, StateUsage, Stored, UsageStated,
    UserChange,
};

use super::super::ask::Mint;
use super::super::clocks::START;
use super::super::disk::Disk;
use super::super::simulation::Simulation;
use super::super::vendor::Vendor;
use super::{Case, contents, use_case};

/// Steps of one life; in fewer everything has happened that happens in it.
const STEPS: u32 = 3000;

/// Draws a life in which all of it happens.
const SEED: u64 = 6;

/// Seats that the last licence lends: more than any before it, so that a restore holds some back.
const LENT_MAX: u32 = 9;

/// Turns in which every use case is done, and the vendor whose licences they need.
pub(super) static HARVEST: LazyLock<(Vec<Case>, Vendor)> = LazyLock::new(harvest);

fn harvest() -> (Vec<Case>, Vendor) {
    let mut simulation = Simulation::new(SEED, None).unwrap();
    let mut cases = Vec::new();
    let mut done = BTreeSet::new();
    for _ in 0..STEPS {
        let bytes = simulation.server.copy_disk();
        simulation.step().unwrap();
        let commands: Vec<_> = simulation.asked.iter().map(|ask| ask.command.clone()).collect();
        if !commands.iter().all(|command| done.contains(use_case::of(command))) {
            let case = case(bytes, commands, &simulation);
            cases.extend(gleaned(case, &mut done, &simulation.vendor));
        }
    }
    let mut bytes = simulation.server.copy_disk();
    // Where nobody is registered, no licence keeps another one out.
    let everybody = erase_everybody(&bytes);
    let (licence, install) = lending(&mut simulation);
    let by_hand = [install].into_iter().chain(by_hand(licence)).map(|command| vec![command]);
    for commands in [everybody].into_iter().chain(by_hand) {
        let case = case(bytes, commands, &simulation);
        bytes = case.attempt(&simulation.vendor, None).disk.copy();
        cases.extend(gleaned(case, &mut done, &simulation.vendor));
    }
    assert_eq!(done, BTreeSet::from(use_case::ALL), "every use case was found");
    let restore = cases.last().unwrap();
    let (before, after) = restore.both(&simulation.vendor);
    let held_back = after.borrowings.len() - before.borrowings.len();
    assert!(held_back > 1, "{:?} holds {held_back} seats back", restore.names);
    (cases, simulation.vendor)
}

fn case(bytes: Vec<u8>, commands: Vec<Command>, simulation: &Simulation) -> Case {
    // Closed as it should be, so that opening it is not what is tried.
    let disk = Disk::with(bytes);
    contents(&disk);
    let (reading, gap_secs) = (simulation.server.clocks.read(), simulation.server.gap_secs);
    Case { names: Vec::new(), bytes: disk.copy(), commands, reading, gap_secs }
}

/// The case, where it does something that was not done before.
fn gleaned(mut case: Case, done: &mut BTreeSet<&'static str>, vendor: &Vendor) -> Option<Case> {
    let whole = case.attempt(vendor, None);
    let outcomes = whole.outcomes.unwrap();
    for (command, outcome) in case.commands.iter().zip(&outcomes) {
        let is_refused =
            matches!(outcome, Outcome::Refused(_)) && !matches!(command, Command::WrongPassword);
        if !is_refused && done.insert(use_case::of(command)) {
            case.names.push(use_case::of(command));
        }
    }
    let is_changed = contents(&whole.disk) != contents(&Disk::with(case.bytes.clone()));
    if !is_changed {
        case.names.iter().for_each(|name| assert!(done.remove(name)));
        case.names.clear();
    }
    (!case.names.is_empty()).then_some(case)
}

fn erase_everybody(bytes: &[u8]) -> Vec<Command> {
    let users = contents(&Disk::with(bytes.to_vec())).users;
    let erase = |user| ChangeUser { user, change: UserChange::Erase, by: Some(Actor::Local) };
    users.into_iter().map(|user| Command::ChangeUser(erase(user.id))).collect()
}

/// A licence that lends seats, and the command that installs it.
fn lending(simulation: &mut Simulation) -> (LicenceId, Command) {
    let Simulation { server, vendor, model, .. } = simulation;
    let borrow = Borrow { days_max: 2, seats_max: LENT_MAX };
    let seats = Seats { borrow: Some(borrow), ..Seats::new(SeatCount::new(LENT_MAX).unwrap()) };
    let period = Period::perpetual(server.now());
    let deed = vendor.issue((u8::MAX, 1), seats, period, server.clocks.truth());
    let install = InstallLicence {
        file: deed.file,
        terms: deed.terms,
        stored: Stored::Sound,
        replace: Replace::AnySeries,
        revoked: model.ledger.revoked().clone(),
        list_seq: model.ledger.list_seq(),
        by: Actor::Local,
    };
    (deed.id, Command::InstallLicence(install))
}

/// What nobody asks for in a simulated life, each after the ones before it; with the licence that is in force.
fn by_hand(licence: LicenceId) -> impl Iterator<Item = Command> {
    // Far from the ids of those lives.
    let mut mint = Mint::starting_at(1 << 40);
    let (user, by) = (UserId(mint.uuid()), Some(Actor::Local));
    let others = [UserId(mint.uuid()), UserId(mint.uuid())];
    let (first, second) = (CodeHash([1; 32]), CodeHash([2; 32]));
    let (one, other) =
        ["$argon2id$one", "$argon2id$other"].map(|text| PasswordHash::new(text.to_owned())).into();
    let service = ServiceId(mint.uuid());
    let spare = (0..=LENT_MAX).map(|_| mint.uuid()).collect();
    let change_of = |user, change| Command::ChangeUser(ChangeUser { user, change, by });
    let change = |change| change_of(user, change);
    let add = AddUser::named(user, Text::parse("Nora").unwrap());
    let [otto, pia] = ["Otto", "Pia"].map(|name| Text::parse(name).unwrap());
    let email = Edit::Email(Text::parse("pia@example.org"));
    let commands = [
        Command::WrongPassword,
        Command::AddUser(AddUser { invitation: Some(first), by, ..add }),
        Command::Redeem(Redeem { code: first, hash: one.clone() }),
        change(UserChange::Rehash { from: one.clone(), to: other }),
        change(UserChange::Offer { code: second, kind: CodeKind::Reset }),
        Command::AddUser(AddUser::named(others[0], otto)),
        change_of(others[0], UserChange::FirstPassword(one.clone())),
        Command::AddUser(AddUser::named(others[1], pia)),
        change_of(
            others[1],
            UserChange::All(vec![
                UserChange::Edit { edits: vec![email], expected: Expected::Anything },
                UserChange::FirstPassword(one),
                UserChange::Disable,
            ]),
        ),
        Command::AddService(AddService {
            id: service,
            name: ServiceName::parse("lab-api").unwrap(),
            secret: SecretHash([3; 32]),
            scopes: BTreeSet::from(ServiceScope::ALL),
            life_secs: 86_400,
            by: Actor::Local,
        }),
        Command::RevokeService(RevokeService { id: service, by: Actor::Local }),
        Command::StateUsage(StateUsage {
            stated: UsageStated {
                statement: SignedDigest::of(b"signed"),
                until: UnixTime::MIN,
                end: Site::new(UnixTime::MIN, Epoch { counter: 1, tag: 1 }).position,
            },
            by: Actor::Local,
        }),
        Command::NoteBackup(NoteBackup { taken: START, by }),
        Command::Retire(Actor::Local),
        Command::Restore(Restore {
            epoch: Epoch { counter: 1 << 20, tag: 1 },
            taken: START,
            // It may have lent seats since.
            licence: Some(licence),
            since: Vec::new(),
            spare,
            is_lossless: false,
            log_broken_at: None,
            by: Actor::Local,
        }),
    ];
    commands.into_iter()
}
