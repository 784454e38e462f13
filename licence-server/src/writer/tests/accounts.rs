//! Changes of an account, and administration without a seat.

use super::*;
use crate::domain::{
    ChangeUser, CodeHash, CodeKind, Edit, Expected, Keep, Redeem, Standing, Taken, UserChange,
};
use licence_core::Role;

fn change(house: &mut House, user: UserId, change: UserChange) -> Outcome {
    house.one(Command::ChangeUser(ChangeUser { user, change, by: Some(Actor::Local) }))
}

fn edit(edits: impl Into<Vec<Edit>>, expected: Expected) -> UserChange {
    UserChange::Edit { edits: edits.into(), expected }
}

fn roles(names: &[&str]) -> UserChange {
    let names = names.iter().map(|name| Role::parse(name).unwrap());
    edit([Edit::Roles(names.collect())], Expected::Anything)
}

fn hash(text: &str) -> PasswordHash {
    PasswordHash::new(text.to_owned())
}

fn new_password(checked: u32, keep: Keep) -> UserChange {
    UserChange::Password { hash: hash("new"), checked: CredentialVersion(checked), keep }
}

#[test]
fn what_takes_something_away_ends_the_sessions_at_once() {
    let taken: [fn() -> UserChange; 3] =
        [|| UserChange::Disable, || roles(&["editor"]), || UserChange::Erase];
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
    change(&mut house, ann, new_password(0, keep));
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
    assert_eq!(change(&mut house, ann, new_password(0, Keep::All)), Outcome::Done);
    let late = change(&mut house, ann, new_password(0, Keep::Own(phone.session)));
    assert_eq!(refused(&late), Code::InvalidGrant);
    let (phone, laptop) = (house.refreshed(phone), house.refreshed(laptop));
    assert_eq!(change(&mut house, ann, new_password(1, Keep::Own(phone.session))), Outcome::Done);
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
    change(house, id, roles(&["admin"]));
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
    change(&mut house, root, roles(&[]));
    assert_eq!(refused(&house.refresh(device).0), Code::InvalidGrant);
}

fn user(house: &House, id: UserId) -> crate::domain::User {
    house.store.as_ref().unwrap().reader().user(id).unwrap().unwrap()
}

fn text(text: &str) -> Text {
    Text::parse(text).unwrap()
}

#[test]
fn what_is_one_persons_alone_is_refused_by_its_name_and_free_when_it_is_given_up() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let all = [
        Edit::Username(text("Anna")),
        Edit::Email(Some(text("anna@example.org"))),
        Edit::ExtId(Some(text("4711"))),
    ];
    assert_eq!(change(&mut house, ann, edit(all, Expected::Anything)), Outcome::Done);
    for (edits, taken) in [
        (Edit::Username(text("ANNA")), Taken::Username),
        (Edit::Username(text("ANNA@example.ORG")), Taken::Username),
        (Edit::Email(Some(text("Anna@Example.org"))), Taken::Email),
        (Edit::ExtId(Some(text("4711"))), Taken::ExtId),
    ] {
        let outcome = change(&mut house, ben, edit([edits], Expected::Anything));
        assert_eq!(outcome, Outcome::Refused(Refusal::Taken(taken)));
    }
    let free = [Edit::Email(None), Edit::ExtId(None)];
    change(&mut house, ann, edit(free, Expected::Anything));
    let taken_over = [
        Edit::Username(text("ann")),
        Edit::Email(Some(text("anna@example.org"))),
        Edit::ExtId(Some(text("4711"))),
    ];
    assert_eq!(change(&mut house, ben, edit(taken_over, Expected::Anything)), Outcome::Done);
}

#[test]
fn of_two_who_edit_one_account_the_second_is_told() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let seen = Expected::Version(user(&house, ann).version);
    let (one, other) = ([Edit::Verified(true)], [Edit::Email(Some(text("a@example.org")))]);
    assert_eq!(change(&mut house, ann, edit(one, seen)), Outcome::Done);
    let second = change(&mut house, ann, edit(other, seen));
    assert_eq!(refused(&second), Code::PreconditionFailed);
    assert_eq!(user(&house, ann).email, None);
}

#[test]
fn an_account_that_was_read_before_a_restore_is_not_taken_for_one_that_was_written_after_it() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let backed_up = user(&house, ann).version;
    house.restore(2);
    let verify = |is_verified| edit([Edit::Verified(is_verified)], Expected::Anything);
    assert_eq!(change(&mut house, ann, verify(true)), Outcome::Done);
    assert!(user(&house, ann).version > backed_up + 1, "the lost life gave that one");
}

/// A refresh is the commonest thing there is, and writes no account.
#[test]
fn the_last_seat_is_noted_when_one_is_taken_and_not_when_it_is_renewed() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    assert_eq!(user(&house, ann).last_seat, None);
    let taken = house.now;
    let device = house.seated(ann);
    assert_eq!(user(&house, ann).last_seat, Some(taken));
    house.pass(60);
    let device = house.refreshed(device);
    assert_eq!(user(&house, ann).last_seat, Some(taken));
    house.one(Command::Park(device.session));
    house.pass(60);
    house.refreshed(device);
    assert_eq!(user(&house, ann).last_seat, Some(taken.plus(120)));
}

fn offer(house: &mut House, to: UserId, number: u8, kind: CodeKind) -> Outcome {
    change(house, to, UserChange::Offer { code: CodeHash([number; 32]), kind })
}

fn redeem(house: &mut House, number: u8) -> Outcome {
    house.one(Command::Redeem(Redeem { code: CodeHash([number; 32]), hash: hash("chosen") }))
}

