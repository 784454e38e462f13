//! What goes by itself.

use super::*;
use crate::domain::Swept;

#[test]
fn sessions_whose_time_is_over_are_swept_away() {
    let mut house = House::new(9);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let (anns, _) = (house.seated(ann), house.seated(ben));
    house.pass(20 * DAY_SECS);
    let anns = house.refreshed(anns);
    house.pass(10 * DAY_SECS);
    house.one(Command::Sweep);
    let reader = house.store.as_ref().unwrap().reader();
    let left: Vec<_> = reader.sessions().unwrap().iter().map(|row| row.id).collect();
    assert_eq!(left, [anns.session]);
    house.pass(20 * DAY_SECS);
    house.one(Command::Sweep);
    let reader = house.store.as_ref().unwrap().reader();
    assert!(reader.sessions().unwrap().is_empty());
    assert!(reader.sessions_of(ann).unwrap().is_empty());
}

#[test]
fn a_sweep_is_bounded_and_the_next_goes_on() {
    let mut house = House::new(600);
    let people: Vec<_> = (0..300).map(|n| house.person(&format!("person {n}"))).collect();
    let commands: Vec<_> = people.iter().map(|user| house.sign_in_command(*user).0).collect();
    house.turn(&commands);
    house.pass(930);
    let swept =
        |leases, is_more_left| Outcome::Swept(Swept { leases, is_more_left, ..Swept::default() });
    assert_eq!(house.one(Command::Sweep), swept(256, true));
    assert_eq!(house.mirror.seats_in_use(house.now), 300 - 256);
    assert_eq!(house.one(Command::Sweep), swept(300 - 256, false));
    assert_eq!(house.mirror.seats_in_use(house.now), 0);
}

#[test]
fn a_person_keeps_a_bounded_number_of_sessions_without_a_seat() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    house.seated(ben);
    let mut devices = Vec::new();
    for _ in 0..65 {
        let (outcome, device) = house.sign_in(ann);
        full(outcome);
        devices.push(device);
    }
    let reader = house.store.as_ref().unwrap().reader();
    assert_eq!(reader.sessions_of(ann).unwrap().len(), 64);
    assert_eq!(refused(&house.refresh(devices[0]).0), Code::InvalidGrant, "the oldest went");
    full(house.refresh(devices[1]).0);
}

/// Whoever found no seat was once told of a session that their own sign-in had just ended.
#[test]
fn a_full_house_tells_of_no_session_that_ended_in_the_same_turn() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    house.seated(ben);
    let (_, first) = house.sign_in(ann);
    let (_, second) = house.sign_in(ann);
    let (outcome, _) = house.sign_in_as(ann, |sign_in| sign_in.end_session = Some(first.session));
    assert_eq!(full(outcome).own, [second.session]);
}

/// An account whose sessions ended in the same turn once lost one more to make room that there was.
#[test]
fn room_that_was_made_in_the_same_turn_is_room() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    house.seated(ben);
    let devices: Vec<_> = (0..64).map(|_| house.sign_in(ann).1).collect();
    let last = devices[63].session;
    full(house.sign_in_as(ann, |sign_in| sign_in.end_session = Some(last)).0);
    full(house.refresh(devices[0]).0);
}
