use licence_core::UnixTime;
use licence_core::claims::Epoch;
use serde_json::{Value, json};

use super::*;

/// The life that begins with a backup that was put back.
const SECOND_LIFE: Epoch = Epoch { counter: 2, tag: 2 };

/// A log of so many entries that differ by a word, with what became of it behind some places.
fn log(word: &str, entries: u64, turns: &[(u64, &str)]) -> Log {
    (1..=entries).fold(Log::new(word.to_owned()), |log, seq| {
        let turn = turns.iter().find(|(at, _)| *at == seq).map_or("refreshed", |(_, act)| act);
        let at = time(i64::try_from(seq).unwrap()).secs();
        let entry = json!({ "at": at, "act": turn, "word": word });
        // Only of a backup that was put back does anybody look at the epoch.
        let members =
            json!({ "seq": seq, "at": at, "act": turn, "epoch": SECOND_LIFE.to_string() });
        let line = entry.to_string().replacen('{', &format!("{{\"seq\":{seq},"), 1);
        log.with(&line, members.as_object().unwrap()).unwrap()
    })
}

/// Minutes of an hour.
fn time(minute: i64) -> UnixTime {
    UnixTime::MIN.plus(minute * 60)
}

/// A token of that log at a place, signed in a minute.
fn token(log: &Log, counter: u32, seq: u64, minute: i64) -> Sighting {
    let digests = log.entries.iter().take(usize::try_from(seq).unwrap());
    let head = digests.fold(ChainHead::EMPTY, |head, entry| head.append(&entry.digest));
    let epoch = Epoch { counter, tag: counter.into() };
    Sighting {
        file: format!("{} {seq}", log.file),
        line: 1,
        what: "access token",
        is_signed: true,
        position: LogPosition { epoch, seq, head },
        stood: Some(time(minute)),
    }
}

#[track_caller]
fn told(sightings: Vec<Sighting>, orders: Vec<(usize, usize)>, logs: Vec<Log>) -> Vec<Code> {
    let judged = judge(Evidence { sightings, orders, logs });
    judged.contradictions.iter().map(|contradiction| contradiction.code).collect()
}

/// The same log without its entries before a place.
fn pruned(mut log: Log, first: u64) -> Log {
    log.entries.drain(..usize::try_from(first - log.first).unwrap());
    log.first = first;
    log
}

#[test]
fn one_log_that_goes_on_contradicts_nothing() {
    let own = log("own", 9, &[]);
    let tokens = vec![token(&own, 1, 3, 3), token(&own, 1, 3, 4), token(&own, 1, 7, 7)];
    assert_eq!(told(tokens, vec![(0, 1), (1, 2)], vec![own]), []);
}

#[test]
fn one_place_with_two_heads_is_two_logs() {
    let (own, copy) = (log("own", 9, &[]), log("copy", 9, &[]));
    assert_eq!(
        told(vec![token(&own, 1, 5, 5), token(&copy, 1, 5, 5)], vec![], vec![]),
        [Code::LogForked]
    );
}

#[test]
fn one_backup_that_was_put_back_twice_is_two_logs() {
    let own = log("own", 9, &[]);
    let mut twin = token(&own, 2, 6, 6);
    twin.position.epoch.tag = 99;
    assert_eq!(told(vec![token(&own, 2, 5, 5), twin], vec![], vec![]), [Code::LogForked]);
}

#[test]
fn a_lower_place_later_is_an_older_copy_and_one_that_crossed_on_its_way_is_not() {
    let own = log("own", 9, &[]);
    let back = |minute| vec![token(&own, 1, 8, 8), token(&own, 1, 5, minute)];
    assert_eq!(told(back(20), vec![], vec![]), [Code::LogRolledBack]);
    assert_eq!(told(back(8), vec![], vec![]), []);
    assert_eq!(told(back(8), vec![(0, 1)], vec![]), [Code::LogRolledBack], "as a client saw it");
}

#[test]
fn a_clock_that_was_reset_on_record_accuses_nobody() {
    let own = log("own", 9, &[(7, "clock_reset")]);
    let tokens = || vec![token(&own, 1, 8, 8), token(&own, 1, 5, 20)];
    assert_eq!(told(tokens(), vec![], vec![log("own", 9, &[(7, "clock_reset")])]), []);
    assert_eq!(told(tokens(), vec![], vec![]), [Code::LogRolledBack], "where it is not at hand");
}

