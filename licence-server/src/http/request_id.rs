//! A name for every request, under which the log tells of it, and one line of the log for each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tracing::Span;

use crate::clock::Stopwatch;
use crate::rng::Rng;
use crate::state::AppState;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters of an id at most: a UUID has 36.
const CHARS_MAX: usize = 64;

/// What the log calls a request that no route takes.
const NO_ROUTE: &str = "-";

/// The name of a request: at most 64 of `A-Z a-z 0-9 . _ -`.
///
/// It is the client's, where that is well-formed: a log of several services is read along one id.
#[derive(Debug)]
struct RequestId(HeaderValue);

impl RequestId {
    fn of(headers: &HeaderMap, names: &RequestNames) -> Self {
        let mut given = headers.get_all(X_REQUEST_ID).into_iter();
        match (given.next().and_then(Self::parse), given.next()) {
            (Some(id), None) => id,
            _ => names.next(),
        }
    }

    fn parse(given: &HeaderValue) -> Option<Self> {
        let text = given.as_bytes();
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
        let is_well_formed = (1..=CHARS_MAX).contains(&text.len()) && text.iter().all(is_plain);
        is_well_formed.then(|| Self(given.clone()))
    }

    fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or(NO_ROUTE)
    }
}

/// Characters of half a name: six bytes in base64url.
const NAME_HALF: usize = 8;

fn half(bytes: [u8; 6]) -> [u8; NAME_HALF] {
    let mut text = [0; NAME_HALF];
    // There is room for all of them.
    let _ = URL_SAFE_NO_PAD.encode_slice(bytes, &mut text);
    text
}

/// Names for requests that bring none: what this life of the server drew, and a number. They are to be
/// told apart, and anyone may guess them.
#[derive(Debug)]
pub(super) struct RequestNames {
    life: [u8; NAME_HALF],
    given: AtomicU64,
}

impl RequestNames {
    pub(super) fn new(rng: &dyn Rng) -> Self {
        // Without random bytes two lives give the same names, and nothing else is lost.
        Self { life: half(rng.bytes().unwrap_or_default()), given: AtomicU64::new(0) }
    }

    fn next(&self) -> RequestId {
        let [.., n5, n4, n3, n2, n1, n0] = self.given.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let name = [self.life, half([n5, n4, n3, n2, n1, n0])];
        // Of its characters all may stand in a header.
        let name = HeaderValue::from_bytes(name.as_flattened());
        RequestId(name.unwrap_or(HeaderValue::from_static(NO_ROUTE)))
    }
}

/// What is told of a request when it has its answer: by its route and never by its address, which may
/// carry a token or a name.
pub(super) struct Tale {
    id: RequestId,
    method: Method,
    route: Option<Arc<str>>,
    watch: Stopwatch,
    span: Span,
}

impl Tale {
    /// Names the request, which came by the address of that route.
    pub(super) fn begin(names: &RequestNames, request: &Request, route: Option<Arc<str>>) -> Self {
        let id = RequestId::of(request.headers(), names);
        let span = tracing::info_span!("request", id = id.as_str());
        Self { id, method: request.method().clone(), route, watch: Stopwatch::start(), span }
    }

    /// Does what the log is to tell of under this name.
    pub(super) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        self.span.in_scope(work)
    }

    /// Tells of the request, and sends its name back.
    pub(super) fn tell(self, mut response: Response, state: &AppState) -> Response {
        let Self { id, method, route, watch, span } = self;
        let route = route.as_deref().unwrap_or(NO_ROUTE);
        let status = response.status().as_u16();
        let took = watch.elapsed();
        span.in_scope(|| {
            let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(%method, route, status, millis, "answered");
        });
        state.metrics().answered(&method, route, status, took.as_secs_f64());
        response.headers_mut().insert(X_REQUEST_ID, id.0);
        response
    }
}

#[cfg(test)]
mod tests {
    use crate::http::testing::World;

    #[tokio::test]
    async fn every_answer_carries_an_id_that_was_drawn_for_it() {
        let world = World::new();
        let one = world.get("/healthz").send().await;
        let other = world.get("/nothing").send().await;
        assert_eq!(one.header("x-request-id").len(), 16);
        assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
    }

    #[tokio::test]
    async fn a_well_formed_id_is_kept_and_any_other_is_not() {
        let world = World::new();
        let long = "a".repeat(65);
        for (given, is_kept) in [
            ("0198c3a0-7a3b-7c1e-9d2f-1a2b3c4d5e6f", true),
            ("a.b_c-D9", true),
            (long.as_str(), false),
            ("a b", false),
            ("a\"b", false),
            ("", false),
        ] {
            let answer = world.get("/healthz").header("x-request-id", given).send().await;
            assert_eq!(answer.header("x-request-id") == given, is_kept, "{given}");
        }
    }

    #[test]
    fn no_two_requests_of_a_server_and_no_two_servers_share_a_name() {
        let rng = crate::rng::testing::SeededRng::new(1);
        let servers = [super::RequestNames::new(&rng), super::RequestNames::new(&rng)];
        let names = (0..1000).flat_map(|_| servers.iter().map(|names| names.next().0));
        let names: std::collections::HashSet<_> = names.collect();
        assert_eq!(names.len(), 2000);
    }

    #[tokio::test]
    async fn two_ids_are_none() {
        let twice = World::new();
        let call = twice.get("/healthz").header("x-request-id", "a").header("x-request-id", "b");
        let answer = call.send().await;
        assert!(!["a", "b"].contains(&answer.header("x-request-id")));
    }
}
