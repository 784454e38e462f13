//! Changes of an account, and administration without a seat.

use super::*;
use crate::domain::{ChangeUser, Keep, UserChange};
use licence_core::Role;

fn change(house: &mut House, user: UserId, change: UserChange) -> Outcome {
    house.one(Command::ChangeUser(ChangeUser { user, change, by: Some(Actor::Local) }))
}

fn hash(text: &str) -> PasswordHash {
    PasswordHash::new(text.to_owned())
}

#[test]
fn what_takes_something_away_ends_the_sessions_at_once() {
    let taken: [fn() -> UserChange; 4] = [
        || UserChange::Disable,
        || UserChange::Roles(Vec::new()),
        || UserChange::Password { hash: hash("new"), checked: None, keep: Keep::None },
        || UserChange::Erase,
    ];
    for taken in taken {
        let mut house = House::new(1);
        let (ann, ben) = (house.person("ann"), house.person("ben"));
        let (phone, laptop) = (house.seated(ann), house.seated(ann));
        let (sign_in, _) = house.sign_in_command(ben);
        let command = ChangeUser { user: ann, change: taken(), by: None };
        let outcomes = house.turn(&[Command::ChangeUser(command), sign_in]);
        assert!(matches!(outcomes[1], Outcome::Granted(_)), "the seat is free in that transaction");
        for device in [phone, laptop] {
            assert!(house.is_revoked(device.session));
            assert_eq!(refused(&house.refresh(device).0), Code::InvalidGrant);
        }
    }
}

#[test]
fn a_disabled_person_cannot_sign_in_until_enabled_again() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    change(&mut house, ann, UserChange::Disable);
    assert_eq!(refused(&house.sign_in(ann).0), Code::InvalidGrant);
    change(&mut house, ann, UserChange::Enable);
    house.seated(ann);
}

#[test]
fn a_password_that_was_changed_meanwhile_signs_nobody_in() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    let keep = Keep::Own(device.session);
    change(&mut house, ann, UserChange::Password { hash: hash("new"), checked: None, keep });
    house.refreshed(device);
    assert_eq!(refused(&house.sign_in(ann).0), Code::InvalidGrant, "checked against the old one");
    let (outcome, _) = house.sign_in_as(ann, |s| s.credential = CredentialVersion(1));
    granted(outcome);
}

#[test]
fn a_password_is_changed_by_whoever_knows_the_one_that_is_in_force() {
    let mut house = House::new(2);
    let ann = house.person("ann");
    let (phone, laptop) = (house.seated(ann), house.seated(ann));
    let own = |version, keep| {
        let checked = Some(CredentialVersion(version));
        UserChange::Password { hash: hash("new"), checked, keep }
    };
    assert_eq!(change(&mut house, ann, own(0, Keep::All)), Outcome::Done);
    assert_eq!(refused(&change(&mut house, ann, own(0, Keep::None))), Code::InvalidGrant);
    let (phone, laptop) = (house.refreshed(phone), house.refreshed(laptop));
    assert_eq!(change(&mut house, ann, own(1, Keep::Own(phone.session))), Outcome::Done);
    house.refreshed(phone);
    assert!(house.is_revoked(laptop.session));
}

#[test]
fn a_newer_hash_of_the_same_password_ends_nothing() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    let (from, to) = (hash("$argon2id$…"), hash("$argon2id$newer"));
    change(&mut house, ann, UserChange::Rehash { from, to: to.clone() });
    house.refreshed(device);
    house.seated(ann);
    let stale = UserChange::Rehash { from: hash("$argon2id$…"), to: hash("late") };
    change(&mut house, ann, stale);
    let user = house.store.as_ref().unwrap().reader().user(ann).unwrap().unwrap();
    assert_eq!(user.credential.unwrap().hash, to, "a hash that was replaced meanwhile stays");
}

#[test]
fn an_erased_persons_names_are_free_and_the_place_is_too() {
    let mut terms = terms(1);
    terms.seats.registered_max = Some(1);
    let mut house = House::with_terms(terms);
    let ann = house.person("Ann");
    change(&mut house, ann, UserChange::Erase);
    assert_ne!(house.person("ann"), ann);
    assert_eq!(refused(&change(&mut house, ann, UserChange::Enable)), Code::NotFound);
}

fn admin(house: &mut House, name: &str) -> UserId {
    let id = house.person(name);
    change(house, id, UserChange::Roles(vec![Role::parse("admin").unwrap()]));
    id
}

#[test]
fn administration_needs_no_seat_and_no_licence() {
    let mut house = House::new(1);
    let (ann, root) = (house.person("ann"), admin(&mut house, "root"));
    house.seated(ann);
    house.now = terms(1).period.last_end().unwrap();
    let (outcome, device) = house.sign_in_as(root, |sign_in| sign_in.scope = Scope::Admin);
    let grant = granted(outcome);
    assert_eq!(grant.seat, None);
    assert_eq!(grant.exp, house.now.plus(900));
    let device = house.refreshed(device);
    house.one(Command::Park(device.session));
    house.refreshed(device);
}

#[test]
fn only_an_administrator_administers() {
    let mut house = House::new(1);
    let (ann, root) = (house.person("ann"), admin(&mut house, "root"));
    let (outcome, _) = house.sign_in_as(ann, |sign_in| sign_in.scope = Scope::Admin);
    assert_eq!(refused(&outcome), Code::Forbidden);
    let (outcome, device) = house.sign_in_as(root, |sign_in| sign_in.scope = Scope::Admin);
    granted(outcome);
    change(&mut house, root, UserChange::Roles(Vec::new()));
    assert_eq!(refused(&house.refresh(device).0), Code::InvalidGrant);
}
