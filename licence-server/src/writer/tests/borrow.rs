//! Seats that are taken along offline.

use super::*;
use crate::domain::{Borrow, BorrowedSeat, ReturnSeat, WriteOff};
use licence_core::claims::Borrow as Limits;
use licence_core::{KeyId, PrivateKey};

pub(super) fn lending(seats: u32, seats_max: u32) -> House {
    let mut terms = terms(seats);
    terms.seats.borrow = Some(Limits { days_max: 14, seats_max });
    House::with_terms(terms)
}

/// A key that was made for that one.
pub(super) fn key_for(id: TokenId) -> KeyId {
    let mut seed = [0; 32];
    seed[..16].copy_from_slice(&id.0.to_bytes());
    PrivateKey::from_seed(&seed).unwrap().public().id()
}

pub(super) fn borrow(house: &mut House, device: Device, days: u32) -> Outcome {
    let id = TokenId(house.uuid());
    borrow_for(key_for(id), house, device, days)
}

fn borrow_for(key: KeyId, house: &mut House, device: Device, days: u32) -> Outcome {
    let id = TokenId(house.uuid());
    house.one(Command::Borrow(Borrow { session: device.session, id, days, key }))
}

#[track_caller]
pub(super) fn borrowed(house: &mut House, device: Device, days: u32) -> BorrowedSeat {
    let outcome = borrow(house, device, days);
    let Outcome::Borrowed(borrowed) = outcome else { panic!("{outcome:?}") };
    borrowed
}

