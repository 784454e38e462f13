//! Which pages of other origins may call, and what they may read: the CORS protocol of the Fetch standard.
//!
//! An answer to a page that may not call carries none of its headers, and a request that names no origin
//! is told only that an answer depends on it.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::config::Origin;

/// What the API knows of.
const METHODS: HeaderValue = HeaderValue::from_static("GET,POST,PUT,PATCH,DELETE");

/// What a page may send beside what every page may.
const SENT: HeaderValue =
    HeaderValue::from_static("authorization,content-type,if-match,if-none-match,x-licence-client");

/// What a page may read beside what every page may.
const READ: HeaderValue =
    HeaderValue::from_static("www-authenticate,etag,retry-after,x-request-id");

/// Seconds for which a browser may remember what a preflight allowed: the most that Chromium does.
const PREFLIGHT_SECS: HeaderValue = HeaderValue::from_static("7200");

const TRUE: HeaderValue = HeaderValue::from_static("true");

/// What an answer depends on.
const BY_ORIGIN: HeaderValue = HeaderValue::from_static("origin");
const BY_PREFLIGHT: HeaderValue = HeaderValue::from_static(
    "origin, access-control-request-method, access-control-request-headers",
);

/// The origins that an administrator named, the server's own among them.
#[derive(Debug)]
pub(super) struct Cors(Vec<HeaderValue>);

/// The origin of a page that may call.
#[derive(Debug)]
pub(super) struct NamedOrigin(HeaderValue);

impl Cors {
    pub(super) fn new(origins: &[Origin]) -> Self {
        Self(origins.iter().filter_map(|origin| origin.to_string().parse().ok()).collect())
    }

    /// The origin of a request, where its page may call.
    pub(super) fn named(&self, request: &HeaderMap) -> Option<NamedOrigin> {
        let origin = request.get(header::ORIGIN)?;
        self.0.contains(origin).then(|| NamedOrigin(origin.clone()))
    }

    /// The answer to a browser that asks before it calls; no route sees the question.
    pub(super) fn preflight(&self, method: &Method, request: &HeaderMap) -> Option<Response> {
        if method != Method::OPTIONS {
            return None;
        }
        let mut answer = StatusCode::OK.into_response();
        let headers = answer.headers_mut();
        headers.insert(header::VARY, BY_PREFLIGHT);
        if let Some(origin) = self.named(request) {
            origin.admit(headers);
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, SENT);
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECS);
        }
        Some(answer)
    }
}

impl NamedOrigin {
    fn admit(self, answer: &mut HeaderMap) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, self.0);
        answer.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
    }
}

/// Lets the page read an answer. On errors too: a page that may call must be able to read why it was
/// refused.
pub(super) fn open(answer: &mut HeaderMap, to: Option<NamedOrigin>) {
    // Beside what the route says for itself.
    answer.append(header::VARY, BY_ORIGIN);
    if let Some(origin) = to {
        origin.admit(answer);
        answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, READ);
    }
}
