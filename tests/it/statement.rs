//! A usage statement from the institute's server to the vendor's desk, with the real programs.

use std::fs;

use licence_core::claims::{LicenceClaims, Period, SeatCount, Seats, UsageClaims, UsageDay};
use licence_core::{Code, Objection, Policy, Roots, UnverifiedLicence};
use licence_tests::world::{DAY, SEATS, World, now, signed};
use serde_json::Value;

use crate::programs::Institute;

const STATE: [&str; 5] = ["usage", "--data", "site", "--statement", "--out"];

#[track_caller]
fn state(institute: &Institute, file: &str) {
    institute.run("licence-server", &[&STATE[..], &[file]].concat());
}

/// What `usage verify` says, as a script reads it, with its exit status.
#[track_caller]
fn verify(institute: &Institute, words: &[&str]) -> (i32, Value) {
    let own = ["--json", "usage", "verify", "--vendor-dir", "vendor"];
    let output = institute.try_run("licence-issuer", &[&own[..], words].concat());
    let said = if output.stdout.is_empty() { &output.stderr } else { &output.stdout };
    (output.status.code().unwrap(), serde_json::from_slice(said).unwrap())
}

#[test]
fn it_is_made_while_the_server_runs_and_while_it_is_stopped_and_the_vendor_reads_it() {
    let mut institute = Institute::with_seats(2);
    institute.serve();
    ["ann", "ben"].iter().for_each(|name| institute.register(name));
    institute.sign_in("ann").expect(200);
    institute.sign_in("ben").expect(200);
    state(&institute, "first");
    institute.kill();
    state(&institute, "second");
    let (status, said) = verify(&institute, &["first", "--licence", "example.licence"]);
    assert_eq!((status, &said["objections"]), (0, &Value::Array(Vec::new())), "{said}");
    let days = said["days"].as_array().unwrap();
    let today = days.last().unwrap();
    assert_eq!((&today["people"], &today["peak"]), (&2.into(), &2.into()), "{said}");
    let both = ["second", "--licence", "example.licence", "--previous", "first"];
    assert_eq!(verify(&institute, &both).0, 0);
    let table =
        ["usage", "verify", "second", "--licence", "example.licence", "--vendor-dir", "vendor"];
    let table = institute.run("licence-issuer", &table);
    assert!(table.contains("nothing speaks against it"), "{table}");
    for name in ["ann", "ben"] {
        let claims = institute.run("licence-issuer", &["inspect", "second"]);
        assert!(!claims.contains(name), "it holds no names");
    }
    // The statements are evidence of the log, too.
    let check = ["audit-check", "--vendor-dir", "vendor", "--licence", "example.licence"];
    institute.run("licence-issuer", &[&check[..], &["first", "second"]].concat());
}

#[test]
fn what_cannot_have_been_said_honestly_has_its_code() {
    let institute = Institute::with_seats(2);
    state(&institute, "first");
    state(&institute, "second");
    state(&institute, "third");
    let refused = |words: &[&str], code: &str| {
        let (status, said) =
            verify(&institute, &[words, &["--licence", "example.licence"]].concat());
        let told = said.pointer("/objections/0/code").or_else(|| said.get("code"));
        assert_eq!((status, told.and_then(Value::as_str)), (2, Some(code)), "{said}");
    };
    refused(&["third", "--previous", "first"], "statement_missing");
    refused(&["first", "--previous", "second"], "log_rolled_back");
    let text = fs::read_to_string(institute.path("first")).unwrap();
    let (signed, signature) = text.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { "B" } else { "A" };
    let rest: String = signature.chars().skip(1).collect();
    fs::write(institute.path("changed"), format!("{signed}.{other}{rest}")).unwrap();
    refused(&["changed"], "bad_signature");
    let stranger = Institute::with_seats(2);
    fs::copy(stranger.path("example.licence"), institute.path("strangers")).unwrap();
    let (status, said) = verify(&institute, &["first", "--licence", "strangers"]);
    assert_eq!((status, &said["code"]), (2, &"unknown_key".into()), "{said}");
}

/// What speaks against so many seats on a day of the world's licence and of a revision with one seat, which
/// took over so many days before.
#[track_caller]
fn told_of_lent(peak: u32, days: i64, old: &LicenceClaims) -> Vec<Code> {
    let world = World::default();
    let roots = Roots::new(vec![world.root.public().clone()]).unwrap();
    let file = UnverifiedLicence::parse(world.licence_text().as_bytes()).unwrap();
    let accepted = file.accept(&roots, &Policy::default()).unwrap();
    let statement = UsageClaims {
        days: vec![UsageDay::default(), UsageDay { peak, ..UsageDay::default() }],
        ..world.usage()
    };
    let statement = accepted.verify_usage(signed(&statement, &world.site).as_bytes()).unwrap();
    let day = statement.claims().until().plus(-DAY);
    let new = LicenceClaims {
        period: Period::limited(day.plus(-days * DAY), now().plus(300 * DAY), None, None).unwrap(),
        revision: old.revision + 1,
        seats: Seats::new(SeatCount::new(1).unwrap()),
        ..old.clone()
    };
    statement.objections(&[old, &new], None).iter().map(Objection::code).collect()
}

#[test]
fn seats_that_a_larger_licence_lent_may_outlast_it_for_as_long_as_it_lent_them_and_no_more_do() {
    let old = World::default().licence();
    let borrow = old.seats.borrow.unwrap();
    let term = i64::from(borrow.days_max);
    assert!(borrow.seats_max < SEATS);
    assert_eq!(told_of_lent(borrow.seats_max, 2, &old), []);
    assert_eq!(told_of_lent(borrow.seats_max, term, &old), []);
    assert_eq!(told_of_lent(borrow.seats_max + 1, 2, &old), [Code::ExceedsLicence]);
    assert_eq!(told_of_lent(borrow.seats_max, term + 1, &old), [Code::ExceedsLicence]);
    let seats = Seats { borrow: None, ..old.seats };
    assert_eq!(
        told_of_lent(borrow.seats_max, 2, &LicenceClaims { seats, ..old }),
        [Code::ExceedsLicence]
    );
}

#[test]
fn a_statement_for_which_there_is_no_room_is_not_put_on_record() {
    let institute = Institute::with_seats(2);
    fs::write(institute.path("taken"), "mine").unwrap();
    let output = institute.try_run("licence-server", &[&STATE[..], &["taken"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let acts = ["audit", "list", "--act", "usage_stated", "--json", "--data", "site"];
    assert_eq!(institute.run("licence-server", &acts), "");
    assert_eq!(fs::read_to_string(institute.path("taken")).unwrap(), "mine");
}