#[test]
fn a_borrowed_seat_is_the_persons_own_and_outlives_the_session() {
    let mut house = lending(1, 1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let device = house.seated(ann);
    let seat = borrowed(&mut house, device, 3);
    assert_eq!((seat.start, seat.end), (START, START.plus(3 * DAY_SECS)));
    assert_eq!(house.mirror.seats_in_use(house.now), 1, "no second one");
    house.sign_out(device);
    house.pass(3 * DAY_SECS - 1);
    full(house.sign_in(ben).0);
    house.pass(1);
    house.seated(ben);
    assert_eq!(house.mirror.site().borrowed, 0);
}

#[test]
fn a_loan_that_is_refused_in_the_days_of_grace_takes_no_seat() {
    // The seat was claimed before the refusal, and the session's row did not know of it.
    let mut terms = terms(1);
    terms.seats.borrow = Some(Limits { days_max: 14, seats_max: 1 });
    let year_end = START.plus(DAY_SECS);
    let last = year_end.plus(3 * DAY_SECS);
    terms.period = Period::limited(START, year_end, None, Some(last)).unwrap();
    let mut house = House::with_terms(terms);
    let ann = house.person("ann");
    house.pass(DAY_SECS);
    let device = house.seated(ann);
    house.one(Command::Park(device.session));
    assert_eq!(refused(&borrow(&mut house, device, 1)), Code::ExceedsLicence);
    assert_eq!(house.mirror.seats_in_use(house.now), 0);
    house.check_counters();
}

#[test]
fn whoever_borrowed_can_sign_in_again() {
    let mut house = lending(1, 1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    borrowed(&mut house, device, 3);
    house.sign_out(device);
    house.seated(ann);
}

#[test]
fn after_the_return_the_seat_is_free_and_the_slot_is_not() {
    let mut house = lending(3, 1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let (anns, bens) = (house.seated(ann), house.seated(ben));
    let seat = borrowed(&mut house, anns, 2);
    house.sign_out(anns);
    let give_back = |user| Command::ReturnSeat(ReturnSeat { id: seat.id, user });
    assert_eq!(refused(&house.one(give_back(ben))), Code::NotFound, "it is not theirs");
    for _ in 0..2 {
        assert_eq!(house.one(give_back(ann)), Outcome::Done);
        assert_eq!(house.mirror.seats_in_use(house.now), 1);
    }
    assert_eq!(refused(&borrow(&mut house, bens, 2)), Code::Conflict, "the copy lives");
    house.pass(2 * DAY_SECS);
    borrowed(&mut house, bens, 2);
}

#[test]
fn an_administrator_writes_a_lost_one_off() {
    let mut house = lending(1, 1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let device = house.seated(ann);
    let seat = borrowed(&mut house, device, 14);
    house.sign_out(device);
    house.one(Command::WriteOff(WriteOff { id: seat.id, by: Actor::Local }));
    house.seated(ben);
    assert_eq!(house.mirror.site().borrowed, 1, "its slot stays used");
}

#[test]
fn no_more_is_lent_than_the_licence_says() {
    let mut house = lending(5, 2);
    let people = ["ann", "ben", "cleo"].map(|name| house.person(name));
    let devices = people.map(|user| house.seated(user));
    assert_eq!(refused(&borrow(&mut house, devices[0], 15)), Code::ExceedsLicence);
    assert_eq!(refused(&borrow(&mut house, devices[0], 0)), Code::Conflict);
    borrowed(&mut house, devices[0], 14);
    assert_eq!(refused(&borrow(&mut house, devices[0], 1)), Code::Conflict, "one a person");
    borrowed(&mut house, devices[1], 14);
    assert_eq!(refused(&borrow(&mut house, devices[2], 14)), Code::Conflict);
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    assert_eq!(refused(&borrow(&mut house, device, 1)), Code::ExceedsLicence);
}

#[test]
fn a_borrowed_seat_ends_with_the_licence() {
    let mut house = lending(1, 1);
    let ann = house.person("ann");
    let end = terms(1).period.exp().unwrap();
    house.now = end.plus(-100);
    let device = house.seated(ann);
    assert_eq!(borrowed(&mut house, device, 14).end, end);
}

#[test]
fn borrowed_seats_survive_a_crash() {
    let mut house = lending(1, 1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let device = house.seated(ann);
    borrowed(&mut house, device, 3);
    house.sign_out(device);
    let before = house.mirror.site();
    house.reopen();
    assert_eq!(house.mirror.site(), before);
    full(house.sign_in(ben).0);
}

/// The loan of a session that had ended once counted as a device that its person is active on, and no
/// `end_session` could end it: under a licence of one session each, they were shut out for days.
#[test]
fn whoever_borrowed_on_a_device_that_signed_out_is_not_shut_out() {
    let mut terms = terms(1);
    terms.seats.borrow = Some(Limits { days_max: 14, seats_max: 1 });
    terms.seats.sessions_max = 1;
    let mut house = House::with_terms(terms);
    let ann = house.person("ann");
    let device = house.seated(ann);
    borrowed(&mut house, device, 14);
    house.sign_out(device);
    house.seated(ann);
}

/// Once a lost answer cost the loan: whoever asked again was refused until its end, though nobody had the copy.
#[test]
fn whoever_lost_the_answer_asks_again_and_has_the_same_lease() {
    let mut house = lending(2, 2);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let (anns, bens) = (house.seated(ann), house.seated(ben));
    let key = key_for(TokenId(house.uuid()));
    let lost = borrow_for(key, &mut house, anns, 3);
    let Outcome::Borrowed(lease) = lost.clone() else { panic!("{lost:?}") };
    for days in [3, 14] {
        house.pass(60);
        house.reopen();
        assert_eq!(borrow_for(key, &mut house, anns, days), lost);
        assert_eq!(house.mirror.site().borrowed, 1, "it counts once");
    }
    assert_eq!(refused(&borrow(&mut house, anns, 3)), Code::Conflict, "another key, another copy");
    let other = borrow_for(key, &mut house, bens, 3);
    assert!(matches!(other, Outcome::Borrowed(other) if other.id != lease.id), "it is another's");
    house.one(Command::ReturnSeat(ReturnSeat { id: lease.id, user: ann }));
    assert_eq!(refused(&borrow_for(key, &mut house, anns, 3)), Code::Conflict, "it came back");
    house.check_counters();
}

/// Whoever brought a loan back and borrowed again, and again, once used up everybody's: each copy lives.
#[test]
fn nobody_uses_up_more_than_one_loan_at_a_time() {
    let mut house = lending(5, 2);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let (anns, bens) = (house.seated(ann), house.seated(ben));
    let first = borrowed(&mut house, anns, 2);
    house.one(Command::ReturnSeat(ReturnSeat { id: first.id, user: ann }));
    assert_eq!(refused(&borrow(&mut house, anns, 2)), Code::Conflict, "the first copy lives");
    house.reopen();
    assert_eq!(refused(&borrow(&mut house, anns, 2)), Code::Conflict, "after a restart too");
    let second = borrowed(&mut house, bens, 2);
    house.one(Command::WriteOff(WriteOff { id: second.id, by: Actor::Local }));
    assert_eq!(refused(&borrow(&mut house, bens, 2)), Code::Conflict, "written off is no return");
    house.pass(2 * DAY_SECS);
    let anns = house.refreshed(anns);
    borrowed(&mut house, anns, 2);
    assert_eq!(house.mirror.site().borrowed, 2, "one of the two ended ones was in the way");
}

/// A loan is forgotten when its time is over; that more had ended than one step forgets once turned the
/// next borrower away.
#[test]
fn loans_that_have_ended_are_in_nobodys_way_however_many() {
    let mut house = lending(301, 300);
    let people: Vec<_> = (0..301).map(|n| house.person(&format!("person {n}"))).collect();
    let devices: Vec<_> = people.iter().map(|user| house.sign_in_command(*user)).collect();
    let commands: Vec<_> = devices.iter().map(|(command, _)| command.clone()).collect();
    house.turn(&commands);
    let loans = devices.iter().take(300).map(|(_, device)| {
        let id = TokenId(house.uuid());
        Command::Borrow(Borrow { session: device.session, id, days: 1, key: key_for(id) })
    });
    let loans: Vec<_> = loans.collect();
    house.turn(&loans);
    assert_eq!(house.mirror.site().borrowed, 300);
    let last = devices[300].1;
    assert_eq!(refused(&borrow(&mut house, last, 1)), Code::Conflict);
    house.pass(DAY_SECS);
    let last = house.refreshed(last);
    let mut fewer = terms(301);
    (fewer.id, fewer.revision) = (LicenceId(Uuid::from_bytes([8; 16])), 2);
    fewer.seats.borrow = Some(Limits { days_max: 14, seats_max: 1 });
    house.one(install(fewer));
    borrowed(&mut house, last, 1);
}
