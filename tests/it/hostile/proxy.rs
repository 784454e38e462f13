//! Proxies that lie, and clients that play proxy.

use super::Target;
use crate::programs::{Institute, agent};

const TRUSTED: &str = "trusted_proxies = [\"127.0.0.1\", \"::1\"]\n";

/// Wrong passwords in a row of which one is held up where they come from one address: the first mistake is
/// free, and from the third on the next one waits for seconds.
const GUESSES: usize = 7;

/// Whether a guesser is held up who claims something else each time, and so whom the server takes it for.
#[track_caller]
fn is_held_up(
    institute: &Institute,
    name: &str,
    claim: impl Fn(usize) -> Vec<(&'static str, String)>,
) -> bool {
    (1..=GUESSES).any(|number| {
        let mut request = agent().post(institute.url("/v1/auth/token"));
        for (name, value) in claim(number) {
            request = request.header(name, value);
        }
        let form = [("grant_type", "password"), ("username", name), ("password", "not that one")];
        let status = request.send_form(form).unwrap().status().as_u16();
        assert!([401, 429].contains(&status), "{status}");
        status == 429
    })
}

#[test]
fn a_client_that_plays_proxy_is_taken_for_itself() {
    let target = Target::begin("");
    for name in ["X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP"] {
        let claim = |number| vec![(name, format!("203.0.113.{number}, for=203.0.113.{number}"))];
        assert!(is_held_up(&target.institute, name, claim), "{name}");
    }
    target.assert_serves();
}

#[test]
fn what_a_proxys_client_says_before_it_changes_nothing() {
    let target = Target::begin(TRUSTED);
    let honest = |number| vec![("X-Forwarded-For", format!("198.51.{number}.1"))];
    assert!(!is_held_up(&target.institute, "many", honest), "the proxy speaks for many");
    let long = "198.51.100.1, ".repeat(1000);
    for before in ["", "127.0.0.1, ", "nonsense, ", ", , ,", "[::1, \"", &long] {
        let claim = |number| {
            let said = format!("203.0.113.{number}, {before}192.0.2.9");
            vec![("X-Forwarded-For", said), ("Forwarded", format!("for=203.0.113.{number}"))]
        };
        let name = format!("person{}", before.len());
        assert!(is_held_up(&target.institute, &name, claim), "{before:.80}");
    }
    target.assert_serves();
}

/// Nobody gets another turn by what no address is: it counts as the proxy's own.
#[test]
fn a_proxy_that_says_nonsense_speaks_for_itself() {
    let target = Target::begin(TRUSTED);
    for (index, said) in
        ["unknown", "_hidden", "1.2.3", "1.2.3.4.", "[2001:db8::", "%00", "9999999"]
            .into_iter()
            .enumerate()
    {
        let claim = |number: usize| vec![("X-Forwarded-For", said.repeat(number))];
        assert!(is_held_up(&target.institute, &format!("person{index}"), claim), "{said}");
    }
    let long = "9".repeat(10_000);
    for (name, said) in [
        ("X-Forwarded-Proto", "javascript"),
        ("X-Forwarded-Host", "evil.example.net/../x"),
        ("X-Forwarded-Host", &long),
    ] {
        let path = "/.well-known/oauth-authorization-server";
        let request = agent().get(target.institute.url(path));
        let mut answer = request.header(name, said).call().unwrap();
        assert_eq!(answer.status(), 200);
        let metadata = answer.body_mut().read_to_string().unwrap();
        assert!(!["javascript", "evil", &long].iter().any(|said| metadata.contains(*said)));
    }
    target.assert_serves();
}
