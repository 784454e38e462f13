//! An institute with the real programs, over real sockets.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::TcpStream;
use std::thread;

use crate::programs::{Answer, Institute};

#[test]
fn sixty_sign_in_at_once_and_exactly_twenty_five_get_in() {
    let mut institute = Institute::with_seats(25);
    let people: Vec<_> = (0..60).map(|number| format!("person{number}")).collect();
    institute.serve();
    people.iter().for_each(|name| institute.register(name));
    let answers: Vec<Answer> = thread::scope(|scope| {
        let institute = &institute;
        let signing_in: Vec<_> =
            people.iter().map(|name| scope.spawn(move || institute.sign_in(name))).collect();
        signing_in.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let with_status = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with_status(200), with_status(409)), (25, 35), "{answers:#?}");
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        assert_eq!(answer.text("code"), "no_seat");
        assert_eq!(answer.body["seats"]["total"], 25);
    }
}

#[test]
fn the_fourth_gets_in_when_one_of_three_signs_out() {
    let mut institute = Institute::with_seats(3);
    institute.serve();
    ["ann", "ben", "cleo", "dora"].iter().for_each(|name| institute.register(name));
    let ann = institute.sign_in("ann").expect(200);
    institute.sign_in("ben").expect(200);
    institute.sign_in("cleo").expect(200);
    let dora = institute.sign_in("dora").expect(409);
    let waiting = dora.text("refresh_token");
    assert_eq!(institute.refresh(waiting).expect(409).text("code"), "no_seat");
    institute.sign_out(ann.text("refresh_token"));
    let me = institute.get("/v1/me", Some(ann.text("access_token"))).expect(401);
    assert_eq!(me.text("code"), "invalid_token", "signed out is out at once");
    let dora = institute.refresh(waiting).expect(200);
    let me = institute.get("/v1/me", Some(dora.text("access_token"))).expect(200);
    assert_eq!(me.text("username"), "dora");
}

#[test]
fn a_restart_keeps_sessions_seats_and_sign_outs() {
    let mut institute = Institute::with_seats(2);
    institute.serve();
    ["ann", "ben", "cleo"].iter().for_each(|name| institute.register(name));
    let ann = institute.sign_in("ann").expect(200);
    let ben = institute.sign_in("ben").expect(200);
    institute.sign_out(ben.text("refresh_token"));
    institute.kill();
    institute.serve();
    institute.get("/v1/me", Some(ann.text("access_token"))).expect(200);
    institute.get("/v1/me", Some(ben.text("access_token"))).expect(401);
    institute.refresh(ann.text("refresh_token")).expect(200);
    assert_eq!(
        institute.refresh(ben.text("refresh_token")).expect(401).text("code"),
        "invalid_grant"
    );
    institute.sign_in("cleo").expect(200);
    institute.sign_in("ben").expect(409);
}

#[test]
fn what_was_answered_right_before_kill_9_is_there_after_it() {
    let mut institute = Institute::with_seats(1);
    institute.serve();
    ["ann", "ben"].iter().for_each(|name| institute.register(name));
    let mut token = institute.sign_in("ann").expect(200).text("refresh_token").to_owned();
    let mut given = BTreeSet::from([token.clone()]);
    for _ in 0..5 {
        let refreshed = institute.refresh(&token).expect(200);
        institute.kill();
        institute.serve();
        token = refreshed.text("refresh_token").to_owned();
        assert!(given.insert(token.clone()), "each rotation gives another token");
        institute.get("/v1/me", Some(refreshed.text("access_token"))).expect(200);
        institute.sign_in("ben").expect(409);
    }
    institute.sign_out(&token);
    institute.kill();
    institute.serve();
    institute.sign_in("ben").expect(200);
    institute.refresh(&token).expect(401);
}

#[test]
fn a_parent_shown_again_after_a_crash_gives_the_same_child() {
    let mut institute = Institute::with_seats(1);
    institute.serve();
    institute.register("ann");
    let parent = institute.sign_in("ann").expect(200);
    let first = institute.refresh(parent.text("refresh_token")).expect(200);
    institute.kill();
    institute.serve();
    let again = institute.refresh(parent.text("refresh_token")).expect(200);
    assert_eq!(first.text("refresh_token"), again.text("refresh_token"));
    assert_ne!(first.text("access_token"), again.text("access_token"));
}

#[test]
fn fifty_parallel_refreshes_with_one_token_are_fifty_answers_with_one_child() {
    let mut institute = Institute::with_seats(1);
    institute.serve();
    institute.register("ann");
    let signed_in = institute.sign_in("ann").expect(200);
    let parent = signed_in.text("refresh_token");
    let answers: Vec<Answer> = thread::scope(|scope| {
        let institute = &institute;
        let refreshing: Vec<_> =
            (0..50).map(|_| scope.spawn(move || institute.refresh(parent))).collect();
        refreshing.into_iter().map(|thread| thread.join().unwrap().expect(200)).collect()
    });
    let children: BTreeSet<_> = answers.iter().map(|answer| answer.text("refresh_token")).collect();
    assert_eq!(children.len(), 1, "one new child");
    let child = children.first().unwrap();
    assert_ne!(*child, parent);
    institute.refresh(child).expect(200);
}

#[test]
fn what_is_no_credential_is_refused_in_words() {
    let mut institute = Institute::with_seats(1);
    institute.serve();
    institute.register("ann");
    let wrong = institute.post(
        "/v1/auth/token",
        &[("grant_type", "password"), ("username", "ann"), ("password", "wrong")],
    );
    let unknown = institute.post(
        "/v1/auth/token",
        &[("grant_type", "password"), ("username", "nobody"), ("password", "wrong")],
    );
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.text("code"), "invalid_grant");
    assert_eq!(wrong.body, unknown.body, "an unknown name and a wrong password look alike");
    assert_eq!(institute.refresh("lrt1_AAAA").expect(401).text("code"), "malformed");
    let odd = institute.post("/v1/auth/token", &[("grant_type", "magic")]);
    assert_eq!(odd.status, 400);
    institute.get("/v1/me", None).expect(401);
    institute.get("/v1/me", Some("a.b.c")).expect(401);
    institute.get("/v1/nothing", None).expect(404);
}

/// Whatever a client leaves half said, nothing is half done: the next one finds the server as it was.
#[test]
fn a_client_may_hang_up_at_any_byte() {
    let mut institute = Institute::with_seats(1);
    institute.serve();
    institute.register("ann");
    let form = "grant_type=password&username=ann&password=wrong%20but%20long";
    let request = format!(
        "POST /v1/auth/token HTTP/1.1\r\nHost: localhost\r\nX-Licence-Client: 1\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    for end in 0..request.len() {
        let mut stream = TcpStream::connect(institute.socket()).unwrap();
        stream.write_all(&request.as_bytes()[..end]).unwrap();
    }
    institute.get("/readyz", None).expect(200);
    let ann = institute.sign_in("ann").expect(200);
    assert_eq!(ann.body["seat"]["in_use"], 1);
}
