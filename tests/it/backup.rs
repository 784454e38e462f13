//! Backups, restores and the move to another machine, with the real program.

mod damaged;
mod killed;
mod moving;
mod scheduled;
mod settings;
mod twice;

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use licence_core::claims::Epoch;
use licence_core::{UnixTime, base64url};
use serde_json::Value;

use crate::clock::now;
use crate::programs::{Institute, agent};

const PASSPHRASE: &str = "seven words that stand in no book";

/// The public key of a device that takes a seat along.
const DEVICE: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

/// An institute that serves, with a passphrase in a file, where nobody is told to slow down.
fn institute(terms: &[&str], people: &[&str]) -> Institute {
    let mut institute = Institute::with_terms(terms);
    institute.note_secret(PASSPHRASE);
    fs::write(institute.path("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
    fs::write(institute.path("site/config.toml"), "changes_burst = 1000000\n").unwrap();
    institute.serve();
    people.iter().for_each(|name| institute.register(name));
    institute
}

/// Makes a backup of the data directory, and tells what the command says of it.
#[track_caller]
fn back_up(institute: &Institute, to: &str, words: &[&str]) -> Value {
    let backup = ["backup", to, "--passphrase-file", "passphrase", "--data", "site", "--json"];
    let said = institute.run("licence-server", &[&backup[..], words].concat());
    serde_json::from_str(&said).unwrap()
}

/// Restores a backup into a directory of another machine, and tells what the command says of it.
#[track_caller]
fn restore(institute: &Institute, from: &str, to: &str) -> Value {
    restore_as(institute, from, to, &[])
}

/// The same with further words.
#[track_caller]
fn restore_as(institute: &Institute, from: &str, to: &str, words: &[&str]) -> Value {
    let restore = ["restore", from, "--passphrase-file", "passphrase", "--data", to, "--json"];
    let said = institute.run("licence-server", &[&restore[..], words].concat());
    serde_json::from_str(&said).unwrap()
}

/// The counter of the life that a restore began.
#[track_caller]
fn counter(restored: &Value) -> u32 {
    let epoch = restored["epoch"].as_str().and_then(Epoch::parse);
    epoch.unwrap().counter
}

/// The machine is lost, and its backup is restored on another, which serves.
#[track_caller]
fn lose_and_restore(institute: &mut Institute, from: &str) -> Value {
    institute.kill();
    let restored = restore(institute, from, "new");
    fs::rename(institute.path("site"), institute.path("lost")).unwrap();
    fs::rename(institute.path("new"), institute.path("site")).unwrap();
    institute.serve();
    restored
}

/// Refreshes until it is told to stop; the newest token.
fn work(institute: &Institute, mut token: String, is_over: &AtomicBool) -> String {
    while !is_over.load(Ordering::Acquire) {
        institute.refresh(&token).expect(200).text("refresh_token").clone_into(&mut token);
    }
    // Once more, so that the token is newer than the backup for certain.
    institute.refresh(&token).expect(200).text("refresh_token").to_owned()
}

#[track_caller]
fn in_use(institute: &Institute, access_token: &str) -> u64 {
    let licence = institute.get("/v1/licence", Some(access_token)).expect(200);
    licence.body.pointer("/seats/in_use").and_then(Value::as_u64).unwrap()
}

#[track_caller]
fn borrow(institute: &Institute, access_token: &str) {
    let request = agent().post(institute.url("/v1/seats/borrow"));
    let request = request.header("Authorization", format!("Bearer {access_token}"));
    let lent = request.send_form([("days", "3"), ("key", DEVICE)]).unwrap();
    assert_eq!(lent.status().as_u16(), 201);
}

/// The drill: people sign in and refresh while the backup is made, and go on working until the machine is
/// lost. On the new one nobody types a password, and no seat is given twice.
#[test]
fn people_keep_working_after_a_backup_that_was_made_under_load_is_restored() {
    let people = ["ann", "ben", "cleo", "dora"];
    let mut institute = institute(&["--seats", "3", "--borrow", "5:1"], &people);
    let (ann, ben) = (institute.sign_in("ann").expect(200), institute.sign_in("ben").expect(200));
    borrow(&institute, ann.text("access_token"));
    let is_over = AtomicBool::new(false);
    let (made, anns, bens) = thread::scope(|scope| {
        let institute = &institute;
        let works = |token: &str| {
            let token = token.to_owned();
            scope.spawn(|| work(institute, token, &is_over))
        };
        let (anns, bens) = (works(ann.text("refresh_token")), works(ben.text("refresh_token")));
        let dora = scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                let dora = institute.sign_in("dora").expect(200);
                institute.sign_out(dora.text("refresh_token"));
            }
        });
        let made = back_up(institute, "site.backup", &[]);
        is_over.store(true, Ordering::Release);
        dora.join().unwrap();
        (made, anns.join().unwrap(), bens.join().unwrap())
    });
    assert!(made["rows"].as_u64().unwrap() > 10, "{made}");

    let restored = lose_and_restore(&mut institute, "site.backup");
    let counter = counter(&restored);
    assert!(counter > 210_000_000, "it rises with the seconds since 2020: {restored}");
    assert_eq!(
        restored["borrowed_seats"], 1,
        "the one that is lent, and no more may be: {restored}"
    );
    let old = institute.get("/v1/me", Some(ben.text("access_token"))).expect(401);
    assert_eq!(
        old.text("code"),
        "invalid_token",
        "no access token of the lost machine opens anything"
    );

    let ben = institute.refresh(&bens).expect(200);
    assert_eq!(
        in_use(&institute, ben.text("access_token")),
        2,
        "ann's borrowed seat stays counted"
    );
    institute.sign_in("cleo").expect(200);
    assert_eq!(institute.sign_in("dora").expect(409).text("code"), "no_seat");
    let ann = institute.refresh(&anns).expect(200);
    assert_eq!(in_use(&institute, ann.text("access_token")), 3, "and is her own");
    let list = institute.get("/v1/revoked", None).expect(200);
    let list = list.body.as_str().unwrap().split('.').nth(1).and_then(base64url::decode).unwrap();
    let list: Value = serde_json::from_slice(&list).unwrap();
    assert_eq!(list["epoch"], restored["epoch"], "services learn of the new life from the list");
}

