//! The queue: first come, first served, nobody overtakes, and a seat never waits for who has gone.

use super::*;
use crate::domain::{ReleaseSeat, Resume};

/// A full house of one seat, and people who want it.
fn full_of_one(names: &[&str]) -> (House, Device, Vec<UserId>) {
    let mut house = House::new(1);
    let holder = house.person("holder");
    let device = house.seated(holder);
    let people = names.iter().map(|name| house.person(name)).collect();
    (house, device, people)
}

fn waits(house: &mut House, user: UserId) -> (FullHouse, Device) {
    let (outcome, device) = house.sign_in_as(user, |sign_in| sign_in.wait_secs = 30);
    (full(outcome), device)
}

fn resume(house: &mut House, device: Device) -> Outcome {
    let jti = TokenId(house.uuid());
    house.one(Command::Resume(Resume { session: device.session, jti }))
}

#[test]
fn places_are_given_in_the_order_of_asking() {
    let (mut house, _, people) = full_of_one(&["ann", "ben", "cleo"]);
    for (place, user) in (1..).zip(people) {
        let (full, _) = waits(&mut house, user);
        assert_eq!(full.place, Some(place));
        assert_eq!(full.holder, Holder::Person(user));
    }
}

#[test]
fn whoever_frees_a_seat_wakes_the_first_and_nobody_overtakes() {
    let (mut house, device, people) = full_of_one(&["ann", "ben", "cleo"]);
    let (_, anns) = waits(&mut house, people[0]);
    let (_, bens) = waits(&mut house, people[1]);
    house.sign_out(device);
    assert_eq!(house.woken, [Holder::Person(people[0])]);
    assert_eq!(full(house.sign_in(people[2]).0).place, Some(3), "who comes later stands behind");
    assert!(matches!(resume(&mut house, bens), Outcome::NoSeat(_)));
    granted(resume(&mut house, anns));
    let full = full(house.sign_in(people[2]).0);
    assert_eq!(full.place, Some(2), "the first has left the queue");
}

#[test]
fn a_waiter_that_hung_up_is_skipped_and_keeps_the_place_for_a_minute() {
    let (mut house, device, people) = full_of_one(&["ann", "ben"]);
    let (_, anns) = waits(&mut house, people[0]);
    let (_, bens) = waits(&mut house, people[1]);
    house.one(Command::LeaveQueue(Holder::Person(people[0])));
    house.sign_out(device);
    assert_eq!(house.woken, [Holder::Person(people[1])], "the seat does not wait for who has gone");
    let bens_seat = granted(resume(&mut house, bens));
    house.pass(59);
    assert_eq!(full(house.refresh(anns).0).place, Some(1), "the place was kept");
    house.sign_out(Device { session: bens_seat.session, ..bens });
    granted(house.refresh(anns).0);
}

#[test]
fn a_place_goes_after_its_minute() {
    let (mut house, _, people) = full_of_one(&["ann", "ben"]);
    let (_, anns) = waits(&mut house, people[0]);
    waits(&mut house, people[1]);
    house.one(Command::LeaveQueue(Holder::Person(people[0])));
    house.pass(60);
    assert_eq!(full(house.refresh(anns).0).place, Some(2), "behind who came meanwhile");
}

#[test]
fn a_wait_that_nobody_ended_ends_by_itself() {
    let (mut house, device, people) = full_of_one(&["ann", "ben"]);
    waits(&mut house, people[0]);
    house.pass(30);
    house.sign_out(device);
    assert!(house.woken.is_empty());
    house.seated(people[1]);
}

#[test]
fn a_lapse_wakes_who_waits_and_says_when_to_look() {
    let (mut house, _, people) = full_of_one(&["ann"]);
    house.pass(910);
    waits(&mut house, people[0]);
    let watch = house.mirror.watch_awaited_end();
    assert_eq!(*watch.borrow(), Some(START.plus(930)));
    house.pass(20);
    house.one(Command::Sweep);
    assert_eq!(house.woken, [Holder::Person(people[0])]);
}

#[test]
fn one_person_has_one_place_and_every_device_of_theirs_gets_the_seat() {
    let (mut house, device, people) = full_of_one(&["ann"]);
    let (_, phone) = waits(&mut house, people[0]);
    let (second, laptop) = waits(&mut house, people[0]);
    assert_eq!(second.place, Some(1));
    assert_eq!(second.own, [phone.session], "the caller's own other sessions are told");
    house.sign_out(device);
    granted(resume(&mut house, phone));
    assert_eq!(house.woken, [Holder::Person(people[0])], "the other device is told to ask again");
    granted(resume(&mut house, laptop));
    assert_eq!(house.mirror.seats_in_use(house.now), 1);
}

