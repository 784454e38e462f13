//! Rotation, replays, theft, sign-out.

use super::*;

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
    assert_eq!(
        again.seat.unwrap().lease_end,
        first.seat.unwrap().lease_end,
        "the lease did not move"
    );
    let (command, _) = house.refresh_command(parent);
    let Command::Refresh(refresh) = command else { panic!() };
    house.pass(1);
    let seen = Command::Refresh(Refresh { seen_seq: Some(first.position.seq), ..refresh });
    assert_eq!(refused(&house.one(seen)), Code::RefreshReused, "nor did the window");
}

#[test]
fn twenty_replays_are_honest_and_the_next_is_theft() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let parent = house.seated(ann);
    house.refreshed(parent);
    house.pass(5);
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
    assert!(house.is_revoked(stolen.session));
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
    assert!(house.is_revoked(device.session));
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
    assert!(house.is_revoked(device.session));
    house.pass(1);
    house.one(Command::Sweep);
    assert!(!house.is_revoked(device.session));
}
