//! Seats that are taken along, by a clock that is set back.

use licence_core::claims::Borrow;

use super::super::borrow::{borrow, borrowed, lending};
use super::*;
use crate::domain::{ReturnSeat, WriteOff};

/// The store forgot them by the time that was wrong, and their signed copies are good by the right one.
#[test]
fn loans_that_ended_while_the_clock_was_ahead_hold_their_seats_again_after_a_reset() {
    let mut house = lending(3, 2);
    let [ann, ben, cleo, dora] = ["ann", "ben", "cleo", "dora"].map(|name| house.person(name));
    let device = house.seated(ann);
    let seat = borrowed(&mut house, device, 7);
    let site_of = |house: &House| house.mirror.site();
    while_ahead(&mut house, 30, |house| {
        house.one(Command::Sweep);
        assert_eq!(site_of(house).borrowed, 0, "forgotten");
    });
    let now = house.now;
    assert_eq!((site_of(&house).borrowed, house.mirror.seats_in_use(now)), (2, 2));
    let bens = house.seated(ben);
    full(house.sign_in(cleo).0);
    assert_eq!(borrow(&mut house, bens, 1), Outcome::Refused(Refusal::Conflict));
    house.now = seat.end;
    house.one(Command::Sweep);
    assert_eq!(site_of(&house).borrowed, 0, "and no longer than a copy may live");
    house.seated(cleo);
    house.seated(dora);
}

/// They were taken for those that were known, and the forgotten one's seat was given to somebody else.
#[test]
fn what_was_lent_while_the_clock_was_ahead_stands_for_nothing_that_was_forgotten() {
    let mut house = lending(3, 1);
    let [ann, ben, cleo, dora] = ["ann", "ben", "cleo", "dora"].map(|name| house.person(name));
    let device = house.seated(ann);
    borrowed(&mut house, device, 7);
    while_ahead(&mut house, 30, |house| {
        house.one(Command::Sweep);
        let device = house.seated(ben);
        borrowed(house, device, 7);
    });
    assert_eq!(house.mirror.seats_in_use(house.now), 1);
    house.seated(cleo);
    house.seated(dora);
    full(house.sign_in(ben).0);
}

#[test]
fn a_second_reset_lets_nothing_go_that_the_first_held_back() {
    let mut house = lending(2, 1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    borrowed(&mut house, device, 7);
    while_ahead(&mut house, 30, |house| {
        house.one(Command::Sweep);
        house.wrong_secs = 2 * DAY_SECS;
        assert_eq!(house.one(reset()), Outcome::Done);
        assert_eq!(house.mirror.site().borrowed, 1);
    });
    assert_eq!((house.mirror.site().borrowed, house.mirror.seats_in_use(house.now)), (1, 1));
}

#[test]
fn a_reset_holds_nothing_back_again_that_was_written_off_or_brought_back() {
    let mut house = lending(3, 2);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let device = house.seated(ann);
    borrowed(&mut house, device, 7);
    let device = house.seated(ben);
    let bens = borrowed(&mut house, device, 14);
    assert_eq!(
        house.one(Command::ReturnSeat(ReturnSeat { id: bens.id, user: ben })),
        Outcome::Done
    );
    while_ahead(&mut house, 10, |house| house.one(Command::Sweep));
    assert_eq!(house.mirror.seats_in_use(house.now), 1, "his copy is one of two");
    for row in house.store.as_ref().unwrap().reader().borrowings().unwrap() {
        house.one(Command::WriteOff(WriteOff { id: row.id, by: Actor::Local }));
    }
    while_ahead(&mut house, 1, |_| ());
    assert_eq!((house.mirror.site().borrowed, house.mirror.seats_in_use(house.now)), (2, 0));
}

#[test]
fn what_was_held_back_by_a_time_that_was_wrong_ends_by_the_right_one() {
    let mut house = lending(2, 2);
    let ann = house.person("ann");
    while_ahead(&mut house, 60, |house| {
        let device = house.seated(ann);
        borrowed(house, device, 14);
        house.wrong_secs = 80 * DAY_SECS;
        house.one(Command::AcceptClock(Actor::Local));
        house.one(Command::Sweep);
        house.wrong_secs = 70 * DAY_SECS;
        assert_eq!(house.one(reset()), Outcome::Done);
        assert_eq!(house.mirror.seats_in_use(START.plus(70 * DAY_SECS)), 2);
    });
    assert_eq!(house.mirror.seats_in_use(house.now), 2);
    house.pass(14 * DAY_SECS);
    house.one(Command::Sweep);
    assert_eq!((house.mirror.site().borrowed, house.mirror.seats_in_use(house.now)), (0, 0));
}

#[test]
fn a_reset_holds_back_what_a_licence_lent_that_has_begun_and_no_more_than_there_are_seats() {
    let mut house = lending(2, 1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    borrowed(&mut house, device, 7);
    let in_use_after = |house: &mut House, renewal: Terms| {
        house.one(install(renewal));
        while_ahead(house, 10, |house| house.one(Command::Sweep));
        house.mirror.seats_in_use(house.now)
    };
    let mut more = terms(50);
    more.seats.borrow = Some(Borrow { days_max: 14, seats_max: 20 });
    let period = |from: UnixTime| Period::limited(from, START.plus(500 * DAY_SECS), None, None);
    let id = |number| LicenceId(Uuid::from_bytes([number; 16]));
    let later = period(START.plus(60 * DAY_SECS)).unwrap();
    let renewal = Terms { id: id(10), revision: 2, period: later, ..more };
    assert_eq!(in_use_after(&mut house, renewal), 1);
    let lent_more = Terms { id: id(11), revision: 3, ..more };
    house.one(install(lent_more));
    let fewer = Terms { id: id(12), revision: 4, ..terms(2) };
    assert_eq!(in_use_after(&mut house, fewer), 2);
}

#[test]
fn a_reset_holds_nothing_back_where_nothing_was_forgotten() {
    let mut house = lending(2, 2);
    let ann = house.person("ann");
    while_ahead(&mut house, 30, |_| ());
    assert_eq!(house.mirror.site().borrowed, 0, "none was ever lent");
    let device = house.seated(ann);
    let seat = borrowed(&mut house, device, 1);
    house.now = seat.end;
    house.one(Command::Sweep);
    while_ahead(&mut house, 30, |_| ());
    assert_eq!(house.mirror.site().borrowed, 0, "its copy has ended by the right time too");
    let device = house.seated(ann);
    borrowed(&mut house, device, 14);
    while_ahead(&mut house, 1, |house| house.one(Command::Sweep));
    assert_eq!(house.mirror.site().borrowed, 1, "it is still on record");
}

#[test]
fn a_seat_that_was_taken_along_by_a_clock_that_ran_ahead_is_free_after_the_reset() {
    let mut house = lending(1, 1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let seat = while_ahead(&mut house, 60, |house| {
        let device = house.seated(ann);
        borrowed(house, device, 7)
    });
    assert!(seat.start > house.now);
    let bens = house.seated(ben);
    let conflict = Outcome::Refused(Refusal::Conflict);
    assert_eq!(borrow(&mut house, bens, 1), conflict, "its copy will be good once");
}
