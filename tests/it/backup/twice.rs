//! One backup that is restored more than once, and what may have been lent in between.

use std::fs;
use std::process::Command;

use licence_core::UnixTime;
use serde_json::Value;

use super::{back_up, counter, institute, restore, restore_as};
use crate::programs::{Institute, binary, tool};

const DAY_SECS: i64 = 86_400;

/// Puts the restored directory in the place of the one that served, and serves it.
fn serve_instead(institute: &mut Institute, to: &str) {
    fs::rename(institute.path("site"), institute.path("before")).unwrap();
    fs::rename(institute.path(to), institute.path("site")).unwrap();
    institute.serve();
}

/// The first restore was lost in its turn. Once its life and the second one had the same number, and browsers took
/// the second for a copy that ran beside the first.
#[test]
fn a_backup_that_is_restored_again_later_begins_a_later_life() {
    let mut institute = institute(&["--seats", "1"], &["ann"]);
    back_up(&institute, "site.backup", &[]);
    institute.kill();
    let first = restore(&institute, "site.backup", "first");
    let second = restore_a_second_later(&institute, "site.backup", "second");
    assert!(counter(&first) < counter(&second), "{first} {second}");
}

/// The same as [`restore`] by a clock that has gone on.
#[track_caller]
fn restore_a_second_later(institute: &Institute, from: &str, to: &str) -> Value {
    let mut later = Command::new(binary("licence-server"));
    later.current_dir(institute.path("")).env("LD_PRELOAD", tool("LICENCE_FAKETIME"));
    later.env("FAKETIME", "+1s").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    later.args(["restore", from, "--passphrase-file", "passphrase", "--data", to, "--json"]);
    let restored = later.output().unwrap();
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    serde_json::from_slice(&restored.stdout).unwrap()
}

#[test]
fn a_final_backup_holds_seats_back_unless_somebody_vouches_that_it_is_restored_first() {
    let mut institute = institute(&["--seats", "2", "--borrow", "5:2"], &["ann"]);
    back_up(&institute, "final.backup", &["--final"]);
    institute.kill();
    let first = restore_as(&institute, "final.backup", "first", &["--first-restore"]);
    assert_eq!(first["borrowed_seats"], 0);
    serve_instead(&mut institute, "first");
    let ann = institute.sign_in("ann").expect(200);
    super::borrow(&institute, ann.text("access_token"));
    institute.kill();

    let again = restore(&institute, "final.backup", "again");
    assert_eq!(again["borrowed_seats"], 2, "ann's is one of them: {again}");
}

#[test]
fn nobody_vouches_for_a_backup_after_which_the_server_went_on() {
    let institute = institute(&["--seats", "1"], &["ann"]);
    back_up(&institute, "site.backup", &[]);
    let words = ["restore", "site.backup", "--passphrase-file", "passphrase", "--data", "new"];
    let refused = institute.try_run("licence-server", &[&words[..], &["--first-restore"]].concat());
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("--first-restore is for final backups"), "{told}");
    assert!(!institute.path("new").exists());
}

/// A licence that lends all of its seats has all of them held back.
#[test]
fn an_administrator_frees_all_that_was_held_back_with_one_command_on_record() {
    let mut institute = institute(&["--seats", "2", "--borrow", "5:2"], &["ann", "ben"]);
    let ann = institute.sign_in("ann").expect(200);
    super::borrow(&institute, ann.text("access_token"));
    back_up(&institute, "site.backup", &[]);
    institute.kill();
    restore(&institute, "site.backup", "new");
    serve_instead(&mut institute, "new");
    assert_eq!(institute.sign_in("ben").expect(409).text("code"), "no_seat");
    let words = ["seat", "write-off", "--held-back", "--data", "site", "--json"];
    let said: Value = serde_json::from_str(&institute.run("licence-server", &words)).unwrap();
    assert_eq!(said["written_off"], 1, "ann's own stays hers");
    institute.sign_in("ben").expect(200);
    let audit = ["audit", "list", "--act", "seat_written_off", "--data", "site", "--json"];
    assert_eq!(institute.run("licence-server", &audit).lines().count(), 1);
}