#[test]
fn a_backup_is_made_while_the_server_is_stopped_and_everything_in_it_comes_back() {
    let mut institute = institute(&["--seats", "2"], &["ann"]);
    let token = institute.sign_in("ann").expect(200).text("refresh_token").to_owned();
    institute.kill();
    fs::create_dir(institute.path("backups")).unwrap();
    let made = back_up(&institute, "backups", &[]);
    let file = made["backup"].as_str().unwrap();
    assert!(file.starts_with("backups/lab-") && file.ends_with(".backup"), "{file}");
    lose_and_restore_stopped(&mut institute, file);
    for name in ["site.key", "refresh.key", "site.json", "config.toml"] {
        let read = |dir: &str| fs::read(institute.path(&format!("{dir}/{name}"))).unwrap();
        assert!(read("lost") == read("site"), "{name}");
    }
    let checked = institute.run("licence-server", &["check", "--data", "site", "--json"]);
    let checked: Value = serde_json::from_str(&checked).unwrap();
    assert_eq!(checked["flaws"], serde_json::json!([]), "{checked}");
    institute.serve();
    institute.refresh(&token).expect(200);
    institute.run("licence-server", &["check", "--data", "site"]);
}

/// The same as [`lose_and_restore`] of a server that is stopped already, and stays so.
#[track_caller]
fn lose_and_restore_stopped(institute: &mut Institute, from: &str) {
    restore(institute, from, "new");
    fs::rename(institute.path("site"), institute.path("lost")).unwrap();
    fs::rename(institute.path("new"), institute.path("site")).unwrap();
}

#[test]
fn a_restore_is_on_record_and_says_what_is_lost() {
    let mut institute = institute(&["--seats", "1"], &["ann"]);
    let begun = now();
    back_up(&institute, "site.backup", &[]);
    let backed_up = now();
    institute.kill();
    let words = ["restore", "site.backup", "--passphrase-file", "passphrase", "--data", "new"];
    let output = institute.try_run("licence-server", &words);
    assert!(output.status.success());
    let over = now();
    let audit = ["audit", "list", "--act", "restored", "--data", "new", "--json"];
    let entries = institute.run("licence-server", &audit);
    let entry: Value = serde_json::from_str(&entries).unwrap();
    assert_eq!(entry["by"], "local", "{entry}");
    let time = |name| UnixTime::from_secs(entry[name].as_i64().unwrap()).unwrap();
    let (taken, restored) = (time("of"), time("at"));
    // What the server trusts is a second behind the machine's clock at most.
    assert!((begun.plus(-1)..=backed_up).contains(&taken), "{begun} to {backed_up}: {entry}");
    assert!((backed_up.plus(-1)..=over).contains(&restored), "{backed_up} to {over}: {entry}");
    let told = String::from_utf8(output.stderr).unwrap();
    let lost = format!("what happened between {taken} and {restored} (");
    assert!(told.contains(&lost) && told.contains("sign-outs"), "{told}");
    assert!(!told.contains("settings"), "{told}");
}
