//! A licence with fewer seats than are held.

use super::*;

fn renewed(house: &mut House, seats: u32, revision: u32) {
    let id = LicenceId(Uuid::from_bytes([u8::try_from(revision).unwrap(); 16]));
    let period = Period::perpetual(START);
    let outcome = house.one(install(Terms { id, revision, period, ..terms(seats) }));
    assert!(matches!(outcome, Outcome::Installed { .. }));
}

#[test]
fn those_who_are_seated_renew_for_twelve_hours_and_nobody_new_comes_in() {
    let mut house = House::new(3);
    let people = ["ann", "ben", "cleo", "dora"].map(|name| house.person(name));
    let mut devices: Vec<_> = people[..3].iter().map(|user| house.seated(*user)).collect();
    renewed(&mut house, 1, 2);
    full(house.sign_in(people[3]).0);
    for _ in 0..12 * 4 - 1 {
        house.pass(900);
        devices = devices.into_iter().map(|device| house.refreshed(device)).collect();
    }
    house.pass(900);
    full(house.refresh(devices[0]).0);
    house.pass(30);
    let kept = house.refreshed(devices[0]);
    assert_eq!(house.mirror.seats_in_use(house.now), 1, "the others lapsed");
    full(house.refresh(devices[1]).0);
    house.pass(600);
    house.refreshed(kept);
}

#[test]
fn twelve_hours_count_from_when_too_many_sat() {
    let mut house = House::new(2);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let (anns, bens) = (house.seated(ann), house.seated(ben));
    renewed(&mut house, 1, 2);
    assert_eq!(house.mirror.site().over_since, Some(START));
    house.sign_out(bens);
    assert_eq!(house.mirror.site().over_since, None);
    house.pass(600);
    house.refreshed(anns);
    renewed(&mut house, 2, 3);
    house.seated(ben);
}

#[test]
fn overage_seats_are_given_and_no_more() {
    let mut terms = terms(1);
    terms.seats.overage = 1;
    let mut house = House::with_terms(terms);
    let people = ["ann", "ben", "cleo"].map(|name| house.person(name));
    house.seated(people[0]);
    house.seated(people[1]);
    assert_eq!(full(house.sign_in(people[2]).0).total, 2);
}

/// Two people under a licence that has had one seat for twelve hours; the second one's lease ends first.
fn over_long() -> (House, [Device; 2]) {
    let mut house = House::new(2);
    let [ann, ben] = ["ann", "ben"].map(|name| house.person(name));
    let [mut anns, mut bens] = [ann, ben].map(|user| house.seated(user));
    renewed(&mut house, 1, 2);
    for _ in 0..12 * 4 {
        bens = house.refreshed(bens);
        house.pass(100);
        anns = house.refreshed(anns);
        house.pass(800);
    }
    (house, [anns, bens])
}

/// Whoever had waited and then renewed kept the place, and it was live: a seat that came free was kept for
/// someone who had one.
#[test]
fn whoever_renews_waits_no_more() {
    let (mut house, [anns, _]) = over_long();
    full(house.refresh_as(anns, |refresh| refresh.wait_secs = 60).0);
    assert_eq!(house.mirror.site().waiting, 1);
    house.pass(30);
    house.refreshed(anns);
    assert_eq!(house.mirror.site().waiting, 0);
}

/// A lease that had lapsed and was not let go yet counted against those who renewed.
#[test]
fn a_lapsed_lease_is_in_nobodys_way_who_renews() {
    let (mut house, [anns, _]) = over_long();
    full(house.refresh(anns).0);
    house.pass(30);
    house.refreshed(anns);
    assert_eq!(house.mirror.seats_in_use(house.now), 1);
}
