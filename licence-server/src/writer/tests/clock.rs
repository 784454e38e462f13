//! A wall clock that is wrong.

mod loans;

use super::*;
use crate::domain::{
    AddService, ClockDoubt, ResetClock, ServiceId, ServiceName, ServiceScope, Swept,
};

fn reset() -> Command {
    let reason = Text::parse("a typing error").unwrap();
    let spare = (0..4).map(|number| Uuid::v7(9, [number; 10])).collect();
    Command::ResetClock(ResetClock { reason, spare, by: Actor::Local })
}

/// What is done while the clock is wrong and believed; then it is set back.
fn while_ahead<T>(house: &mut House, ahead_days: i64, act: impl FnOnce(&mut House) -> T) -> T {
    house.wrong_secs = ahead_days * DAY_SECS;
    house.one(Command::AcceptClock(Actor::Local));
    let done = act(house);
    house.wrong_secs = 0;
    assert_eq!(house.one(reset()), Outcome::Done);
    done
}

#[test]
fn a_clock_set_forward_evicts_nobody_and_ends_nothing() {
    for ahead_secs in [2 * 3600, DAY_SECS, 3650 * DAY_SECS] {
        let mut house = House::new(1);
        let (ann, ben) = (house.person("ann"), house.person("ben"));
        let device = house.seated(ann);
        house.wrong_secs = ahead_secs;
        house.one(Command::Sweep);
        full(house.sign_in(ben).0);
        house.pass(600);
        let device = house.refreshed(device);
        house.reopen();
        full(house.sign_in(ben).0);
        house.wrong_secs = 0;
        let grant = granted(house.refresh(device).0);
        assert_eq!(grant.iat, START.plus(600), "and nothing is poisoned when it is set right");
    }
}

#[test]
fn a_disputed_clock_is_believed_after_a_day_of_running_with_restarts_in_between() {
    let mut house = House::new(1);
    house.wrong_secs = 30 * DAY_SECS;
    house.one(Command::Sweep);
    let Some(ClockDoubt::Ahead { since, .. }) = house.mirror.site().doubt else { panic!() };
    assert_eq!(since, START);
    for _ in 0..4 {
        house.pass(DAY_SECS / 4 - 1);
        house.one(Command::Sweep);
        house.reopen();
    }
    assert!(house.mirror.judge(house.reading()).doubt.is_some());
    house.pass(4);
    house.one(Command::Sweep);
    assert_eq!(house.mirror.judge(house.reading()).doubt, None);
    assert_eq!(house.mirror.site().mark, house.now.plus(30 * DAY_SECS));
}

#[test]
fn an_administrator_accepts_the_clock() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    house.wrong_secs = 10 * DAY_SECS;
    house.one(Command::AcceptClock(Actor::Local));
    let grant = granted(house.refresh(device).0);
    assert_eq!(grant.iat, START.plus(10 * DAY_SECS));
    assert_eq!(house.mirror.site().doubt, None);
}

#[test]
fn a_reset_gives_every_seat_back_and_kills_every_token_and_keeps_the_logins() {
    let mut house = House::new(2);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    house.wrong_secs = 300 * DAY_SECS;
    house.one(Command::AcceptClock(Actor::Local));
    let (outcome, anns) = house.sign_in(ann);
    let anns_token = granted(outcome);
    house.wrong_secs = 0;
    house.pass(60);
    let (command, _) = house.sign_in_command(ben);
    let outcomes = house.turn(&[command, reset()]);
    let bens_token = granted(outcomes[0].clone());
    assert_eq!(outcomes[1], Outcome::Done);
    assert_eq!(house.mirror.seats_in_use(house.now), 0);
    assert!(house.is_token_revoked(&anns_token));
    assert!(house.is_token_revoked(&bens_token), "of the same batch");
    let grant = granted(house.refresh(anns).0);
    assert_eq!(grant.iat, house.now);
    assert!(!house.is_token_revoked(&grant));
    assert_eq!(grant.session_end, house.now.plus(180 * DAY_SECS), "it does not last longer for it");
}

