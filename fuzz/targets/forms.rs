//! Forms, JSON bodies and queries: a form and JSON that say the same get the same answer, and nothing that is
//! not a credential opens anything.
//!
//! Of an input, each line is a field, its name parted from its value by `=`; the whole is also sent as it is.

#![no_main]

use std::sync::LazyLock;

use axum::http::{Request, StatusCode, header};
use libfuzzer_sys::fuzz_target;
use licence_fuzz::site::{Answer, Site};
use serde_json::Value;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Routes that read fields and hash no password before they know whose.
const ROUTES: [&str; 5] = [
    "/v1/auth/refresh",
    "/v1/auth/logout",
    "/v1/auth/revoke",
    "/v1/auth/set-password",
    "/v1/auth/introspect",
];

static SITE: LazyLock<Site> = LazyLock::new(Site::open);

fuzz_target!(|bytes: &[u8]| {
    for route in ROUTES {
        for kind in [FORM, JSON] {
            let answer = post(route, kind, bytes.to_vec());
            assert_opens_nothing(route, &answer);
        }
    }
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    assert_both_ways_alike(text);
    let query = SITE.ask(Request::get(format!("/v1/auth/check?{text}")), Vec::new());
    assert!(query.is_none_or(|answer| answer.status == StatusCode::UNAUTHORIZED));
});

fn assert_both_ways_alike(text: &str) {
    // What a value counts for, its kind says in JSON alone; in a form all are texts.
    let fields: Vec<_> =
        text.lines().map(|line| line.split_once('=').unwrap_or((line, ""))).collect();
    let form: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{}={}", percent(name), percent(value)))
        .collect();
    let members: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{}:{}", Value::from(*name), Value::from(*value)))
        .collect();
    for route in ROUTES {
        let by_form = post(route, FORM, form.join("&").into_bytes());
        let by_json = post(route, JSON, format!("{{{}}}", members.join(",")).into_bytes());
        assert_eq!(by_form.status, by_json.status, "{} or {}", by_form.body, by_json.body);
        assert_eq!(by_form.text("code"), by_json.text("code"), "{fields:?}");
    }
}

/// RFC 3986's percent encoding of every byte but letters and digits.
fn percent(text: &str) -> String {
    let encode = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(encode).collect()
}

fn post(route: &str, kind: &str, body: Vec<u8>) -> Answer {
    let request = Request::post(route).header(header::CONTENT_TYPE, kind);
    SITE.ask(request, body).expect("the request is written as one")
}

/// To sign out what is not signed in, and to revoke what is no token, succeeds without an effect (RFC 7009
/// section 2.2).
fn assert_opens_nothing(route: &str, answer: &Answer) {
    let is_idempotent = route.ends_with("/logout") || route.ends_with("/revoke");
    assert!(answer.status.is_client_error() || is_idempotent, "{route}: {answer:?}");
    assert!(answer.text("access_token").is_none());
}