#[test]
fn a_refresh_waits_and_rotates_once_it_has_its_seat() {
    let (mut house, device, people) = full_of_one(&["ann"]);
    let (_, anns) = waits(&mut house, people[0]);
    let (outcome, _) = house.refresh_as(anns, |refresh| refresh.wait_secs = 30);
    full(outcome);
    house.sign_out(device);
    let next = house.refreshed(anns);
    house.refreshed(next);
}

#[test]
fn a_reserved_seat_is_for_one_person_for_five_minutes() {
    let (mut house, device, people) = full_of_one(&["ann", "ben"]);
    waits(&mut house, people[0]);
    let holder = house.mirror.site();
    let user =
        house.store.as_ref().unwrap().reader().session(device.session).unwrap().unwrap().user;
    let release = ReleaseSeat { user, reserve_for: Some(people[1]), by: Actor::Local };
    assert_eq!(house.one(Command::ReleaseSeat(release)), Outcome::Done);
    assert_eq!(house.mirror.site().users_seated, holder.users_seated - 1);
    assert!(matches!(house.refresh(device).0, Outcome::Refused(Refusal::NoSeat(_))));
    let bens = house.seated(people[1]);
    house.sign_out(bens);
    house.seated(people[0]);
}

#[test]
fn a_reservation_that_nobody_used_ends() {
    let (mut house, _, people) = full_of_one(&["ann", "ben"]);
    let first = house.store.as_ref().unwrap().reader().users_after(None, 1).unwrap().remove(0).id;
    let release = ReleaseSeat { user: first, reserve_for: Some(people[1]), by: Actor::Local };
    house.one(Command::ReleaseSeat(release));
    house.pass(299);
    full(house.sign_in(people[0]).0);
    house.pass(1);
    house.seated(people[0]);
}

#[test]
fn the_queue_is_bounded() {
    let mut house = House::new(1);
    let holder = house.person("holder");
    house.seated(holder);
    let people: Vec<_> = (0..1025).map(|n| house.person(&format!("person {n}"))).collect();
    let commands: Vec<_> = people.iter().map(|user| house.sign_in_command(*user).0).collect();
    let outcomes = house.turn(&commands);
    let places: Vec<_> =
        outcomes.iter().map(|outcome| outcome.full_house().unwrap().place).collect();
    assert_eq!(places[1023], Some(1024));
    assert_eq!(places[1024], None, "the sign-in is kept without a place");
    let Command::SignIn(sign_in) = &commands[1024] else { panic!() };
    let last =
        Device { session: sign_in.session, generation: Generation::FIRST, secret: sign_in.secret };
    let (outcome, _) = house.refresh_as(last, |refresh| refresh.wait_secs = 30);
    assert_eq!(refused(&outcome), Code::Busy);
}

#[test]
fn the_queue_survives_a_crash() {
    let (mut house, device, people) = full_of_one(&["ann", "ben"]);
    let (_, anns) = waits(&mut house, people[0]);
    house.reopen();
    assert_eq!(full(house.sign_in(people[1]).0).place, Some(2));
    house.sign_out(device);
    granted(resume(&mut house, anns));
}

/// Whoever came back after their minute was over once went past those who had lined up since, as long
/// as no sweep had forgotten the place.
#[test]
fn a_place_that_is_kept_no_more_overtakes_nobody() {
    let (mut house, holders, people) = full_of_one(&["ann", "ben"]);
    let (_, anns) = waits(&mut house, people[0]);
    house.pass(89);
    let (_, bens) = waits(&mut house, people[1]);
    house.pass(1);
    house.sign_out(holders);
    full(house.refresh(anns).0);
    granted(resume(&mut house, bens));
}

/// Where everybody's lease was longer than the one that a batch gave, its end was not looked at, and who
/// waited for it slept on.
#[test]
fn the_end_of_a_lease_that_was_just_given_is_looked_at_too() {
    let mut house = House::new(2);
    let [ann, ben, cleo] = ["ann", "ben", "cleo"].map(|name| house.person(name));
    house.seated(ann);
    let (bens, _) = house.sign_in_command(ben);
    let Command::SignIn(mut bens) = bens else { panic!() };
    bens.stay = Stay { life_secs: 60, idle_secs: 60 };
    let (cleos, _) = house.sign_in_command(cleo);
    let Command::SignIn(mut cleos) = cleos else { panic!() };
    cleos.wait_secs = 30;
    let outcomes = house.turn(&[Command::SignIn(bens), Command::SignIn(cleos)]);
    let told = full(outcomes[1].clone());
    assert_eq!(told.earliest, Some(START.plus(60)));
    assert_eq!(*house.mirror.watch_awaited_end().borrow(), Some(START.plus(60)));
}
