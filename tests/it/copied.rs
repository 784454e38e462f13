//! A site that was copied, or put back to an older copy in secret: proved to the vendor by what its clients
//! were given, with the real programs.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::printed::LOG;
use crate::programs::{ANY_PORT, Institute, Serving, binary};

/// The data directory with everything in it but the socket of a server that was killed.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
}

/// Signs in and keeps the access token as a client does.
#[track_caller]
fn keep_token(institute: &Institute, name: &str, file: &str) {
    let answer = institute.sign_in(name).expect(200);
    fs::write(institute.path(file), format!("{}\n", answer.text("access_token"))).unwrap();
}

/// What `audit-check` says of these files, as a script reads it, with its exit status.
#[track_caller]
fn audit_check(institute: &Institute, files: &[&str]) -> (i32, Value) {
    let words = ["--json", "audit-check", "--vendor-dir", "vendor", "--licence", "example.licence"];
    let output = institute.try_run("licence-issuer", &[&words[..], files].concat());
    let said = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), said)
}

/// The codes of what contradicts, and the files of the first contradiction.
fn told(said: &Value) -> (Vec<&str>, Vec<&str>) {
    let all = said["contradictions"].as_array().unwrap();
    let codes = all.iter().map(|one| one["code"].as_str().unwrap()).collect();
    let files = all.first().into_iter().flat_map(|one| one["between"].as_array().unwrap());
    (codes, files.map(|one| one["file"].as_str().unwrap()).collect())
}

fn export(institute: &Institute, data: &str, file: &str) {
    let log = institute.run("licence-server", &["audit", "list", "--json", "--data", data]);
    fs::write(institute.path(file), log).unwrap();
}

#[test]
fn a_data_directory_that_was_copied_and_run_twice_is_proved_by_two_tokens() {
    let mut institute = Institute::with_seats(2);
    institute.register("ann");
    institute.register("ben");
    copy(&institute.path("site"), &institute.path("copy"));
    institute.serve();
    keep_token(&institute, "ann", "ann.token");
    assert_eq!(audit_check(&institute, &["ann.token"]).0, 0, "one copy contradicts nobody");

    let mut second = Command::new(binary("licence-server"));
    second.current_dir(institute.path("")).args(["serve", "--data", "copy", "--listen", ANY_PORT]);
    let second = Serving::start(second, &institute.path(LOG));
    let first = institute.instead(second);
    keep_token(&institute, "ben", "ben.token");
    let (status, said) = audit_check(&institute, &["ann.token", "ben.token"]);
    let (codes, files) = told(&said);
    assert_eq!((status, codes), (2, vec!["log_forked"]), "{said}");
    assert_eq!(files, ["ann.token", "ben.token"]);

    // The log of one of them leads to its own client's token alone.
    institute.kill();
    export(&institute, "copy", "copy.log");
    assert_eq!(audit_check(&institute, &["copy.log", "ben.token"]).0, 0);
    let (status, said) = audit_check(&institute, &["copy.log", "ann.token"]);
    assert_eq!((status, told(&said).0), (2, vec!["bad_signature"]), "{said}");
    drop(first);
}

#[test]
fn an_old_copy_that_was_put_back_in_secret_is_proved_by_the_tokens_of_before_and_after() {
    let mut institute = Institute::with_seats(2);
    institute.register("ann");
    institute.register("ben");
    copy(&institute.path("site"), &institute.path("old"));
    institute.serve();
    keep_token(&institute, "ann", "before.token");
    institute.kill();
    fs::rename(institute.path("site"), institute.path("gone")).unwrap();
    fs::rename(institute.path("old"), institute.path("site")).unwrap();
    institute.serve();
    keep_token(&institute, "ben", "after.token");
    institute.kill();
    let (status, said) = audit_check(&institute, &["before.token", "after.token"]);
    assert_eq!((status, told(&said).0), (2, vec!["log_forked"]), "{said}");

    // The log that was put back says nothing of who was there before.
    export(&institute, "site", "site.log");
    let (status, said) = audit_check(&institute, &["site.log", "before.token", "after.token"]);
    assert_eq!(status, 2);
    assert!(told(&said).0.iter().all(|code| *code == "log_forked"), "{said}");
}

#[test]
fn a_log_that_was_edited_does_not_lead_to_what_a_client_was_given() {
    let mut institute = Institute::with_seats(1);
    institute.register("ann");
    institute.serve();
    keep_token(&institute, "ann", "ann.token");
    institute.kill();
    export(&institute, "site", "site.log");
    assert_eq!(audit_check(&institute, &["site.log", "ann.token"]).0, 0);
    let log = fs::read_to_string(institute.path("site.log")).unwrap();
    fs::write(institute.path("edited.log"), log.replacen("user_added", "user_gone_", 1)).unwrap();
    let (status, said) = audit_check(&institute, &["edited.log", "ann.token"]);
    assert_eq!((status, told(&said).0), (2, vec!["bad_signature"]), "{said}");
    let lines: Vec<_> = log.lines().filter(|line| !line.contains("user_added")).collect();
    fs::write(institute.path("short.log"), lines.join("\n")).unwrap();
    let (status, said) = audit_check(&institute, &["short.log", "ann.token"]);
    assert_eq!((status, told(&said).0), (2, vec!["bad_signature"]), "{said}");
}

#[test]
fn what_is_no_evidence_is_refused_with_its_line() {
    let institute = Institute::with_seats(1);
    let words = ["audit-check", "--vendor-dir", "vendor", "--licence", "example.licence", "notes"];
    for (text, status, word) in [
        ("\n\nhello\n", 3, "line 3 of `notes`"),
        ("{\"seq\":1}\n", 3, "line 1 of `notes`"),
        ("a.b.c", 3, "line 1 of `notes`"),
    ] {
        fs::write(institute.path("notes"), text).unwrap();
        let output = institute.try_run("licence-issuer", &words);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{error}");
        assert!(error.contains(word), "{error}");
    }
    // A licence is signed, and by another key.
    fs::copy(institute.path("example.licence"), institute.path("notes")).unwrap();
    assert_eq!(institute.try_run("licence-issuer", &words).status.code(), Some(3));
}
