//! A usage statement from the institute's server to the vendor's desk, with the real programs.

use std::fs;

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
