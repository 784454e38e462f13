//! A server that starts without a licence that is good: nobody has a seat, it says why, and whoever
//! administers can get in and mend it.

use std::fs;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use licence_core::UnixTime;
use licence_server::domain::{Actor, Anchor, Command, Licences, Reading};
use licence_server::mirror::Mirror;
use licence_server::store::{Reader as _, RedbStore};
use licence_server::writer;

use crate::programs::Institute;

const DAY_SECS: i64 = 86_400;

/// Registers a person and an administrator.
fn people(institute: &Institute) {
    institute.register("ann");
    institute.register_as("root", &["--role", "admin"]);
}

/// Starts the server, which has no seat to give for that reason, and lets its administrator in.
#[track_caller]
fn assert_gives_no_seat(institute: &mut Institute, code: &str) {
    institute.serve();
    let refused = institute.sign_in("ann").expect(403);
    assert_eq!(refused.text("code"), code);
    assert!(!refused.text("mend").is_empty(), "{refused:?}");
    institute.get("/readyz", None).expect(200);
    let admin = institute.sign_in_to_administer("root").expect(200);
    institute.get("/v1/admin/users", Some(admin.text("access_token"))).expect(200);
}

#[test]
fn without_a_licence_nobody_has_a_seat_and_administrators_get_in() {
    let mut institute = Institute::unlicensed();
    people(&institute);
    assert_gives_no_seat(&mut institute, "no_licence");
}

#[test]
fn a_licence_of_another_site_is_not_used() {
    let mut institute = Institute::with_seats(1);
    people(&institute);
    // Somebody carries the store, licence and all, to a site that was not licensed.
    let init = ["init", "--data", "other", "--kit", "vendor/site-kit.json"];
    institute.run("licence-server", &init);
    fs::copy(institute.path("other/site.key"), institute.path("site/site.key")).unwrap();
    fs::copy(institute.path("other/site.json"), institute.path("site/site.json")).unwrap();
    assert_gives_no_seat(&mut institute, "no_licence");
    let log = institute.log();
    assert!(log.contains("an installed licence is not used"), "{log}");
    assert!(log.contains("wrong_site"), "{log}");
}

#[test]
fn a_licence_that_has_ended_gives_no_seat_and_keeps_the_logins() {
    let mut institute = Institute::with_seats(1);
    people(&institute);
    let path = institute.path("site/store.redb");
    // The licence is for 30 days.
    pass(&path, 16 * DAY_SECS);
    institute.serve();
    let ann = institute.sign_in("ann").expect(200);
    institute.kill();
    pass(&path, 16 * DAY_SECS);
    assert_gives_no_seat(&mut institute, "licence_expired");
    let refused = institute.refresh(ann.text("refresh_token")).expect(403);
    assert_eq!(refused.text("code"), "licence_expired", "and not signed out");
}

/// Has a store that is closed live to a later time: an administrator accepts a clock that says so.
fn pass(path: &std::path::Path, secs: i64) {
    let mut store = RedbStore::open(path).unwrap();
    let site = store.reader().site().unwrap();
    let later = Reading { wall: UnixTime::clamp_secs(site.mark.secs() + secs), boot_secs: 0 };
    let anchor = Anchor::at_start(&site, later, 0);
    let mirror = Mirror::new(site, anchor, Licences::default(), Vec::new());
    let accept = [Command::AcceptClock(Actor::Local)];
    let turn = pin!(writer::turn(&mut store, &mirror, later, &accept, |_| ()));
    let Poll::Ready(turned) = turn.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("an embedded store does not wait")
    };
    turned.unwrap();
}

#[test]
fn a_licence_that_was_taken_back_gives_no_seat() {
    let mut institute = Institute::with_seats(1);
    people(&institute);
    let listed = institute.run("licence-server", &["licence", "list", "--data", "site", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let serial = find_serial(&listed).unwrap();
    institute.run("licence-issuer", &["revoke", &serial, "--vendor-dir", "vendor"]);
    let root = ["revocations", "--root", "vendor/root.key", "--out", "list.txt"];
    institute.run("licence-issuer", &[&root[..], &["--vendor-dir", "vendor"]].concat());
    institute.install("list.txt");
    assert_gives_no_seat(&mut institute, "revoked");
    institute.kill();
    assert_gives_no_seat(&mut institute, "revoked");
}

/// The first `serial` anywhere in what a program said.
fn find_serial(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Object(members) => match members.get("serial") {
            Some(serial) => serial.as_str().map(str::to_owned),
            None => members.values().find_map(find_serial),
        },
        serde_json::Value::Array(items) => items.iter().find_map(find_serial),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => None,
    }
}
