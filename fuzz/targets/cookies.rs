//! Cookies: only the genuine one opens anything, whatever is planted beside it, and a page that nobody named
//! changes nothing with it.
//!
//! The first line of an input is what a page says of its origin, each further one is a `Cookie` header, in which
//! `TOKEN` stands for a genuine access token.

#![no_main]

use std::sync::LazyLock;

use axum::http::{Request, StatusCode, header};
use libfuzzer_sys::fuzz_target;
use licence_fuzz::site::{ACCESS_COOKIE, ORIGIN, REFRESH_COOKIE, Site};

static SITE: LazyLock<(Site, String)> = LazyLock::new(|| {
    let site = Site::open();
    let token = site.sign_in();
    (site, token)
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    let (origin, cookies) = text.split_once('\n').unwrap_or((text, ""));
    let (site, token) = &*SITE;
    let cookies: Vec<String> = cookies.lines().map(|line| line.replace("TOKEN", token)).collect();
    let brings = |mut request: axum::http::request::Builder| {
        for cookie in &cookies {
            request = request.header(header::COOKIE, cookie);
        }
        request
    };

    let check = brings(Request::get("/v1/auth/check")).header("x-forwarded-method", "GET");
    if let Some(answer) = site.ask(check, Vec::new()) {
        let whole = format!("{ACCESS_COOKIE}={token}");
        let is_there = cookies.iter().any(|cookie| cookie.contains(&whole));
        assert!(answer.status != StatusCode::NO_CONTENT || is_there, "{cookies:?}");
    }

    let refresh = brings(Request::post("/v1/auth/refresh")).header(header::ORIGIN, origin);
    if let Some(answer) = site.ask(refresh, Vec::new()) {
        assert!(answer.status.is_client_error(), "{answer:?}");
        let names = [ACCESS_COOKIE, REFRESH_COOKIE].map(|name| format!("{name}="));
        // As a browser writes it, where nothing is left to interpretation.
        let is_ours = |cookie: &String| names.iter().any(|name| cookie.starts_with(name));
        if cookies.iter().any(is_ours) && origin != ORIGIN {
            assert_eq!(answer.text("code"), Some("csrf"), "{origin:?}: {answer:?}");
        }
    }
});
