//! Access tokens that are taken back one by one, and the list of them.

use super::*;
use crate::domain::{REVOKED_MAX, RevokeToken};

fn revoke(grant: &Grant) -> Command {
    let Grant { session, jti, exp, position, .. } = *grant;
    Command::RevokeToken(RevokeToken { session, jti, exp, seq: position.seq })
}

/// Refreshes, and keeps what was granted.
#[track_caller]
fn grants(house: &mut House, device: &mut Device, count: usize) -> Vec<Grant> {
    let mut refresh = || {
        let (outcome, next) = house.refresh(*device);
        *device = next;
        granted(outcome)
    };
    (0..count).map(|_| refresh()).collect()
}

/// One account that revoked and refreshed in a loop once filled the list for everyone.
#[test]
fn the_fifth_revoked_token_of_a_session_takes_the_place_of_the_four_before() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let mut device = house.seated(ann);
    for _ in 0..3 {
        let given = grants(&mut house, &mut device, 6);
        for grant in given.iter().take(4) {
            house.one(revoke(grant));
        }
        assert!(!house.is_token_revoked(&given[4]), "four are revoked alone");
        // The first of them is revoked already by then, though it comes again in the same turn.
        house.turn(&[revoke(&given[4]), revoke(&given[0])]);
        house.reopen();
        assert!(given.iter().all(|grant| house.is_token_revoked(grant)));
        assert_eq!(house.revocation_count(), 1);
        let next = grants(&mut house, &mut device, 1);
        assert!(!house.is_token_revoked(&next[0]), "the session goes on");
    }
}

/// One that parked and refreshed in a loop did so as well.
#[test]
fn a_session_that_gives_its_seat_back_again_and_again_has_one_entry() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let mut device = house.seated(ann);
    for _ in 0..5 {
        let given = grants(&mut house, &mut device, 2);
        house.one(revoke(&given[0]));
        house.one(Command::Park(device.session));
        assert!(given.iter().all(|grant| house.is_token_revoked(grant)));
        assert_eq!((house.mirror.site().revoked, house.revocation_count()), (1, 1));
    }
    let given = grants(&mut house, &mut device, 1);
    house.one(Command::SignOut(SignOut { session: device.session }));
    house.reopen();
    assert!(given.iter().all(|grant| house.is_token_revoked(grant)));
    assert_eq!((house.mirror.site().revoked, house.revocation_count()), (1, 1));
}

#[test]
fn tokens_that_have_ended_are_not_counted() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let mut device = house.seated(ann);
    for _ in 0..3 {
        for grant in grants(&mut house, &mut device, 4) {
            house.one(revoke(&grant));
        }
        let next = grants(&mut house, &mut device, 1);
        assert!(!house.is_token_revoked(&next[0]));
        house.pass(960);
        house.one(Command::Sweep);
        assert_eq!(house.revocation_count(), 0);
    }
}

#[test]
fn a_token_that_is_revoked_twice_is_written_down_once() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let grant = granted(house.sign_in(ann).0);
    house.one(revoke(&grant));
    let seq = house.mirror.site().position.seq;
    house.one(revoke(&grant));
    house.one(Command::SignOut(SignOut { session: grant.session }));
    house.one(revoke(&grant));
    assert_eq!(house.mirror.site().position.seq, seq + 1, "the sign-out alone");
}

#[test]
fn when_the_list_is_full_every_token_is_revoked_and_the_list_is_empty() {
    let mut house = House::new(9);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let (outcome, bens) = house.sign_in(ben);
    let bystander = granted(outcome);
    let fill = |house: &mut House, count| {
        for _ in 0..count {
            let commands: Vec<_> = (0..500)
                .flat_map(|_| {
                    let (sign_in, device) = house.sign_in_command(ann);
                    [sign_in, Command::SignOut(SignOut { session: device.session })]
                })
                .collect();
            house.turn(&commands);
        }
    };
    fill(&mut house, REVOKED_MAX / 500);
    assert_eq!(house.mirror.site().revoked, REVOKED_MAX);
    assert!(!house.is_token_revoked(&bystander));
    fill(&mut house, 1);
    assert_eq!((house.mirror.site().revoked, house.revocation_count()), (0, 0));
    house.reopen();
    assert!(house.is_token_revoked(&bystander), "and so is every other");
    let grant = granted(house.refresh(bens).0);
    assert!(!house.is_token_revoked(&grant), "the login and the seat stay");
}
