//! A seat given back while the login stays.

use super::*;
use crate::domain::{EndSession, ReleaseSeat, RevokeToken};

#[test]
fn a_parked_seat_is_free_at_once_and_its_tokens_open_nothing() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let (outcome, device) = house.sign_in(ann);
    let grant = granted(outcome);
    assert_eq!(house.one(Command::Park(device.session)), Outcome::Done);
    assert!(house.is_token_revoked(&grant));
    let bens = house.seated(ben);
    full(house.refresh(device).0);
    house.sign_out(bens);
    let again = granted(house.refresh(device).0);
    assert!(!house.is_token_revoked(&again), "of the same second, and after");
    assert!(house.is_token_revoked(&grant));
    house.reopen();
    assert!(house.is_token_revoked(&grant), "also after a restart");
    assert!(!house.is_token_revoked(&again));
}

#[test]
fn parking_one_device_leaves_the_other_its_seat() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let (phone, laptop) = (house.seated(ann), house.seated(ann));
    house.one(Command::Park(phone.session));
    assert_eq!(house.mirror.seats_in_use(house.now), 1);
    house.refreshed(laptop);
}

#[test]
fn a_seat_that_an_administrator_takes_away_leaves_the_login() {
    let mut house = House::new(2);
    let ann = house.person("ann");
    let (first, phone) = house.sign_in(ann);
    let (second, _) = house.sign_in(ann);
    let release = ReleaseSeat { user: ann, reserve_for: None, by: Actor::Local };
    house.one(Command::ReleaseSeat(release));
    assert_eq!(house.mirror.seats_in_use(house.now), 0);
    assert!(house.is_token_revoked(&granted(first)));
    assert!(house.is_token_revoked(&granted(second)));
    house.refreshed(phone);
    let nobody = ReleaseSeat { user: UserId(house.uuid()), ..release };
    assert_eq!(refused(&house.one(Command::ReleaseSeat(nobody))), Code::NotFound);
}

#[test]
fn one_token_is_revoked_and_its_session_goes_on() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let (outcome, device) = house.sign_in(ann);
    let grant = granted(outcome);
    let Grant { session, jti, exp, position, .. } = grant;
    house.one(Command::RevokeToken(RevokeToken { session, jti, exp, seq: position.seq }));
    assert!(house.is_token_revoked(&grant));
    let next = granted(house.refresh(device).0);
    assert!(!house.is_token_revoked(&next));
    house.pass(960);
    house.one(Command::Sweep);
    assert_eq!(house.revocation_count(), 0);
}

#[test]
fn a_session_is_ended_by_its_person_or_an_administrator_and_by_nobody_else() {
    let mut house = House::new(2);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let (anns, bens) = (house.seated(ann), house.seated(ben));
    let end = |session, of, by| Command::EndSession(EndSession { session, of, by });
    let forbidden = house.one(end(anns.session, Some(ben), None));
    assert_eq!(refused(&forbidden), Code::NotFound, "not even that it exists is told");
    assert_eq!(house.one(end(anns.session, Some(ann), None)), Outcome::Done);
    assert_eq!(house.one(end(bens.session, None, Some(Actor::Local))), Outcome::Done);
    for device in [anns, bens] {
        assert!(house.is_revoked(device.session));
        assert_eq!(refused(&house.refresh(device).0), Code::InvalidGrant);
    }
    assert_eq!(house.mirror.seats_in_use(house.now), 0);
}