#[test]
fn a_backup_that_was_restored_on_record_contradicts_nothing() {
    let lost = log("lost", 9, &[]);
    let restored = || log("own", 9, &[(4, "restored")]);
    // Places 4 to 9 of the first life were lost, and are told of again by the second.
    let tokens = vec![token(&lost, 1, 8, 4), token(&restored(), 2, 6, 6)];
    assert_eq!(told(tokens, vec![], vec![restored()]), []);
    let forged = vec![token(&lost, 2, 6, 6)];
    assert_eq!(told(forged, vec![], vec![restored()]), [Code::BadSignature]);
}

#[test]
fn a_log_that_does_not_lead_to_a_token_was_changed_and_beside_one_to_which_it_does_there_are_two() {
    let (own, copy) = (log("own", 9, &[]), log("copy", 9, &[]));
    let missed = token(&own, 1, 5, 5);
    assert_eq!(told(vec![missed.clone()], vec![], vec![log("copy", 9, &[])]), [Code::BadSignature]);
    let met = token(&copy, 1, 7, 7);
    assert_eq!(told(vec![missed, met], vec![], vec![copy]), [Code::LogForked]);
}

#[test]
fn a_log_that_ends_before_a_place_that_was_seen_earlier_is_an_older_one() {
    let (long, short) = (log("own", 9, &[]), log("own", 6, &[]));
    // By its last entry, the short log went on after the token at place 8 was made.
    let tokens = vec![token(&long, 1, 2, 1), token(&long, 1, 8, 2)];
    assert_eq!(told(tokens, vec![], vec![short]), [Code::LogRolledBack]);
}

#[test]
fn two_logs_are_compared_entry_by_entry() {
    let logs = || vec![log("own", 9, &[]), log("copy", 9, &[])];
    assert_eq!(told(vec![], vec![], logs()), [Code::LogForked]);
    assert_eq!(told(vec![], vec![], vec![log("own", 9, &[]), log("own", 4, &[])]), []);
}

/// A log that is one with another up to a place.
fn parted(mut log: Log, from: &Log, behind: usize) -> Log {
    log.entries.splice(..behind, from.entries.iter().take(behind).copied());
    log
}

#[test]
fn two_logs_that_part_behind_one_restore_are_two_copies_that_ran() {
    let own = log("own", 9, &[(4, "restored")]);
    let copy = parted(log("copy", 9, &[(4, "restored")]), &own, 6);
    assert_eq!(told(vec![], vec![], vec![own, copy]), [Code::LogForked]);
}

#[test]
fn two_logs_that_part_at_a_restore_are_two_lives() {
    let own = log("own", 9, &[(2, "restored")]);
    let restored = parted(log("later", 9, &[(2, "restored"), (5, "restored")]), &own, 4);
    assert_eq!(told(vec![], vec![], vec![own, restored]), []);
    let first = log("own", 9, &[]);
    let lives = ["one", "other"].map(|word| parted(log(word, 9, &[(5, "restored")]), &first, 4));
    assert_eq!(told(vec![], vec![], lives.into()), []);
}

