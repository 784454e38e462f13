//! Many more clients than seats, over real sockets, all at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::programs::{Answer, Institute, server_under_load};

const SEATS: usize = 20;
const PEOPLE: usize = 100;
/// As many as a person may have with a seat at once.
const DEVICES: usize = 5;
const ROUNDS: usize = 100;

/// What was counted by the clients themselves, each of which counts itself in when it has its seat, and
/// out before it gives the seat back: so it is never more than are held.
#[derive(Default)]
struct Count {
    inside: AtomicUsize,
    most: AtomicUsize,
    entries: AtomicUsize,
}

#[test]
fn five_hundred_clients_on_twenty_seats_are_never_more_than_twenty() {
    let seats = SEATS.to_string();
    let mut institute = Institute::with_terms(&["--seats", &seats, "--per", "session"]);
    institute.serve_by(server_under_load(), &[]);
    let people: Vec<_> = (0..PEOPLE).map(|number| format!("person{number}")).collect();
    people.iter().for_each(|name| institute.register(name));
    let count = Count::default();
    thread::scope(|scope| {
        for name in people.iter().flat_map(|name| [name; DEVICES]) {
            let (institute, count) = (&institute, &count);
            scope.spawn(move || use_the_application(institute, name, count));
        }
    });
    assert_eq!(count.inside.into_inner(), 0);
    let (most, entries) = (count.most.into_inner(), count.entries.into_inner());
    assert!(most <= SEATS, "{most} of {SEATS} seats were held at once");
    assert!(entries >= ROUNDS, "seats go round: {entries} were taken");
    let licence = institute.get("/v1/licence", None).expect(200);
    assert_eq!(licence.body["seats"]["total"], SEATS);
}

/// Signs in, and then asks for a seat again and again, and gives each back at once.
fn use_the_application(institute: &Institute, name: &str, count: &Count) {
    let agent = crate::programs::agent();
    let signed_in = sign_in(institute, &agent, name);
    assert!([200, 409].contains(&signed_in.status), "{signed_in:?}");
    if signed_in.status == 200 {
        hold(institute, &agent, signed_in.text("access_token"), count);
    }
    let mut token = signed_in.text("refresh_token").to_owned();
    for _ in 0..ROUNDS {
        let answer = institute.refresh_by(&agent, &token);
        if answer.status == 409 {
            assert_eq!(answer.text("code"), "no_seat");
            continue;
        }
        let answer = answer.expect(200);
        let in_use = answer.body.pointer("/seat/in_use").and_then(serde_json::Value::as_u64);
        assert!(in_use.is_some_and(|in_use| in_use <= 20), "{answer:?}");
        hold(institute, &agent, answer.text("access_token"), count);
        answer.text("refresh_token").clone_into(&mut token);
    }
}

/// Passwords are checked in a bounded queue, and whoever does not fit into it comes again.
fn sign_in(institute: &Institute, agent: &ureq::Agent, name: &str) -> Answer {
    loop {
        let answer = institute.sign_in_by(agent, name);
        if answer.status != 503 {
            return answer;
        }
        assert_eq!(answer.text("code"), "busy");
    }
}

fn hold(institute: &Institute, agent: &ureq::Agent, access_token: &str, count: &Count) {
    let inside = count.inside.fetch_add(1, Ordering::SeqCst) + 1;
    count.most.fetch_max(inside, Ordering::SeqCst);
    count.entries.fetch_add(1, Ordering::SeqCst);
    count.inside.fetch_sub(1, Ordering::SeqCst);
    assert_eq!(institute.park_by(agent, access_token).status, 204);
}