#[test]
fn a_code_sets_one_password_once_and_ends_every_session() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    let until = house.now.plus(3600);
    assert_eq!(offer(&mut house, ann, 1, CodeKind::Reset), Outcome::Offered { until });
    house.reopen();
    assert_eq!(redeem(&mut house, 1), Outcome::Redeemed { user: ann });
    assert_eq!(refused(&house.refresh(device).0), Code::InvalidGrant);
    let row = user(&house, ann);
    assert_eq!(row.credential.unwrap().hash, hash("chosen"));
    assert!(row.is_verified && row.code.is_none());
    assert_eq!(refused(&redeem(&mut house, 1)), Code::InvalidGrant, "a second time");
}

#[test]
fn a_code_is_good_no_more_after_a_newer_one_its_time_or_its_owner() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    offer(&mut house, ann, 1, CodeKind::Reset);
    offer(&mut house, ann, 2, CodeKind::Reset);
    assert_eq!(refused(&redeem(&mut house, 1)), Code::InvalidGrant, "a newer one was made");
    house.pass(3600);
    assert_eq!(refused(&redeem(&mut house, 2)), Code::InvalidGrant, "its hour is over");
    offer(&mut house, ann, 3, CodeKind::Reset);
    change(&mut house, ann, UserChange::Disable);
    assert_eq!(refused(&redeem(&mut house, 3)), Code::InvalidGrant, "the person is disabled");
    change(&mut house, ann, UserChange::Enable);
    change(&mut house, ann, new_password(0, Keep::All));
    assert_eq!(refused(&redeem(&mut house, 3)), Code::InvalidGrant, "the password was changed");
    offer(&mut house, ann, 4, CodeKind::Reset);
    change(&mut house, ann, UserChange::Erase);
    assert_eq!(refused(&redeem(&mut house, 4)), Code::InvalidGrant, "the person is gone");
    assert_eq!(refused(&redeem(&mut house, 5)), Code::InvalidGrant, "nobody ever had it");
}

#[test]
fn who_has_a_password_is_not_invited() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    assert_eq!(refused(&offer(&mut house, ann, 1, CodeKind::Invitation)), Code::Conflict);
}

#[test]
fn a_first_password_is_given_to_who_has_none_and_takes_nobodys_place() {
    let mut house = House::new(1);
    let ann = UserId(house.uuid());
    house.one(Command::AddUser(AddUser::named(ann, text("ann"))));
    let first = || UserChange::FirstPassword(hash("first"));
    assert_eq!(change(&mut house, ann, first()), Outcome::Done);
    house.seated(ann);
    assert_eq!(refused(&change(&mut house, ann, first())), Code::Conflict);
}

#[test]
fn of_several_changes_all_are_made_or_none_and_a_refusal_is_all_that_is_on_record() {
    let mut house = House::new(1);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let phone = house.seated(ann);
    let (before, seq) = (user(&house, ann), house.mirror.site().position.seq);
    let change = |last| {
        let change = UserChange::All(vec![roles(&["editor"]), UserChange::Disable, last]);
        Command::ChangeUser(ChangeUser { user: ann, change, by: None })
    };
    let (sign_in, _) = house.sign_in_command(ben);
    let late = change(UserChange::FirstPassword(hash("late")));
    let outcomes = house.turn(&[late, sign_in]);
    assert_eq!(refused(&outcomes[0]), Code::Conflict);
    assert!(matches!(outcomes[1], Outcome::NoSeat(_)), "her seat is not free");
    assert_eq!(user(&house, ann), before);
    house.refreshed(phone);
    let entries = house.store.as_ref().unwrap().reader().entries(seq + 1, 9).unwrap();
    let acts = ["user_roles_changed", "user_disabled", "session_revoked", "conflict"];
    let count = |act: &&str| entries.iter().filter(|entry| entry.json.contains(*act)).count();
    assert_eq!(acts.iter().map(count).collect::<Vec<_>>(), [0, 0, 0, 1]);
    house.one(change(UserChange::Enable));
    let after = user(&house, ann);
    assert!(after.is_enabled() && after.roles != before.roles);
    assert!(house.is_revoked(phone.session));
}

#[test]
fn who_applied_is_counted_and_signs_in_when_an_administrator_says_yes() {
    let mut terms = terms(1);
    terms.seats.registered_max = Some(1);
    let mut house = House::with_terms(terms);
    let apply = |house: &mut House, name: &str| {
        let id = UserId(house.uuid());
        let hash = Some(hash("$argon2id$…"));
        let add = AddUser { hash, standing: Standing::Applied, ..AddUser::named(id, text(name)) };
        assert_eq!(house.one(Command::AddUser(add)), Outcome::Added { user: id });
        id
    };
    let (ann, ben) = (apply(&mut house, "ann"), apply(&mut house, "ben"));
    let counted = |house: &House| (house.mirror.site().users, house.mirror.site().applicants);
    assert_eq!(counted(&house), (0, 2));
    assert_eq!(refused(&house.sign_in(ann).0), Code::InvalidGrant);
    change(&mut house, ann, UserChange::Disable);
    assert_eq!(user(&house, ann).standing, Standing::Applied, "there is nothing to take away");
    assert_eq!(change(&mut house, ann, UserChange::Enable), Outcome::Done);
    assert!(user(&house, ann).is_verified, "an administrator vouches");
    house.seated(ann);
    assert_eq!(refused(&change(&mut house, ben, UserChange::Enable)), Code::RegisteredFull);
    change(&mut house, ben, UserChange::Erase);
    assert_eq!(counted(&house), (1, 0));
}