#[test]
fn a_reset_goes_back_to_no_time_before_the_newest_licence_was_signed() {
    let mut house = House::new(1);
    house.wrong_secs = -365 * DAY_SECS;
    assert_eq!(house.one(reset()), Outcome::Done);
    assert_eq!(house.mirror.site().mark, terms(1).iat);
}

#[test]
fn where_nothing_is_ahead_there_is_nothing_to_reset() {
    let mut house = House::new(1);
    assert_eq!(refused(&house.one(reset())), Code::Conflict);
}

#[test]
fn a_clock_that_is_behind_is_on_record_once_and_so_is_its_end() {
    let mut house = House::new(1);
    house.pass(600);
    house.one(Command::Sweep);
    let before = house.mirror.site().position.seq;
    house.wrong_secs = -600;
    house.one(Command::Sweep);
    house.one(Command::Sweep);
    assert_eq!(house.mirror.site().doubt, Some(ClockDoubt::Behind));
    house.wrong_secs = 0;
    house.one(Command::Sweep);
    house.one(Command::Sweep);
    let acts: Vec<_> = house.store.as_ref().unwrap().reader().entries(before + 1, 9).unwrap();
    let acts: Vec<_> = acts.iter().map(|entry| entry.json.contains("clock_behind")).collect();
    assert_eq!(acts, [true, false]);
}

#[test]
fn the_mark_is_kept_also_through_a_quiet_night() {
    let mut house = House::new(1);
    for _ in 0..60 {
        house.pass(30);
        house.one(Command::Sweep);
    }
    house.reopen();
    assert!(house.now.since(house.mirror.site().mark) <= 600);
}

/// Whatever came in one batch with a reset was once judged by the time that was wrong: its seat was
/// held, and its token good, for as long as the clock had been ahead.
#[test]
fn what_is_asked_together_with_a_reset_is_judged_by_the_time_that_is_right() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    house.wrong_secs = 365 * DAY_SECS;
    house.one(Command::AcceptClock(Actor::Local));
    house.wrong_secs = 0;
    let (sign_in, _) = house.sign_in_command(ann);
    let mut outcomes = house.turn(&[reset(), sign_in]);
    assert_eq!(granted(outcomes.remove(1)).iat, START);
}

/// A token that came back while the clock was ahead once made every later answer look as if it had
/// arrived, so a client that lost one was taken for a thief.
#[test]
fn an_answer_that_is_lost_after_a_reset_is_given_again() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    house.wrong_secs = DAY_SECS;
    house.one(Command::AcceptClock(Actor::Local));
    let (outcome, device) = house.refresh(device);
    let (session, grant) = (device.session, granted(outcome));
    let (seq, at) = (grant.position.seq, grant.iat);
    house.one(Command::Seen(vec![crate::domain::Sighting { session, seq, at }]));
    house.wrong_secs = 0;
    assert_eq!(house.one(reset()), Outcome::Done);
    house.pass(60);
    house.refreshed(device);
    house.pass(60);
    house.refreshed(device);
}

/// What was moved back at the next refresh and not at the reset was once as fresh as ever when that came years
/// later: until the clock caught up, such a session never ended.
#[test]
fn who_signed_in_while_the_clock_was_ahead_has_been_idle_since_the_reset() {
    for (unused_secs, is_over) in [(30 * DAY_SECS - 1, false), (30 * DAY_SECS, true)] {
        let mut house = House::new(1);
        let ann = house.person("ann");
        let device = while_ahead(&mut house, 300, |house| house.seated(ann));
        house.pass(unused_secs);
        let (outcome, _) = house.refresh(device);
        if is_over {
            assert_eq!(refused(&outcome), Code::InvalidGrant);
        } else {
            let session_end = START.plus(180 * DAY_SECS);
            assert_eq!(granted(outcome).session_end, session_end, "whenever it comes");
        }
    }
}