/// The same licence once more, of which three seats may be taken along where one could.
fn lend_more(institute: &Institute) {
    let licences = institute.run("licence-issuer", &["list", "--vendor-dir", "vendor", "--json"]);
    let licences: Value = serde_json::from_str(&licences).unwrap();
    let serial = licences.pointer("/0/serial").and_then(Value::as_str);
    let renew = ["renew", serial.unwrap(), "--vendor-dir", "vendor"];
    let terms = ["--seats", "3", "--borrow", "9:3", "--out", "second.licence"];
    let from = ["--request", "request.txt", "--from", "2026-01-01", "--until", "9000-01-01"];
    institute.run("licence-issuer", &[&renew[..], &terms, &from].concat());
}

/// A licence of a series of its own.
fn issue(institute: &Institute, terms: &[&str], to: &str) {
    let issue = ["issue", "--vendor-dir", "vendor", "--request", "request.txt", "--days", "9"];
    let whose = ["--institute", "Institute", "--seats", "3", "--out", to];
    institute.run("licence-issuer", &[&issue[..], &whose, terms].concat());
}

/// Neither the series of the backup nor the last one lends anything: the one in between did.
#[test]
fn what_a_licence_lent_that_was_replaced_in_its_turn_is_held_back_where_it_is_given() {
    let mut institute = institute(&["--seats", "3"], &["ann"]);
    back_up(&institute, "site.backup", &[]);
    issue(&institute, &["--borrow", "5:2"], "second.licence");
    issue(&institute, &[], "third.licence");
    institute.kill();
    let both = ["--licence", "second.licence", "--licence", "third.licence"];
    let restored = restore_as(&institute, "site.backup", "new", &both);
    assert_eq!(restored["borrowed_seats"], 2, "{restored}");
}

/// The backup knows nothing of it, and the machine that did is gone.
#[test]
fn what_a_licence_lent_that_was_installed_since_is_held_back_where_it_is_given() {
    let mut institute = institute(&["--seats", "3", "--borrow", "5:1"], &["ann"]);
    back_up(&institute, "site.backup", &[]);
    lend_more(&institute);
    institute.install("second.licence");
    institute.kill();
    assert_eq!(restore(&institute, "site.backup", "new")["borrowed_seats"], 1);
    let restored = restore_as(&institute, "site.backup", "right", &["--licence", "second.licence"]);
    assert_eq!(restored["borrowed_seats"], 3, "{restored}");
}

/// Where the site had moved to is gone as well, and a licence that lends more had come there.
#[test]
fn what_a_licence_lent_that_came_after_a_move_is_held_back_where_the_final_backup_is_restored_again()
 {
    let mut institute = institute(&["--seats", "3", "--borrow", "5:1"], &["ann"]);
    back_up(&institute, "final.backup", &["--final"]);
    institute.kill();
    lend_more(&institute);
    let again = restore_as(&institute, "final.backup", "again", &["--licence", "second.licence"]);
    assert_eq!(again["borrowed_seats"], 3, "{again}");
    let later = restore_a_second_later(&institute, "final.backup", "later");
    assert!(counter(&again) < counter(&later), "each restore begins one life: {again} {later}");
    let words = ["restore", "final.backup", "--passphrase-file", "passphrase", "--data", "none"];
    let both = ["--first-restore", "--licence", "second.licence"];
    let refused = institute.try_run("licence-server", &[&words[..], &both].concat());
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("--first-restore says that no server went on"), "{told}");
    assert!(!institute.path("none").exists());
    serve_instead(&mut institute, "again");
    institute.sign_in("ann").expect(409);
    let seats = ["seat", "list", "--data", "site", "--json"];
    let seats = institute.run("licence-server", &seats);
    let seats: Value = serde_json::from_str(&seats).unwrap();
    for seat in seats["items"].as_array().unwrap() {
        let day = |name: &str| UnixTime::from_date(seat[name].as_str()?.get(..10)?);
        let days = day("until").unwrap().since(day("since").unwrap()) / DAY_SECS;
        assert_eq!(days, 9, "as long as the licence lends that lends for longest");
    }
}
