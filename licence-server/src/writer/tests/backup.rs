//! Backups that were made, that were the last, and that were put back.

use licence_core::claims::Borrow as Lends;

use super::borrow::key_for;
use super::*;
use crate::domain::{Borrow, InstallRevocations, NoteBackup, WriteOff};

fn lending(seats: u32, days_max: u32, seats_max: u32) -> Terms {
    let mut terms = terms(seats);
    terms.seats.borrow = Some(Lends { days_max, seats_max });
    terms
}

fn borrow(house: &mut House, device: Device) -> TokenId {
    let id = TokenId(house.uuid());
    let borrow = Borrow { id, session: device.session, days: 3, key: key_for(id) };
    assert!(matches!(house.one(Command::Borrow(borrow)), Outcome::Borrowed(_)));
    id
}

#[test]
fn a_restore_empties_every_seat_and_keeps_every_login() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let anns = house.seated(ann);
    let (_, bens) = house.sign_in(ben);
    assert_eq!(house.mirror.site().waiting, 1);
    house.restore(2);
    let site = house.mirror.site();
    assert_eq!((site.users_seated, site.waiting), (0, 0));
    house.refreshed(bens);
    full(house.refresh(anns).0);
}

/// A month in which the store was gone is nobody's idleness: people worked until it was lost.
#[test]
fn time_that_the_backup_does_not_know_is_not_idle() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    let taken = house.now;
    house.pass(40 * DAY_SECS);
    house.one(Command::AcceptClock(Actor::Local));
    house.restore_of(taken, 2);
    house.refreshed(device);
}

#[test]
fn a_borrowed_seat_stays_counted_after_a_restore_until_its_lease_ends() {
    let mut house = House::with_terms(lending(2, 3, 1));
    let (ann, ben, cid) = (house.person("ann"), house.person("ben"), house.person("cid"));
    let device = house.seated(ann);
    borrow(&mut house, device);
    house.restore(2);
    assert_eq!(house.mirror.site().users_seated, 1);
    house.seated(ben);
    full(house.sign_in(cid).0);
    house.pass(3 * DAY_SECS);
    house.one(Command::AcceptClock(Actor::Local));
    house.seated(cid);
}

/// Its copy lives, and the backup knows nothing of it: the cap would be passed.
#[test]
fn seats_that_may_have_been_lent_since_the_backup_are_held_back() {
    let mut house = House::with_terms(lending(4, 3, 3));
    let ann = house.person("ann");
    let device = house.seated(ann);
    borrow(&mut house, device);
    house.restore(2);
    let site = house.mirror.site();
    assert_eq!((site.borrowed, site.users_seated), (3, 3), "one is known, and two may be out");
    let held = house.store.as_ref().unwrap().reader().borrowings().unwrap();
    let unknown = held.iter().find(|row| row.user != ann).unwrap();
    assert_eq!(unknown.end, house.now.plus(3 * DAY_SECS), "no lease can be longer");
    let write_off = WriteOff { id: unknown.id, by: Actor::Local };
    assert_eq!(house.one(Command::WriteOff(write_off)), Outcome::Done);
    assert_eq!(house.mirror.site().users_seated, 2, "an administrator may know better");
    house.pass(3 * DAY_SECS);
    house.one(Command::AcceptClock(Actor::Local));
    house.one(Command::Sweep);
    assert_eq!(house.mirror.site().borrowed, 0);
}

#[test]
fn after_a_final_backup_nothing_is_decided() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    assert_eq!(house.one(Command::Retire(Actor::Local)), Outcome::Done);
    let last = house.mirror.site();
    assert_eq!(refused(&house.refresh(device).0), Code::Retired);
    assert_eq!(refused(&house.sign_in(ann).0), Code::Retired);
    assert_eq!(refused(&house.one(Command::Sweep)), Code::Retired);
    house.reopen();
    assert_eq!(refused(&house.refresh(device).0), Code::Retired);
    assert_eq!(house.mirror.site().position, last.position, "the log goes on elsewhere");
    assert_eq!(
        house.one(Command::Retire(Actor::Local)),
        Outcome::Done,
        "it may have to be tried again"
    );
}

#[test]
fn nothing_is_held_back_where_a_final_backup_is_put_back_first_and_the_store_serves_again() {
    let mut house = House::with_terms(lending(2, 3, 2));
    let ann = house.person("ann");
    let device = house.seated(ann);
    house.one(Command::Retire(Actor::Local));
    // It was a long way to the new machine.
    house.pass(DAY_SECS);
    assert_eq!(house.one(Command::AcceptClock(Actor::Local)), Outcome::Done);
    house.restore_as(Restore { is_lossless: true, ..of_now(&house) });
    let site = house.mirror.site();
    assert_eq!((site.borrowed, site.retired), (0, None));
    house.refreshed(device);
}

/// Where it was put back before, whoever works there may have taken seats along.
#[test]
fn a_final_backup_that_may_have_been_put_back_before_holds_seats_back_as_any_other() {
    let mut house = House::with_terms(lending(2, 3, 2));
    house.one(Command::Retire(Actor::Local));
    house.restore(2);
    assert_eq!(house.mirror.site().borrowed, 2);
}

#[test]
fn the_newest_backup_is_remembered_and_written_down() {
    let mut house = House::new(1);
    let taken = house.now;
    house.pass(60);
    let note = |taken| Command::NoteBackup(NoteBackup { taken, by: None });
    assert_eq!(house.one(note(taken)), Outcome::Done);
    house.one(note(taken.plus(-DAY_SECS)));
    assert_eq!(house.mirror.site().backed_up, Some(taken), "an older one came late");
    house.one(note(taken.plus(DAY_SECS)));
    assert_eq!(house.mirror.site().backed_up, Some(house.now), "none is of the future");
    let entries = house.store.as_ref().unwrap().reader().entries_before(u64::MAX, 1).unwrap();
    assert!(entries[0].json.contains("\"act\":\"backed_up\""), "{}", entries[0].json);
}