/// The end of its idleness once stayed where the wrong clock had moved it.
#[test]
fn who_only_refreshed_while_the_clock_was_ahead_has_been_idle_since_the_reset_too() {
    for (unused_secs, is_over) in [(30 * DAY_SECS - 1, false), (30 * DAY_SECS, true)] {
        let mut house = House::new(1);
        let ann = house.person("ann");
        let device = house.seated(ann);
        let device = while_ahead(&mut house, 20, |house| house.refreshed(device));
        house.pass(unused_secs);
        let (outcome, _) = house.refresh(device);
        assert_eq!(matches!(outcome, Outcome::Granted(_)), !is_over, "{outcome:?}");
    }
}

/// A parent token once opened its window of 30 seconds anew, whenever it was shown after the reset.
#[test]
fn a_parent_from_a_time_that_was_ahead_is_as_old_as_the_reset() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let parent = while_ahead(&mut house, 300, |house| {
        let parent = house.seated(ann);
        house.refreshed(parent);
        parent
    });
    house.pass(DAY_SECS);
    assert_eq!(refused(&house.refresh(parent).0), Code::RefreshReused);
}

/// They were once looked at when the clock that was wrong had come true.
#[test]
fn sessions_of_a_time_that_was_ahead_are_swept_away_and_show_their_true_end() {
    let mut house = House::new(400);
    let people: Vec<_> = (0..300).map(|n| house.person(&format!("person {n}"))).collect();
    while_ahead(&mut house, 300, |house| {
        let commands: Vec<_> = people.iter().map(|user| house.sign_in_command(*user).0).collect();
        house.turn(&commands);
    });
    let rows = |house: &House| house.store.as_ref().unwrap().reader().sessions().unwrap();
    let site = house.mirror.site();
    let end = START.plus(30 * DAY_SECS);
    assert!(rows(&house).iter().all(|row| row.idle_end(&site) == end));
    let is_more_left =
        |outcome| matches!(outcome, Outcome::Swept(Swept { is_more_left: true, .. }));
    assert!(is_more_left(house.one(Command::Sweep)), "a sweep is bounded");
    assert!(!is_more_left(house.one(Command::Sweep)));
    assert!(rows(&house).iter().all(|row| row.due == end));
    house.reopen();
    house.pass(30 * DAY_SECS);
    while is_more_left(house.one(Command::Sweep)) {}
    assert!(rows(&house).is_empty());
}

/// Years that a wrong clock had found without a licence once counted as nobody's idleness after the reset.
#[test]
fn a_licence_that_seemed_over_spares_no_more_idleness_than_there_was() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    let device = house.seated(ann);
    house.pass(20 * DAY_SECS);
    while_ahead(&mut house, 3650, |_| ());
    house.pass(30 * DAY_SECS - 1);
    let device = house.refreshed(device);
    house.pass(30 * DAY_SECS);
    assert_eq!(refused(&house.refresh(device).0), Code::InvalidGrant);
}

/// A service's key that was made while the clock was ahead once lasted as much longer.
#[test]
fn a_service_key_of_a_time_that_was_ahead_lasts_as_long_as_it_was_to() {
    let mut house = House::new(1);
    let id = ServiceId(house.uuid());
    let add = AddService {
        id,
        name: ServiceName::parse("lab").unwrap(),
        secret: house.secret(),
        scopes: BTreeSet::from([ServiceScope::Seats]),
        life_secs: 90 * DAY_SECS,
        by: Actor::Local,
    };
    while_ahead(&mut house, 300, |house| {
        assert_eq!(house.one(Command::AddService(add)), Outcome::Done);
    });
    let service = house.mirror.service(id).unwrap();
    assert_eq!((service.created, service.end), (START, START.plus(90 * DAY_SECS)));
}

