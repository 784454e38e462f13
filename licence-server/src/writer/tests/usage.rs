use super::*;
use crate::domain::Hour;

impl House {
    fn hours(&self) -> Vec<Hour> {
        let reader = self.store.as_ref().unwrap().reader();
        reader.usage(UnixTime::MIN, UnixTime::MAX).unwrap()
    }

    /// Goes to the beginning of the next hour.
    fn next_hour(&mut self) {
        self.pass(3600 - self.now.secs() % 3600);
    }
}

#[test]
fn the_peak_is_seen_inside_a_batch_too() {
    let mut house = House::new(3);
    let (ann, bob) = (house.person("ann"), house.person("bob"));
    let device = house.seated(ann);
    let (bobs, _) = house.sign_in_command(bob);
    house.turn(&[bobs, Command::SignOut(SignOut { session: device.session })]);
    assert_eq!(house.mirror.site().users_seated, 1);
    assert_eq!(house.hours()[0].peak, 2);
}

#[test]
fn a_seat_that_is_kept_is_in_use_in_the_next_hour() {
    let mut house = House::new(3);
    let ann = house.person("ann");
    let device = house.seated(ann);
    house.next_hour();
    house.pass(-400);
    let device = house.refreshed(device);
    house.next_hour();
    house.one(Command::Sweep);
    house.sign_out(device);
    let peaks: Vec<u32> = house.hours().iter().map(|hour| hour.peak).collect();
    assert_eq!(peaks, [1, 1]);
}

#[test]
fn a_refresh_that_changes_no_peak_writes_no_hour() {
    let mut house = House::new(3);
    let ann = house.person("ann");
    let device = house.seated(ann);
    let before = house.mirror.site().hour;
    house.pass(60);
    house.refreshed(device);
    assert_eq!(house.mirror.site().hour, before);
    assert_eq!(house.hours(), [before], "only the hour that runs");
}

#[test]
fn waiting_counts_from_the_first_refusal_to_the_seat_and_one_refusal_once() {
    let mut house = House::new(1);
    let (ann, bob) = (house.person("ann"), house.person("bob"));
    let anns = house.seated(ann);
    let (outcome, bobs) = house.sign_in(bob);
    full(outcome);
    house.pass(50);
    let (outcome, _) = house.refresh(bobs);
    full(outcome);
    house.pass(20);
    house.sign_out(anns);
    house.refreshed(bobs);
    let [hour] = house.hours()[..] else { panic!("{:?}", house.hours()) };
    assert_eq!((hour.refused, hour.refused_secs), (1, 70));
    assert_eq!((hour.peak, hour.wanted, hour.total), (1, 2, 1), "bob waited beside ann");
}

#[test]
fn who_gave_up_waited_until_the_last_time_of_asking() {
    let mut house = House::new(1);
    let (ann, bob) = (house.person("ann"), house.person("bob"));
    house.seated(ann);
    let (_, bobs) = house.sign_in(bob);
    house.pass(45);
    full(house.refresh(bobs).0);
    house.pass(61);
    house.one(Command::Sweep);
    assert_eq!(house.hours()[0].refused_secs, 45);
}

#[test]
fn an_idle_hour_has_no_row() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    house.seated(ann);
    for _ in 0..5 {
        house.next_hour();
        house.one(Command::Sweep);
    }
    assert_eq!(house.hours().len(), 1);
}

/// Hours went by their age once, and a dead battery that an administrator believed took them all.
#[test]
fn a_clock_that_is_accepted_years_ahead_takes_no_hour_away() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    house.sign_out(device);
    let before = house.hours();
    house.wrong_secs = 10 * 365 * DAY_SECS;
    house.one(Command::AcceptClock(Actor::Local));
    house.next_hour();
    house.one(Command::Sweep);
    assert_eq!(house.hours(), before);
}

#[test]
fn a_clock_that_is_set_back_tells_an_hour_once() {
    let mut house = House::new(2);
    let ann = house.person("ann");
    let device = house.seated(ann);
    house.sign_out(device);
    house.pass(3600);
    house.one(Command::Sweep);
    house.wrong_secs = -3600;
    house.one(Command::ResetClock(crate::domain::ResetClock {
        reason: Text::parse("it was wrong").unwrap(),
        spare: Vec::new(),
        by: Actor::Local,
    }));
    house.seated(ann);
    let hours = house.hours();
    assert_eq!(hours.len(), 1, "{hours:?}");
    house.pass(3600);
    house.one(Command::Sweep);
    assert_eq!(house.hours().len(), 1);
}
