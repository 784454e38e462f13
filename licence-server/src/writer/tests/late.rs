//! Answers that were lost, and a store that was put back.

use super::*;
use crate::domain::Sighting;

#[test]
fn a_lost_answer_is_given_again_within_a_day_on_the_device_that_asked() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let parent = house.seated(ann);
    let first = granted(house.refresh(parent).0);
    house.pass(10 * 3600);
    let (outcome, child) = house.refresh(parent);
    let again = granted(outcome);
    assert_eq!(again.next, first.next, "the same child");
    house.pass(29);
    granted(house.refresh(parent).0);
    let child = Device { secret: child.secret, ..child };
    assert_eq!(child.generation, Generation(1));
}

#[test]
fn an_answer_that_was_used_is_not_given_again() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let parent = house.seated(ann);
    let grant = granted(house.refresh(parent).0);
    house.one(Command::Seen(vec![Sighting {
        session: parent.session,
        seq: grant.position.seq,
        at: house.now,
    }]));
    house.reopen();
    house.pass(31);
    assert_eq!(refused(&house.refresh(parent).0), Code::RefreshReused);
}

#[test]
fn a_token_that_was_seen_before_the_rotation_says_nothing_of_its_answer() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let (outcome, parent) = house.sign_in(ann);
    let seen_seq = Some(granted(outcome).position.seq);
    // Two tokens of one second were once taken for one another.
    house.refreshed(parent);
    house.pass(31);
    granted(house.refresh_as(parent, |refresh| refresh.seen_seq = seen_seq).0);
}

#[test]
fn another_device_gets_nothing_again() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let parent = house.seated(ann);
    house.refreshed(parent);
    house.pass(31);
    let (outcome, _) = house.refresh_as(parent, |refresh| refresh.mark = DeviceMark([9; 8]));
    assert_eq!(refused(&outcome), Code::RefreshReused);
}

#[test]
fn the_third_lost_answer_of_a_day_is_theft() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let parent = house.seated(ann);
    house.refreshed(parent);
    for _ in 0..2 {
        house.pass(3600);
        granted(house.refresh(parent).0);
    }
    house.pass(3600);
    assert_eq!(refused(&house.refresh(parent).0), Code::RefreshReused);
}

#[test]
fn a_grandparent_is_theft_however_soon() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let first = house.seated(ann);
    let second = house.refreshed(first);
    house.refreshed(second);
    assert_eq!(refused(&house.refresh(first).0), Code::RefreshReused);
    assert!(house.is_revoked(first.session));
}

#[test]
fn fifty_parallel_refreshes_are_fifty_answers_with_one_child() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    let mut children = BTreeSet::new();
    for _ in 0..50 {
        let NextSecret::Child { generation, nonce } = granted(house.refresh(device).0).next else {
            panic!()
        };
        children.insert((generation, nonce.0));
    }
    assert_eq!(children.len(), 1);
}

/// A store as a backup left it: it knows nothing of what came after.
fn put_back(house: &mut House) {
    house.restore(2);
}

#[test]
fn after_a_restore_newer_tokens_are_adopted_once_for_each_session() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let old = house.seated(ann);
    let ahead = Device { generation: Generation(3), secret: house.secret(), ..old };
    assert_eq!(refused(&house.refresh(ahead).0), Code::StoreBehind, "nothing was restored");
    put_back(&mut house);
    let next = house.refreshed(ahead);
    house.refreshed(next);
}

/// A thief with an older genuine token could be adopted first, and whoever came second was told to sign in
/// again: the thief stayed.
#[test]
fn a_second_lineage_in_one_life_of_the_store_is_theft() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let old = house.seated(ann);
    put_back(&mut house);
    let stolen = Device { generation: Generation(3), secret: house.secret(), ..old };
    let thiefs = house.refreshed(stolen);
    let owners = Device { generation: Generation(4), secret: house.secret(), ..old };
    assert_eq!(refused(&house.refresh(owners).0), Code::RefreshReused);
    assert_eq!(refused(&house.refresh(thiefs).0), Code::InvalidGrant);
    assert!(house.is_revoked(old.session));
    assert_eq!(house.mirror.seats_in_use(house.now), 0);
}

#[test]
fn each_life_of_the_store_may_adopt_anew() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let old = house.seated(ann);
    for life in 2..4 {
        house.restore(life);
        let generation = Generation(5 * life);
        let ahead = Device { generation, secret: house.secret(), ..old };
        house.refreshed(ahead);
    }
}

#[test]
fn a_week_after_a_restore_nothing_is_adopted() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let old = house.seated(ann);
    put_back(&mut house);
    house.pass(7 * DAY_SECS);
    let ahead = Device { generation: Generation(3), secret: house.secret(), ..old };
    assert_eq!(refused(&house.refresh(ahead).0), Code::StoreBehind);
    house.refreshed(old);
}

#[test]
fn tokens_of_another_life_of_the_store_open_nothing() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let grant = granted(house.sign_in(ann).0);
    put_back(&mut house);
    assert!(house.is_token_revoked(&grant));
}
