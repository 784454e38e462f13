//! `kill -9` between a commit and its answer, with the real program and the real store.

mod under_load;

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{hint, thread};

use licence_server::domain::Generation;
use licence_server::store::{Reader as _, RedbStore};

use crate::programs::Institute;

/// Rounds in which the server is killed at some moment.
const ROUNDS: u64 = 8;

/// An institute that serves, and the refresh token of its one session.
fn signed_in() -> (Institute, String) {
    let mut institute = Institute::with_seats(1);
    institute.serve();
    institute.register("ann");
    let token = institute.sign_in("ann").expect(200).text("refresh_token").to_owned();
    (institute, token)
}

/// How often the one session's token was rotated, by what is on the disk of a server that is dead.
#[track_caller]
fn rotations_on_disk(institute: &Institute) -> u32 {
    let store = RedbStore::open(&institute.path("site/store.redb")).unwrap();
    let sessions = store.reader().sessions_after(None, 2).unwrap();
    let [session] = sessions.as_slice() else { panic!("{} sessions", sessions.len()) };
    let Generation(rotations) = session.generation;
    rotations
}

fn log_place(institute: &Institute) -> u64 {
    let log = institute.get("/v1/log?from=0&to=0", None).expect(200);
    log.body.pointer("/log/seq").and_then(serde_json::Value::as_u64).unwrap()
}

/// Shows the token again, twice, and finds that no further rotation came of it.
#[track_caller]
fn same_child(institute: &mut Institute, token: &str, rotations: u32) -> String {
    institute.serve();
    let again = institute.refresh(token).expect(200);
    let child = again.text("refresh_token").to_owned();
    assert_eq!(institute.refresh(token).expect(200).text("refresh_token"), child);
    institute.kill();
    assert_eq!(rotations_on_disk(institute), rotations, "the child is the one that was committed");
    child
}

/// The client sends its refresh and reads nothing; the log tells others when it is committed.
#[test]
fn a_server_killed_between_commit_and_answer_gives_the_same_child() {
    let (mut institute, mut token) = signed_in();
    for rotations in 1..=3 {
        let before = log_place(&institute);
        let form = format!("refresh_token={token}");
        let request = format!(
            "POST /v1/auth/refresh HTTP/1.1\r\nHost: localhost\r\nX-Licence-Client: 1\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        );
        let mut client = TcpStream::connect(institute.socket()).unwrap();
        client.write_all(request.as_bytes()).unwrap();
        while log_place(&institute) == before {
            thread::yield_now();
        }
        institute.kill();
        assert_eq!(rotations_on_disk(&institute), rotations, "it was committed");
        token = same_child(&mut institute, &token, rotations);
        institute.serve();
        drop(client);
    }
    institute.refresh(&token).expect(200);
}

/// At whatever moment the server dies: what was answered is on its disk, at most one rotation more is, and
/// then the token that had no answer gives that one's child.
#[test]
fn a_server_killed_at_any_moment_loses_no_rotation_and_makes_no_second_child() {
    let (mut institute, mut token) = signed_in();
    let mut answered = 0;
    for round in 0..ROUNDS {
        let asked = AtomicU64::new(0);
        let (last, count) = thread::scope(|scope| {
            let client = scope.spawn(|| refresh_until_it_dies(&institute, token.clone(), &asked));
            // Some requests in, and then a little, which is another moment of the request each time.
            while asked.load(Ordering::Acquire) < 2 + round % 3 {
                thread::yield_now();
            }
            (0..round * round * 20_000).for_each(|_| hint::spin_loop());
            institute.server().kill();
            client.join().unwrap()
        });
        institute.kill();
        answered += count;
        let rotations = rotations_on_disk(&institute);
        assert!(
            (answered..=answered + 1).contains(&rotations),
            "{answered} were answered, and {rotations} are on disk"
        );
        // Where the last one was not committed, showing its token again is what commits it.
        answered += 1;
        token = same_child(&mut institute, &last, answered);
        institute.serve();
    }
    institute.refresh(&token).expect(200);
}

/// Refreshes for as long as answers come: the last token, and how many came.
fn refresh_until_it_dies(
    institute: &Institute,
    mut token: String,
    asked: &AtomicU64,
) -> (String, u32) {
    let mut count = 0;
    loop {
        asked.fetch_add(1, Ordering::Release);
        let Some(answer) = institute.try_refresh(&token) else { return (token, count) };
        answer.expect(200).text("refresh_token").clone_into(&mut token);
        count += 1;
    }
}