#[test]
fn a_log_with_an_entry_left_out_proves_nothing() {
    let line = |seq: u64| format!(r#"{{"seq":{seq},"at":1600000000,"act":"refreshed"}}"#);
    let read = |log: Log, seq: u64| {
        let members: Value = serde_json::from_str(&line(seq)).unwrap();
        log.with(&line(seq), members.as_object().unwrap())
    };
    let log = read(read(Log::new("log".to_owned()), 1).unwrap(), 3).unwrap();
    assert_eq!(told(vec![], vec![], vec![log]), [Code::BadSignature]);
    let log = read(Log::new("log".to_owned()), 3).unwrap();
    assert!(read(log, 3).is_none(), "nor is one of two entries at a place");
}

#[test]
fn a_pruned_log_goes_on_from_what_was_seen_of_it() {
    let own = log("own", 9, &[]);
    let tokens = vec![token(&own, 1, 5, 5), token(&own, 1, 8, 8)];
    assert_eq!(told(tokens.clone(), vec![], vec![pruned(log("own", 9, &[]), 4)]), []);
    assert_eq!(told(tokens, vec![], vec![pruned(log("copy", 9, &[]), 4)]), [Code::BadSignature]);
}

/// One made-up line once made the next genuine token look as if the log had been changed.
#[test]
fn a_pruned_log_goes_on_from_nothing_that_was_only_reported() {
    let own = log("own", 9, &[]);
    let junk = Sighting { is_signed: false, ..token(&log("junk", 9, &[]), 1, 4, 4) };
    let evidence = |sightings| Evidence {
        sightings,
        orders: vec![],
        logs: vec![pruned(log("own", 9, &[]), 4)],
    };
    let judged = judge(evidence(vec![junk.clone(), token(&own, 1, 6, 6)]));
    assert!(judged.contradictions.is_empty());
    assert_eq!(judged.skipped, 1);
    let judged = judge(evidence(vec![junk]));
    assert_eq!((judged.contradictions.len(), judged.skipped), (0, 1), "nor does it alone");
}

/// Where the entry of a restore was pruned, tokens of both lives were once held against one log.
#[test]
fn a_pruned_log_is_held_against_one_life_of_the_store() {
    let lost = || log("lost", 9, &[]);
    let own = || log("own", 9, &[(3, "restored")]);
    // The log of the first life ends in its ninth minute, before the second begins.
    for (left, minute) in [(own(), 0), (lost(), 10)] {
        let mut tokens = vec![token(&lost(), 1, 5, 3), token(&lost(), 1, 8, 3)];
        tokens.extend([token(&own(), 2, 6, minute + 6), token(&own(), 2, 9, minute + 9)]);
        let changed = pruned(log("copy", 9, &[]), 4);
        assert!(told(tokens.clone(), vec![], vec![changed]).contains(&Code::BadSignature));
        let logs = vec![pruned(left, 4)];
        let judged = judge(Evidence { sightings: tokens, orders: vec![], logs });
        assert!(judged.contradictions.is_empty(), "{minute}");
        assert_eq!(judged.skipped, 2);
    }
}

#[track_caller]
fn undecided(sightings: Vec<Sighting>, log: Log) -> usize {
    let judged = judge(Evidence { sightings, orders: vec![], logs: vec![log] });
    assert!(judged.contradictions.is_empty());
    judged.undecided
}

/// One place fits whatever log it is held against: it excuses none that leads to no other place, and a log that
/// is of its life looks no different.
#[test]
fn one_place_of_another_life_leaves_a_pruned_log_undecided() {
    let (first, second) = (|| log("lost", 9, &[]), || log("own", 9, &[(3, "restored")]));
    let of_first = |seq| token(&first(), 1, seq, 3);
    let tokens = vec![of_first(5), of_first(8), token(&second(), 2, 6, 6)];
    assert_eq!(undecided(tokens.clone(), pruned(log("copy", 9, &[]), 4)), 1);
    assert_eq!(
        undecided(tokens.clone(), pruned(second(), 4)),
        1,
        "accused of what nobody can tell"
    );
    let one_more = [tokens, vec![token(&second(), 2, 8, 8)]].concat();
    assert_eq!(undecided(one_more.clone(), pruned(second(), 4)), 0);
    assert_eq!(told(one_more, vec![], vec![pruned(log("copy", 9, &[]), 4)]), [Code::BadSignature]);
}

/// The life between the two may have ended without a token.
#[test]
fn one_place_of_a_lost_life_accuses_no_log_that_begins_in_an_unknown_one() {
    let (own, lost) = (log("own", 9, &[(7, "restored")]), log("lost", 9, &[]));
    let tokens = vec![token(&lost, 1, 5, 3), token(&own, 2, 8, 8), token(&own, 2, 9, 9)];
    assert_eq!(undecided(tokens, pruned(own, 4)), 1);
}

/// A statement says at its beginning where the log stood before the restore, in the life in which it is signed.
#[test]
fn what_the_site_said_of_its_past_is_held_against_a_pruned_log_with_a_restore_in_it() {
    let own = log("own", 9, &[(7, "restored")]);
    let beginning = Sighting { stood: None, ..token(&own, 2, 3, 9) };
    let places = vec![beginning, token(&own, 2, 9, 9)];
    assert_eq!(undecided(places.clone(), pruned(own, 4)), 0);
    let changed = pruned(log("copy", 9, &[(7, "restored")]), 4);
    assert_eq!(told(places, vec![], vec![changed]), [Code::BadSignature]);
}

#[test]
fn what_a_pruned_log_tells_before_a_restore_is_held_against_no_later_life() {
    let (own, later) = (log("own", 9, &[(7, "restored")]), log("later", 9, &[]));
    let tokens = vec![token(&own, 2, 8, 8), token(&own, 2, 9, 9), token(&later, 3, 5, 12)];
    assert_eq!(told(tokens, vec![], vec![pruned(own, 4)]), []);
}

#[test]
fn two_pruned_logs_may_be_of_two_lives() {
    let logs = || ["own", "lost"].map(|name| pruned(log(name, 9, &[]), 4)).into();
    assert_eq!(told(vec![], vec![], logs()), []);
}
