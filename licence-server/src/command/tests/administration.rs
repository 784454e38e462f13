//! What the verbs of administration say: the whole text, with ids and times blotted out, while the
//! server is stopped and while it runs.

use std::fs;
use std::sync::LazyLock;

use clap::Parser as _;
use licence_core::claims::{LicenceClaims, Period};
use serde_json::{Value, json};

use super::*;
use crate::cli::{Cli, Verb};
use crate::command::admin_call::AdminCall;
use crate::command::said::Said;
use crate::command::{audit, clock, licence, seat, service, session};
use crate::http::testing::{PASSWORD, claims, sign, site_file};

/// A data directory that trusts the tests' vendor, with two people and one seat.
fn institute() -> (TempDir, DataDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let now = licence_cli::clock::now().unwrap();
    let new = NewDataDir::beside(&path, site_file, now, &SeededRng::new(1)).unwrap();
    new.publish(&path).unwrap();
    let data = DataDir::open(&path).unwrap();
    let site = Some(data.site_key().unwrap().public().clone());
    // Begun long ago and without an end, so that these tests hold on any day.
    let period = Period::perpetual(UnixTime::MIN);
    let licence = LicenceClaims { period, iat: UnixTime::MIN, ..claims(1, 1, site) };
    let file = folder.path().join("licence");
    fs::write(&file, sign(&licence)).unwrap();
    said(&format!("licence install {}", file.display()), &data).unwrap();
    for name in ["ann", "bob"] {
        let person = user::NewPerson {
            name: Text::parse(name).unwrap(),
            email: Some(Text::parse(&format!("{name}@example.org")).unwrap()),
            roles: if name == "ann" { vec!["admin".to_owned()] } else { vec![] },
        };
        let call = user::call(&person, &Zeroizing::new(PASSWORD.to_owned()));
        let _: NewUser = call.send(&data).unwrap();
    }
    (folder, data)
}

fn sign_in(name: &str, data: &DataDir) -> Result<Value, Failure> {
    let body = json!({
        "grant_type": "password", "username": name, "password": PASSWORD, "device": "Lab 3",
    });
    AdminCall::post_json("/v1/auth/token", &body).send(data)
}

/// What a command line says.
#[expect(clippy::wildcard_enum_match_arm, reason = "whatever verb is added, it is none of these")]
fn said(words: &str, data: &DataDir) -> Result<Said, Failure> {
    let words = std::iter::once("licence-server").chain(words.split(' '));
    match Cli::try_parse_from(words).unwrap().verb {
        Verb::Licence { verb } => licence::run(&verb, data),
        Verb::User { verb } => user::run(&verb, data),
        Verb::Session { verb } => session::run(&verb, data),
        Verb::Seat { verb } => seat::run(&verb, data),
        Verb::Service { verb } => service::run(&verb, data),
        Verb::Clock { verb } => clock::run(&verb, data),
        Verb::Audit { verb } => audit::said(&verb, data),
        other => panic!("{other:?} is no verb of administration"),
    }
}

/// The text and what stands beside it, with what differs from run to run blotted out, at its width.
fn shown(words: &str, data: &DataDir) -> String {
    let said = said(words, data).map_err(|failure| failure.report().unwrap().to_string());
    let text = match said {
        Ok(Said { text, note, .. }) => {
            format!("{text}{}", note.map(|note| format!("({note})\n")).unwrap_or_default())
        }
        Err(report) => report + "\n",
    };
    text.split_inclusive(char::is_whitespace).map(blot).collect()
}

fn blot(word: &str) -> String {
    // Not what a digest may begin or end with: `-` and `_` are letters of base64url.
    let bare = word.trim_matches(|c: char| c.is_whitespace() || "`'\".,:;()".contains(c));
    let is_id = licence_core::Uuid::parse(bare).is_some();
    let is_time = bare.len() == 20 && bare.ends_with('Z') && bare.contains('T');
    let is_head = bare.len() == 22 && licence_core::ChainHead::parse(bare).is_some();
    let is_key = bare.len() == 69 && bare.starts_with("lsk1_");
    let is_epoch = licence_core::claims::Epoch::parse(bare).is_some();
    match () {
        () if is_id => word.replace(bare, &format!("{:-<36}", "[id]")),
        () if is_time => word.replace(bare, &format!("{:-<20}", "[time]")),
        () if is_key => word.replace(bare, "[key]"),
        () if is_head => word.replace(bare, "[head]"),
        () if is_epoch => word.replace(bare, "[epoch]"),
        () => word.to_owned(),
    }
}

