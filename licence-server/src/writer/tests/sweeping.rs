//! What goes by itself.

use super::*;

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
    house.one(Command::Sweep);
    assert_eq!(house.mirror.seats_in_use(house.now), 300 - 256);
    house.one(Command::Sweep);
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
