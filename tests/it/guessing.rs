//! Whoever guesses names learns nothing by how long an answer takes.

use std::fs;

use licence_server::clock::Stopwatch;

use crate::programs::{Institute, agent};

/// Pairs of tries, one for a name that somebody has and one for a name that nobody has.
const PAIRS: usize = 60;

/// In how many pairs the one or the other may be the slower. Where both take as long, chance leaves these
/// bounds once in 500,000 runs (binomial, 60 throws of a coin); one that is left out is out of them always.
const SLOWER: std::ops::RangeInclusive<usize> = 12..=48;

/// A try for a name from an address of its own: the second from one would have to wait.
fn guess(institute: &Institute, name: &str, number: usize) -> f64 {
    let request = agent().post(institute.url("/v1/auth/token"));
    let from = format!("198.51.{}.1", 100 + number);
    let form = [("grant_type", "password"), ("username", name), ("password", "not the right one")];
    let watch = Stopwatch::start();
    let answer = request.header("X-Forwarded-For", from).send_form(form).unwrap();
    let took = watch.secs();
    assert_eq!(answer.status(), 401, "{name}");
    took
}

#[test]
fn a_name_that_nobody_has_is_refused_no_sooner_and_no_later() {
    let mut institute = Institute::with_seats(1);
    fs::write(institute.path("site/config.toml"), "trusted_proxies = [\"127.0.0.1\"]\n").unwrap();
    institute.register("ann");
    institute.serve();
    let known_is_slower = (0..PAIRS).filter(|number| {
        // Each goes first as often as the other: what the machine does meanwhile falls on both.
        let (first, second) = if number % 2 == 0 { ("ann", "ned") } else { ("ned", "ann") };
        let times = [guess(&institute, first, *number), guess(&institute, second, *number)];
        (times[0] > times[1]) == (first == "ann")
    });
    let count = known_is_slower.count();
    assert!(SLOWER.contains(&count), "a name that somebody has took longer in {count} of {PAIRS}");
}
