//! Data that an application keeps.

use super::*;
use crate::domain::{DataOwner, Expected, WriteData};
use licence_core::claims::SessionData;

fn write(owner: DataOwner, expected: Expected, json: Option<&str>) -> Command {
    let json = json.map(str::to_owned);
    Command::WriteData(WriteData { owner, expected, json, public: None })
}

#[track_caller]
fn version(outcome: &Outcome) -> u64 {
    let Outcome::Written { version } = outcome else { panic!("{outcome:?}") };
    *version
}

#[test]
fn of_two_who_write_over_one_version_the_second_is_told() {
    let mut house = House::new(1);
    let owner = DataOwner::Person(house.person("ann"));
    let first = version(&house.one(write(owner, Expected::Nothing, Some("1"))));
    let over = |json| write(owner, Expected::Version(first), Some(json));
    let outcomes = house.turn(&[over("2"), over("3")]);
    assert_ne!(version(&outcomes[0]), first);
    assert_eq!(refused(&outcomes[1]), Code::PreconditionFailed);
    let kept = house.store.as_ref().unwrap().reader().data(owner).unwrap().unwrap();
    assert_eq!(kept.json, "2");
}

#[test]
fn a_version_never_comes_again() {
    let mut house = House::new(1);
    let owner = DataOwner::Person(house.person("ann"));
    let first = version(&house.one(write(owner, Expected::Anything, Some("1"))));
    house.one(write(owner, Expected::Something, None));
    let again = version(&house.one(write(owner, Expected::Nothing, Some("1"))));
    assert_ne!(again, first);
}

/// What the life that is lost wrote is still open somewhere: by a version that came again it once took the place of
/// what others wrote after the restore.
#[test]
fn a_version_that_a_lost_life_gave_never_comes_again() {
    let mut house = House::new(1);
    let owner = DataOwner::Person(house.person("ann"));
    let backed_up = version(&house.one(write(owner, Expected::Anything, Some("1"))));
    let lost = backed_up + 2;
    house.restore(2);
    let kept = write(owner, Expected::Version(backed_up), Some("2"));
    let after = version(&house.one(kept));
    assert!(after > lost, "what the backup knows is good, and what follows is new");
    house.one(write(owner, Expected::Anything, Some("3")));
    let late = house.one(write(owner, Expected::Version(lost), Some("4")));
    assert_eq!(refused(&late), Code::PreconditionFailed);
}

#[test]
fn a_sessions_data_goes_with_it_and_a_persons_stays() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    let (own, kept) = (DataOwner::Session(device.session), DataOwner::Person(ann));
    house.one(write(own, Expected::Anything, Some("{}")));
    house.one(write(kept, Expected::Anything, Some("{}")));
    house.sign_out(device);
    let reader = house.store.as_ref().unwrap().reader();
    assert_eq!(reader.data(own).unwrap(), None);
    assert!(reader.data(kept).unwrap().is_some());
    let late = house.one(write(own, Expected::Anything, Some("{}")));
    assert_eq!(refused(&late), Code::NotFound, "no data outlives its session");
}

#[test]
fn the_public_part_travels_in_the_next_token() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    let public = SessionData::parse(r#"{"theme":"dark"}"#);
    house.one(Command::WriteData(WriteData {
        owner: DataOwner::Session(device.session),
        expected: Expected::Anything,
        json: Some("{}".to_owned()),
        public: public.clone(),
    }));
    assert_eq!(granted(house.refresh(device).0).public, public);
}
