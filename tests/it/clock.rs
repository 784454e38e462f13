//! A wall clock that is set wrong, under the real program, while it runs and while it does not.
//!
//! libfaketime moves what the program is told of the time of day. The machine's other clocks go on.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;

use licence_core::UnixTime;
use licence_server::clock::{Clock as _, Stopwatch, SystemClock};
use serde_json::Value;

use crate::programs::{Answer, Institute, binary, tool};

/// How far the server's clock is set wrong, as libfaketime reads it, and what the server says of it. A year
/// that is far too early is what a machine wakes up in whose battery is dead.
const WRONG: [(&str, &str); 7] = [
    ("-1h", "behind"),
    ("+1d", "disputed"),
    ("-1d", "behind"),
    ("+61m", "disputed"),
    ("-1y", "behind"),
    ("+10y", "disputed"),
    ("-10y", "behind"),
];

const RIGHT: &str = "+0";

/// Seconds by which two clocks may differ that are read one after the other on a machine with much to do.
const LATE_SECS: i64 = 30;

/// Seconds after which something was not said.
const SAID_SECS: f64 = 60.0;

/// An institute whose server lives by a clock of the test's.
struct Wrong {
    institute: Institute,
    file: PathBuf,
}

impl Wrong {
    /// One seat and two people; the server runs, and its clock is right.
    #[track_caller]
    fn begin() -> Self {
        let institute = Institute::with_seats(1);
        ["ann", "ben"].iter().for_each(|name| institute.register(name));
        fs::write(institute.path("site/config.toml"), "sweep_secs = 1\n").unwrap();
        let file = institute.path("clock");
        let mut wrong = Self { institute, file };
        wrong.set(RIGHT);
        wrong.serve();
        wrong
    }

    fn set(&self, by: &str) {
        // In one piece: whoever reads half a number reads another one.
        let next = self.institute.path("clock.next");
        fs::write(&next, by).unwrap();
        fs::rename(next, &self.file).unwrap();
    }

    #[track_caller]
    fn serve(&mut self) {
        let mut command = Command::new(binary("licence-server"));
        command.env("LD_PRELOAD", tool("LICENCE_FAKETIME"));
        command.env("FAKETIME_TIMESTAMP_FILE", &self.file);
        // Read anew each time; nothing but the time of day is moved.
        let told = ["FAKETIME_NO_CACHE", "FAKETIME_DONT_FAKE_MONOTONIC", "NO_FAKE_STAT"];
        command.envs(told.map(|name| (name, "1")));
        self.institute.serve_by(command, &[]);
    }

    #[track_caller]
    fn restart(&mut self) {
        self.institute.kill();
        self.serve();
    }

    #[track_caller]
    fn refresh(&self, last: &Answer) -> Answer {
        self.institute.refresh(last.text("refresh_token"))
    }

    #[track_caller]
    fn status_of(&self, access_token: &str) -> u16 {
        self.institute.get("/v1/me", Some(access_token)).status
    }

    /// What the server says of its clock, in every place where it says so.
    #[track_caller]
    fn assert_told(&self, state: &str) {
        let ready = self.institute.get("/readyz", None).expect(200);
        assert_eq!(ready.text("clock"), state);
        let number = ["sound", "behind", "disputed"].iter().position(|name| *name == state);
        let metrics = self.institute.get("/metrics", None).expect(200).body;
        let line = format!("licence_server_clock_doubt {}\n", number.unwrap());
        assert!(metrics.as_str().unwrap().contains(&line), "{metrics}");
        let doctor = ["doctor", "--data", "site", "--json"];
        let doctor = self.institute.try_run("licence-server", &doctor);
        let doctor: Value = serde_json::from_slice(&doctor.stdout).unwrap();
        let mut checks = doctor.get("items").and_then(Value::as_array).unwrap().iter();
        let clock = checks.find(|check| check["check"] == "clock").unwrap();
        assert_eq!(clock["state"] == "well", state == "sound", "{clock}");
    }

    /// Waits until the log says it once more than `before`. The next sweep looks at the clock, so whatever
    /// a sweep would end has been ended then.
    #[track_caller]
    fn await_logged(&self, sentence: &str, before: usize) {
        let watch = Stopwatch::start();
        while self.logged(sentence) <= before {
            assert!(watch.secs() < SAID_SECS, "`{sentence}` is not in {}", self.institute.log());
            thread::yield_now();
        }
    }

    fn logged(&self, sentence: &str) -> usize {
        self.institute.log().matches(sentence).count()
    }

    /// Sets the clock, and waits until the server has noticed.
    #[track_caller]
    fn set_and_await(&self, by: &str, state: &str) {
        let sentence = sentence(state);
        let before = self.logged(sentence);
        self.set(by);
        self.await_logged(sentence, before);
        self.assert_told(state);
    }
}

/// What the log says of a clock.
fn sentence(state: &str) -> &'static str {
    match state {
        "sound" => "the clock is sound again",
        "behind" => "the clock is behind a time that was trusted",
        _ => "the clock is far ahead of the last time that was trusted",
    }
}