/// What is done one after another, and what each says.
static STORY: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    include_str!("administration.txt")
        .split("$ ")
        .skip(1)
        .map(|case| case.split_once('\n').unwrap())
        .collect()
});

/// Tells the story, and gives it back as it was told.
fn tell(data: &DataDir) -> String {
    sign_in("ann", data).unwrap();
    let full = sign_in("bob", data).unwrap_err();
    assert_eq!(full.report().unwrap().code, Some(Code::NoSeat));
    let told = STORY.iter().map(|(words, _)| format!("$ {words}\n{}", shown(words, data)));
    told.collect()
}

#[test]
fn a_stopped_server_says_what_was_written_down() {
    let (_folder, data) = institute();
    let told = tell(&data);
    assert_eq!(told, include_str!("administration.txt"), "told:\n{told}");
}

#[test]
fn a_running_server_says_the_same() {
    let (_folder, data) = institute();
    let (server, stop) = start(&data);
    let told = tell(&data);
    stop.send(()).unwrap();
    server.join().unwrap();
    assert_eq!(told, include_str!("administration.txt"), "told:\n{told}");
}

#[test]
fn a_script_reads_the_same_under_stable_names() {
    let (_folder, data) = institute();
    sign_in("ann", &data).unwrap();
    let names = |words: &str| {
        let json: Value = serde_json::from_slice(&said(words, &data).unwrap().json).unwrap();
        let object = if json.get("items").is_some() { &json["items"][0] } else { &json };
        object.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
    };
    for (words, members) in [
        ("licence list", "from licence revision seats serial state"),
        (
            "user list --search ann",
            "app_roles email enabled last_licence_update name password registered roles user verified",
        ),
        (
            "user show ann",
            "app_roles email enabled last_licence_update name password registered roles sessions \
             sessions_with_seat user verified",
        ),
        ("session list", "device email ends last_seen name scope seat_until session since user"),
        ("seat list", "device email name session since until user"),
        ("service add api --scope introspect", "ends key name scopes service since"),
        ("service list", "ends name scopes service since"),
        ("audit verify", "audit_log epoch first_entry head last_entry"),
        ("clock show", "highest_trusted machine now state"),
    ] {
        assert_eq!(names(words), members, "{words}");
    }
    let seats: Value = serde_json::from_slice(&said("seat list", &data).unwrap().json).unwrap();
    assert_eq!((&seats["total"], &seats["in_use"]), (&json!(1), &json!(1)));
}

#[test]
fn a_list_says_how_to_go_on_and_goes_on() {
    let (_folder, data) = institute();
    let first = said("user list --limit 1", &data).unwrap();
    let note = first.note.unwrap();
    let (_, after) = note.split_once("--after ").unwrap();
    let second = said(&format!("user list --after {after}"), &data).unwrap();
    // Who of the two comes first is chance where both were registered in one second.
    for name in ["ann@", "bob@"] {
        assert!(first.text.contains(name) != second.text.contains(name), "{}", second.text);
    }
    assert_eq!(second.note, None);
}

#[test]
fn who_is_no_more_is_known_by_the_id_that_the_log_keeps() {
    let (_folder, data) = institute();
    let shown: Value = serde_json::from_slice(&said("user show bob", &data).unwrap().json).unwrap();
    let id = shown["user"].as_str().unwrap();
    said("user erase bob", &data).unwrap();
    let log = said(&format!("audit list --user {id}"), &data).unwrap().text;
    assert!(log.contains("user_erased") && log.contains("local"), "{log}");
}

#[test]
fn what_is_typed_wrongly_is_not_sent() {
    let parses = |words: &str| {
        let words = std::iter::once("licence-server").chain(words.split(' '));
        Cli::try_parse_from(words).is_ok()
    };
    for wrong in [
        "user edit ann",
        "user edit ann --no-role --role admin",
        "user edit ann --verified --unverified",
        "user edit ann --app-role admin",
        "user list --limit 0",
        "session end x",
        "seat write-off x",
        "service add api",
        "service add api --scope admin",
        "service add api --scope seats --days 0",
        "audit prune",
        "audit prune --before 2026-11-22 --keep-days 3",
        "audit prune --keep-days 0",
        "audit list --from yesterday",
        "clock reset",
    ] {
        assert!(!parses(wrong), "{wrong}");
    }
    assert!(parses("user edit ann --no-role --app-role editor --no-email"));
    assert!(parses("audit prune --keep-days 3"));
}