/// A place that was live until a time that was ahead once kept its seat free until then.
#[test]
fn a_place_in_the_queue_is_kept_no_longer_for_a_clock_that_was_ahead() {
    let mut house = House::new(1);
    let (ann, ben, cleo) = (house.person("ann"), house.person("ben"), house.person("cleo"));
    house.wrong_secs = 300 * DAY_SECS;
    house.one(Command::AcceptClock(Actor::Local));
    house.seated(ann);
    full(house.sign_in_as(ben, |sign_in| sign_in.wait_secs = 30).0);
    house.wrong_secs = 0;
    assert_eq!(house.one(reset()), Outcome::Done);
    full(house.sign_in(cleo).0);
    house.pass(30);
    house.seated(cleo);
    house.pass(60);
    house.one(Command::Sweep);
    assert_eq!(house.mirror.site().waiting, 0);
}

/// The time that an administrator skipped once counted as idleness, though no licence was valid in it.
#[test]
fn time_without_a_licence_is_nobodys_idleness_where_the_clock_was_accepted_over_it() {
    let mut house = House::new(1);
    let ann = house.person("ann");
    house.now = terms(1).period.exp().unwrap().plus(-60);
    let device = house.seated(ann);
    house.pass(60);
    house.one(Command::Sweep);
    house.wrong_secs = 40 * DAY_SECS;
    house.one(Command::AcceptClock(Actor::Local));
    assert_eq!(refused(&house.refresh(device).0), Code::LicenceExpired, "and the login stays");
}

/// A restart once settled a dispute in favour of the wrong clock, if it was ahead by no more than what is
/// believed of a machine that was off.
#[test]
fn a_restart_settles_no_dispute_however_long_a_gap_is_believed() {
    let mut house = House::new(1);
    house.gap_secs = DAY_SECS;
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    let device = house.seated(ann);
    house.wrong_secs = DAY_SECS / 2;
    house.one(Command::Sweep);
    house.pass(60);
    house.reopen();
    full(house.sign_in(ben).0);
    let device = house.refreshed(device);
    house.wrong_secs = 0;
    house.reopen();
    assert_eq!(granted(house.refresh(device).0).iat, START.plus(60), "put right, it is believed");
    house.pass(DAY_SECS / 2);
    house.reopen();
    assert_eq!(house.mirror.judge(house.reading()).now, house.now, "and so is a long night");
}

/// Under a smaller licence nobody's twelve hours ended, and tokens from after a backup were adopted, for as
/// long as the clock had been ahead.
#[test]
fn what_began_while_the_clock_was_ahead_lasts_no_longer_for_it() {
    let mut house = House::new(1);
    house.wrong_secs = 300 * DAY_SECS;
    house.one(Command::AcceptClock(Actor::Local));
    let ahead = house.mirror.site().mark;
    house.restore(2);
    assert_eq!(house.mirror.site().restored, Some(ahead));
    house.wrong_secs = 0;
    assert_eq!(house.one(reset()), Outcome::Done);
    assert_eq!(house.mirror.site().restored, Some(house.now));
}

/// Each was once kept until the end of tokens that were made while the clock was ahead.
#[test]
fn a_reset_takes_the_place_of_all_that_was_revoked_before() {
    let mut house = House::new(2);
    let (ann, ben) = (house.person("ann"), house.person("ben"));
    house.wrong_secs = 300 * DAY_SECS;
    house.one(Command::AcceptClock(Actor::Local));
    let (outcome, anns) = house.sign_in(ann);
    let token = granted(outcome);
    let bens = house.seated(ben);
    house.sign_out(anns);
    house.wrong_secs = 0;
    house.one(reset());
    assert_eq!(house.revocation_count(), 0);
    assert!(house.is_token_revoked(&token));
    house.sign_out(bens);
    house.pass(960);
    house.one(Command::Sweep);
    assert_eq!(house.revocation_count(), 0, "though its last token seemed to end later");
}
