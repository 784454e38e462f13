//! Who gets a seat, who lets go, and who is turned away.

use super::*;

#[test]
fn the_seat_after_the_last_is_refused_until_one_is_given_back() {
    let mut house = House::new(2);
    let people = ["ann", "ben", "cleo"].map(|name| house.person(name));
    let ann = house.seated(people[0]);
    house.seated(people[1]);
    let (outcome, cleo) = house.sign_in(people[2]);
    let Outcome::NoSeat(full) = outcome else { panic!("{outcome:?}") };
    assert_eq!((full.in_use, full.total), (2, 2));
    assert_eq!(full.earliest, Some(START.plus(930)));
    assert_eq!(refused(&house.refresh(cleo).0), Code::NoSeat);
    house.sign_out(ann);
    assert_eq!(house.mirror.seats_in_use(house.now), 1);
    let seat = granted(house.refresh(cleo).0).seat.unwrap();
    assert_eq!((seat.in_use, seat.total), (2, 2));
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
    assert_eq!(grant.seat.unwrap().lease_end, START.plus(300));
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
    assert!(house.is_revoked(devices[0].session));
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
fn names_are_taken_once_and_only_while_the_licence_has_room() {
    let mut terms = terms(1);
    terms.seats.registered_max = Some(2);
    let mut house = House::with_terms(terms);
    house.person("Ann");
    let add = |house: &mut House, name: &str| {
        let (id, username) = (UserId(house.uuid()), Text::parse(name).unwrap());
        house.one(Command::AddUser(AddUser::named(id, username)))
    };
    assert_eq!(refused(&add(&mut house, "ANN")), Code::Conflict);
    assert!(matches!(add(&mut house, "ben"), Outcome::Added { .. }));
    assert_eq!(refused(&add(&mut house, "cleo")), Code::RegisteredFull);
}

/// A licence with shorter leases once moved a lease to before the end of a token that was out: its
/// seat went to somebody else, and both were in.
#[test]
fn a_licence_with_shorter_leases_leaves_no_token_without_its_seat() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let device = house.seated(ann);
    let mut shorter = Terms {
        id: LicenceId(Uuid::from_bytes([8; 16])),
        revision: 2,
        period: Period::perpetual(START),
        ..terms(1)
    };
    shorter.seats.lease_secs = 300;
    house.one(install(shorter));
    house.refreshed(device);
    house.pass(899);
    full(house.sign_in(ben).0);
    house.pass(1);
    house.seated(ben);
}

/// The search for room once stopped after so many lapsed leases as one sweep lets go: under a licence with
/// fewer seats than had lapsed, somebody was turned away from an empty house.
#[test]
fn however_many_leases_have_lapsed_an_empty_house_turns_nobody_away() {
    let mut house = House::new(300);
    let people: Vec<_> = (0..300).map(|n| house.person(&format!("person {n}"))).collect();
    house.seat_all(&people);
    let smaller = Terms { id: LicenceId(Uuid::from_bytes([8; 16])), revision: 2, ..terms(10) };
    house.one(install(smaller));
    house.pass(930);
    house.seated(people[0]);
    assert_eq!(house.mirror.seats_in_use(house.now), 10, "no more was let go than there had to be");
}