/// A renewal that lends less may have taken over after the backup, and what was lent before it is still out.
#[test]
fn as_many_are_held_back_as_any_licence_of_the_time_that_is_lost_may_have_lent() {
    let mut house = House::with_terms(lending(9, 3, 5));
    let backup = of_now(&house);
    let mut renewal = lending(9, 2, 1);
    (renewal.revision, renewal.id) = (2, LicenceId(house.uuid()));
    house.one(install(renewal));
    let spare = (0..9).map(|_| house.uuid()).collect();
    house.restore_as(Restore { spare, ..backup });
    assert_eq!(house.mirror.site().borrowed, 5);
    let held = house.store.as_ref().unwrap().reader().borrowings().unwrap();
    assert_eq!(held[0].end, house.now.plus(3 * DAY_SECS));
}

/// A licence of a series of its own, which lends so many.
fn of_series(number: u8, lends: u32) -> Terms {
    let id = LicenceId(Uuid::from_bytes([number; 16]));
    Terms { id, serial: Serial::from_random([number; 15]), ..lending(9, 3, lends) }
}

/// Only the first series and the last once counted: the one in between was forgotten, and the cap was passed.
#[test]
fn what_a_series_may_have_lent_between_two_others_is_held_back() {
    for (last, in_between) in [(of_series(3, 1), of_series(2, 4)), (terms(9), of_series(2, 4))] {
        let mut house = House::with_terms(terms(9));
        let backup = of_now(&house);
        for next in [in_between, last] {
            let replace = install_file(b"signed", next, Replace::AnySeries);
            assert!(matches!(house.one(replace), Outcome::Installed { .. }));
        }
        let (since, spare) = (vec![in_between.id, last.id], (0..9).map(|_| house.uuid()).collect());
        house.restore_as(Restore { since, spare, ..backup });
        assert_eq!(house.mirror.site().borrowed, 4);
    }
}

/// A list that revokes the newest revision puts the one before back in force, whose number is lower.
#[test]
fn what_an_earlier_revision_may_have_lent_after_the_newest_was_revoked_is_held_back() {
    let revision = |revision: u8| {
        let id = LicenceId(Uuid::from_bytes([revision; 16]));
        install(Terms { id, revision: revision.into(), ..terms(9) })
    };
    for are_more_to_come in [false, true] {
        let mut house = House::with_terms(lending(9, 3, 4));
        house.one(revision(2));
        let backup = of_now(&house);
        let revoked = backup.licence.into_iter().collect();
        let (file, by) = (b"list".to_vec(), Actor::Local);
        let list =
            InstallRevocations { file, seq: 1, stored: Stored::Sound, revoked, list_seq: 1, by };
        assert_eq!(house.one(Command::InstallRevocations(list)), Outcome::Done);
        if are_more_to_come {
            house.one(revision(3));
        }
        let spare = (0..9).map(|_| house.uuid()).collect();
        house.restore_as(Restore { spare, ..backup });
        assert_eq!(house.mirror.site().borrowed, 4);
    }
}

/// 256 are let go at a time, and what was left of them once took the places of those that may be out.
#[test]
fn loans_that_have_ended_are_none_that_may_be_out_however_many_they_are() {
    const LOANS: u32 = 300;
    let mut house = House::with_terms(lending(2 * LOANS, 3, LOANS));
    for number in 0..LOANS {
        let person = house.person(&format!("person{number}"));
        let device = house.seated(person);
        borrow(&mut house, device);
    }
    let backup = of_now(&house);
    house.pass(3 * DAY_SECS);
    house.one(Command::AcceptClock(Actor::Local));
    let spare = (0..LOANS).map(|_| house.uuid()).collect();
    house.restore_as(Restore { spare, ..backup });
    let rows = house.store.as_ref().unwrap().reader().borrowings().unwrap();
    assert_eq!(rows.iter().filter(|row| row.is_unknown()).count(), 300, "each may be lent again");
    assert_eq!(house.mirror.site().borrowed, LOANS);
}

/// What had been without a licence once counted twice: when the clock was accepted, and as time that the
/// backup does not know.
#[test]
fn time_that_is_lost_and_was_without_a_licence_is_counted_once() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    house.now = terms(1).period.exp().unwrap().plus(-60);
    house.seated(ann);
    let (taken, before) = (house.now, house.mirror.site().unlicensed_secs);
    house.pass(40 * DAY_SECS);
    house.one(Command::AcceptClock(Actor::Local));
    house.restore_of(taken, 2);
    assert_eq!(house.mirror.site().unlicensed_secs - before, 40 * DAY_SECS);
}

/// The clock of the new machine may be behind.
#[test]
fn no_backup_is_of_a_time_that_is_still_to_come() {
    let mut house = House::new(1);
    house.restore_of(house.now.plus(DAY_SECS), 2);
    assert_eq!(house.mirror.site().backed_up, Some(house.now));
}

fn of_now(house: &House) -> Restore {
    Restore {
        epoch: Epoch { counter: 2, tag: 8 },
        taken: house.now,
        licence: house.mirror.in_force(house.now).map(|terms| terms.id),
        since: Vec::new(),
        spare: Vec::new(),
        is_lossless: false,
        log_broken_at: None,
        by: Actor::Local,
    }
}
