//! `kill -9` at each step that shows on the disk or to the server, with the real programs.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

use super::{PASSPHRASE, institute, restore};
use crate::programs::{ANY_PORT, Institute, binary, tool};

/// The system calls of a command that others can see, each with the times at which it is killed as it begins them. The
/// rows of a store are committed again and again in the same way, so of those not every commit is tried.
const STEPS: [(&str, &[u32]); 10] = [
    ("connect", &[1, 2]),
    ("sendto", &[1, 2]),
    ("writev", &[1, 2]),
    ("fsync", &[1, 2, 3, 4, 5, 6, 7, 8]),
    ("fdatasync", &[1, 2, 4, 8, 16, 32]),
    ("mkdir", &[1]),
    ("rename", &[1, 2]),
    ("renameat2", &[1, 2, 3]),
    ("linkat", &[1]),
    ("rmdir", &[1]),
];

/// Runs the command and kills it at each of its steps; after each death, looks at what there is.
#[track_caller]
fn kill_at_each_step(
    institute: &Institute,
    words: &[&str],
    mut look: impl FnMut(&Institute, &str),
) {
    let mut deaths = 0;
    for (call, times) in STEPS {
        for time in times {
            let inject = format!("inject={call}:signal=KILL:when={time}");
            let mut strace = Command::new(tool("LICENCE_STRACE"));
            strace.current_dir(institute.path("")).stdin(Stdio::null());
            strace.args(["-qq", "-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &inject]);
            strace.arg("--").arg(binary("licence-server")).args(words);
            let output = strace.output().unwrap();
            let step = format!("{call} {time}");
            if output.status.code().is_some() {
                // It never came so far; this time it did what it was to do, or found it done.
                look(institute, &format!("no {step}"));
                break;
            }
            deaths += 1;
            look(institute, &step);
        }
    }
    assert!(deaths > 4, "the command was killed {deaths} times only");
}

/// Has a backup made by a server that may still be on its way to find that nobody listens to the one before.
#[track_caller]
fn run_in_turn(institute: &Institute, words: &[&str]) {
    let is_made = |_| institute.try_run("licence-server", words).status.success();
    assert!((0..200).any(is_made), "none can be made any more");
}

/// What the folder holds of things in the making.
fn leftovers(institute: &Institute) -> usize {
    let entries = fs::read_dir(institute.path("")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".licence-new-")).count()
}

#[test]
fn a_restore_that_is_killed_leaves_nothing_or_all_and_the_next_one_clears_up() {
    let mut institute = institute(&["--seats", "2", "--borrow", "5:1"], &["ann"]);
    super::back_up(&institute, "site.backup", &[]);
    institute.kill();
    let words = ["restore", "site.backup", "--passphrase-file", "passphrase", "--data", "new"];
    kill_at_each_step(&institute, &words, |institute, step| {
        if !institute.path("new/site.json").exists() {
            let left = fs::read_dir(institute.path("new")).map_or(0, Iterator::count);
            assert_eq!(left, 0, "half a directory is seen after {step}");
            restore(institute, "site.backup", "new");
        }
        institute.run("licence-server", &["check", "--data", "new"]);
        assert_eq!(leftovers(institute), 0, "keys are left beside it after {step}");
        fs::remove_dir_all(institute.path("new")).unwrap();
    });
}

#[test]
fn a_backup_that_is_killed_leaves_none_or_a_good_one_and_the_server_serves_on() {
    let institute = institute(&["--seats", "2"], &["ann"]);
    let words = ["backup", "site.backup", "--passphrase-file", "passphrase", "--data", "site"];
    kill_at_each_step(&institute, &words, |institute, step| {
        institute.get("/readyz", None).expect(200);
        if !institute.path("site.backup").exists() {
            run_in_turn(institute, &words);
        }
        assert_eq!(leftovers(institute), 0, "after {step}");
        restore(institute, "site.backup", "new");
        fs::remove_dir_all(institute.path("new")).unwrap();
        fs::remove_file(institute.path("site.backup")).unwrap();
    });
}

/// However far it came, nobody is left without a way on: the site goes on here, or where the next one is restored.
#[test]
fn a_final_backup_that_is_killed_can_be_made_again() {
    let institute = institute(&["--seats", "2"], &["ann"]);
    let token = institute.sign_in("ann").expect(200).text("refresh_token").to_owned();
    let common = ["--passphrase-file", "passphrase", "--data", "site", "--final"];
    let words = [&["backup", "final.backup"], &common[..]].concat();
    kill_at_each_step(&institute, &words, |institute, step| {
        let answer = institute.refresh(&token);
        assert!(
            answer.status == 200 || answer.text("code") == "retired",
            "after {step}: {answer:?}"
        );
        if institute.path("final.backup").exists() {
            institute.refresh(&token).expect(503);
            fs::remove_file(institute.path("final.backup")).unwrap();
        }
    });
    run_in_turn(&institute, &words);
    let again = ["restore", "final.backup", "--passphrase-file", "passphrase", "--data", "new"];
    institute.run("licence-server", &[&again[..], &["--first-restore"]].concat());
    institute.run("licence-server", &["check", "--data", "new"]);
}

/// The server dies when it has retired and of the file only the beginning is out.
#[test]
fn a_server_that_is_killed_over_its_final_backup_is_retired_and_gives_another() {
    let mut institute = institute(&["--seats", "2"], &["ann"]);
    let body = format!("{{\"passphrase\":\"{PASSPHRASE}\",\"final\":true}}");
    let request = format!(
        "POST /v1/admin/backup HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut socket = UnixStream::connect(institute.path("site/admin.sock")).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut status = [0; 12];
    socket.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
    institute.kill();

    let serve = ["serve", "--data", "site", "--listen", ANY_PORT];
    let refused = institute.try_run("licence-server", &serve);
    assert!(String::from_utf8(refused.stderr).unwrap().contains("was moved away on"));
    super::back_up(&institute, "final.backup", &["--final"]);
    restore(&institute, "final.backup", "new");
}

/// Nobody may ever restore there again, and half a directory holds the site's keys.
#[test]
fn a_server_that_starts_deletes_what_a_killed_restore_left_beside_it() {
    let mut institute = Institute::with_seats(1);
    let left = institute.path(".licence-new-a1B2c3");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("site.key"), "a key").unwrap();
    institute.serve();
    assert!(!left.exists());
}
