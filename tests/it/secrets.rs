//! Nobody's secret is printed: a server's whole life with everything logged, and then every text that left it,
//! but for the answers to those who were to have them, is searched for every secret that there was.

mod life;
mod tls_client;

use std::{fs, panic};

use licence_core::base64url;
use serde_json::json;
use ureq::http::HeaderMap;

use self::life::Life;
use crate::printed::{LOG, Printed, Secrets};
use crate::programs::Institute;

#[test]
fn nobodys_secret_is_ever_printed() {
    let mut life = Life::begin();
    life.administer_while_stopped();
    for format in ["text", "json"] {
        life.serve(format);
        life.sign_in_rightly_and_wrongly();
        life.go_on_and_fail_to();
        life.say_secrets_in_wrong_places();
        life.administer();
        life.stop();
    }
    life.change_by_command();
    let (secrets, printed) = life.end();
    assert!(secrets.len() > 100, "there is something to look for");
    let logged = printed.iter().map(|(_, text)| text.len()).sum::<usize>();
    assert!(logged > 100_000, "and something to search: {logged} bytes");
    let has_warned = |(_, text): &(String, String)| text.contains("the webhook does not take");
    assert!(printed.iter().any(has_warned), "and a message that did not arrive");
    for (place, text) in &printed {
        secrets.assert_absent(place, text.as_bytes());
    }
}

#[test]
fn a_secret_that_is_printed_is_found() {
    let mut secrets = Secrets::default();
    let token = format!("lrt1_{}", base64url::encode(&[7; 69]));
    secrets.refresh_token(&token);
    secrets.access_token("eyJhbGciOi.eyJpc3Mi0i.c2lnbmF0dXJl");
    secrets.bytes("a key", &[0xab; 32]);
    for text in [
        format!("token={token} was shown"),
        format!("secret: {:?}", [7; 32]),
        format!("mac {}", "07".repeat(16)),
        "claims eyJpc3Mi0i".to_owned(),
        format!("key {}", "AB".repeat(32)),
    ] {
        let search = || secrets.assert_absent("a log", format!("a line\n{text}\n").as_bytes());
        let told = panic::catch_unwind(panic::AssertUnwindSafe(search)).unwrap_err();
        let told = told.downcast::<String>().unwrap();
        assert!(told.contains("is in a log: ") && told.contains("[it]"), "{text}: {told}");
        assert!(!told.contains(&text), "the secret itself is not told: {told}");
    }
}

#[test]
fn a_secret_that_passes_through_a_tests_client_is_noted() {
    let dir = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = (0..69).collect();
    let token = format!("lrt1_{}", base64url::encode(&bytes));
    let secret: String = (21..53).map(|byte| format!("{byte:02x}")).collect();
    let answer = json!({ "user": { "code": "ABCD-EFGH" }, "refresh_token": token });
    for printed in ["seven wet umbrellas", "seven+wet+umbrellas", "ABCD-EFGH", &secret] {
        let notes = Printed::at(dir.path());
        notes.note_form(&[("username", "ann"), ("password", "seven wet umbrellas")]);
        notes.note_answer(&HeaderMap::new(), &answer);
        fs::write(dir.path().join(LOG), format!("ann said {printed} today\n")).unwrap();
        let told = panic::catch_unwind(panic::AssertUnwindSafe(|| drop(notes))).unwrap_err();
        let told = told.downcast::<String>().unwrap();
        assert!(told.contains("is in log: ann said [it] today"), "{told}");
    }
    let notes = Printed::at(dir.path());
    notes.note_form(&[("username", "ann-who-is-no-secret"), ("password", "short")]);
    fs::write(dir.path().join(LOG), "ann-who-is-no-secret is short\n").unwrap();
    drop(notes);
}

#[test]
fn a_server_of_these_tests_logs_everything() {
    let mut institute = Institute::with_seats(1);
    institute.serve();
    let told = fs::read_to_string(format!("/proc/{}/environ", institute.server().id())).unwrap();
    assert!(told.split('\0').any(|variable| variable == "LICENCE_LOG=trace"), "{told}");
}
