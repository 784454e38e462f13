//! Pages that a browser shows: each says what it may do, which is little.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::programs::{Institute, agent, binary};

/// The pages that are no part of the API's description, and the application's own.
const PAGES: [&str; 6] = ["/", "/projects/7", "/docs", "/set-password", "/account", "/admin"];

/// Asks as a browser does that somebody points somewhere.
#[track_caller]
fn visit(institute: &Institute, path: &str) -> ureq::http::Response<ureq::Body> {
    let request = agent().get(institute.url(path));
    request.header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8").call().unwrap()
}

#[track_caller]
fn header<'r>(answer: &'r ureq::http::Response<ureq::Body>, name: &str) -> &'r str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// Every address that the description names, with something in each place that is left open.
#[track_caller]
fn described(institute: &Institute) -> Vec<String> {
    let description = institute.get("/openapi.json", None).expect(200).body;
    let paths = description.get("paths").and_then(Value::as_object).unwrap();
    let gets = paths.iter().filter(|(_, methods)| methods.get("get").is_some());
    gets.map(|(path, _)| path.replace(['{', '}'], "")).collect()
}

#[test]
fn every_page_says_what_it_may_do_and_every_answer_what_it_is() {
    let mut institute = Institute::with_seats(1);
    fs::create_dir(institute.path("app")).unwrap();
    fs::write(institute.path("app/index.html"), "<!doctype html>").unwrap();
    institute.serve_by(Command::new(binary("licence-server")), &["--app", "app"]);
    let all: BTreeSet<String> =
        described(&institute).into_iter().chain(PAGES.map(str::to_owned)).collect();
    assert!(all.len() > 30, "{all:?}");
    let mut pages = 0;
    for path in &all {
        let answer = visit(&institute, path);
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        if !header(&answer, "content-type").starts_with("text/html") {
            assert!(!PAGES.contains(&path.as_str()), "{path} is a page");
            continue;
        }
        pages += 1;
        assert!(header(&answer, "cache-control").starts_with("no-"), "{path}");
        let policy = header(&answer, "content-security-policy");
        for rule in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            let own = rule.replace("default-src 'none'", "default-src 'self'");
            assert!(policy.contains(rule) || policy.contains(&own), "{path}: {policy}");
        }
        let scripts = policy.split(';').find(|rule| rule.trim().starts_with("script-src")).unwrap();
        for lax in ["'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:", "data:", "blob:"] {
            assert!(!scripts.contains(lax), "{path}: {scripts}");
        }
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin", "{path}");
    }
    assert_eq!(pages, PAGES.len(), "there are more pages than are known here");
}