pub(crate) fn now() -> UnixTime {
    SystemClock.read().wall
}

/// A token is made by the time that it really is, and lasts no longer than one does.
#[track_caller]
fn assert_made_at(time: UnixTime, answer: &Answer) {
    let [made, end] = ["iat", "exp"].map(|name| answer.claim(name).as_i64().unwrap());
    assert!((made - time.secs()).abs() <= LATE_SECS, "made {} s late", made - time.secs());
    assert!(end - made <= 900, "it lasts {} s", end - made);
}

#[test]
fn a_clock_that_is_wrong_evicts_nobody_revives_nothing_and_is_told_everywhere() {
    let mut wrong = Wrong::begin();
    let out = wrong.institute.sign_in("ann").expect(200);
    wrong.institute.sign_out(out.text("refresh_token"));
    let mut ann = wrong.institute.sign_in("ann").expect(200);
    let ben = wrong.institute.sign_in("ben").expect(409);
    for (by, state) in WRONG {
        wrong.set_and_await(by, state);
        for _ in ["while it runs", "after a restart"] {
            assert_eq!(wrong.status_of(ann.text("access_token")), 200, "{by}");
            ann = wrong.refresh(&ann).expect(200);
            assert_made_at(now(), &ann);
            assert_eq!(wrong.refresh(&ben).expect(409).text("code"), "no_seat", "{by}");
            assert_eq!(wrong.status_of(out.text("access_token")), 401, "{by}");
            wrong.refresh(&out).expect(401);
            let before = wrong.logged(sentence(state));
            wrong.restart();
            wrong.await_logged(sentence(state), before);
            wrong.assert_told(state);
        }
        wrong.set_and_await(RIGHT, "sound");
        ann = wrong.refresh(&ann).expect(200);
        assert_made_at(now(), &ann);
    }
    wrong.institute.sign_out(ann.text("refresh_token"));
    wrong.refresh(&ben).expect(200);
}

/// By an hour the two clocks of a sound machine may differ, so nearly one is believed; and back again it is
/// behind.
#[test]
fn nearly_an_hour_ahead_and_back_again_costs_nobody_the_login() {
    let wrong = Wrong::begin();
    let ann = wrong.institute.sign_in("ann").expect(200);
    wrong.set("+59m");
    wrong.assert_told("sound");
    assert_eq!(wrong.status_of(ann.text("access_token")), 401, "its time is over");
    let ann = wrong.refresh(&ann).expect(200);
    assert_made_at(now().plus(59 * 60), &ann);
    wrong.set_and_await(RIGHT, "behind");
    let ann = wrong.refresh(&ann).expect(200);
    assert_eq!(wrong.institute.sign_in("ben").expect(409).text("code"), "no_seat");
    let reset = ["clock", "reset", "--reason", "a typing error", "--data", "site"];
    wrong.institute.run("licence-server", &reset);
    wrong.assert_told("sound");
    let ann = wrong.refresh(&ann).expect(200);
    assert_made_at(now(), &ann);
}

#[test]
fn what_has_ended_is_not_revived_by_a_clock_that_was_set_back_while_the_server_was_off() {
    let mut wrong = Wrong::begin();
    let ann = wrong.institute.sign_in("ann").expect(200);
    wrong.set("+50m");
    wrong.restart();
    assert_eq!(wrong.status_of(ann.text("access_token")), 401, "its time is over");
    let later = wrong.refresh(&ann).expect(200);
    assert_made_at(now().plus(50 * 60), &later);
    wrong.set(RIGHT);
    wrong.restart();
    wrong.assert_told("behind");
    assert_eq!(wrong.status_of(ann.text("access_token")), 401, "and stays over");
    wrong.refresh(&later).expect(200);
}

#[test]
fn an_administrator_accepts_a_clock_and_takes_that_back() {
    let wrong = Wrong::begin();
    let first = wrong.institute.sign_in("ann").expect(200);
    wrong.set_and_await("+1d", "disputed");
    wrong.institute.run("licence-server", &["clock", "accept", "--data", "site"]);
    wrong.assert_told("sound");
    assert_eq!(wrong.status_of(first.text("access_token")), 401, "it was made a day ago");
    let accepted = wrong.refresh(&first).expect(200);
    assert_made_at(now().plus(86_400), &accepted);

    wrong.set_and_await(RIGHT, "behind");
    let reset = ["clock", "reset", "--reason", "a typing error", "--data", "site"];
    wrong.institute.run("licence-server", &reset);
    wrong.assert_told("sound");
    assert_eq!(wrong.status_of(accepted.text("access_token")), 401, "it was made by a wrong time");
    let ann = wrong.refresh(&accepted).expect(200);
    assert_made_at(now(), &ann);
    let log = wrong.institute.run("licence-server", &["audit", "list", "--data", "site"]);
    assert!(log.contains("clock_accepted") && log.contains("clock_reset"), "{log}");
}
