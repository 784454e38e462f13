//! A name for every request, under which the log tells of it, and one line of the log for each.

use std::fmt;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use licence_core::base64url;
use tracing::Instrument as _;

use crate::clock::Stopwatch;
use crate::rng::Rng;
use crate::state::AppState;

pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Characters of an id at most: a UUID has 36.
const CHARS_MAX: usize = 64;

/// What the log calls a request that no route takes.
const NO_ROUTE: &str = "-";

/// The name of a request; every request has it as an extension.
///
/// It is the client's, where that is well-formed: a log of several services is read along one id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The text: at most 64 of `A-Z a-z 0-9 . _ -`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(headers: &HeaderMap, rng: &dyn Rng) -> Self {
        let mut given = headers.get_all(X_REQUEST_ID).into_iter();
        match (given.next().and_then(Self::parse), given.next()) {
            (Some(id), None) => id,
            _ => Self::draw(rng),
        }
    }

    fn parse(given: &HeaderValue) -> Option<Self> {
        let text = given.to_str().ok()?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let is_well_formed = (1..=CHARS_MAX).contains(&text.len()) && text.bytes().all(is_plain);
        is_well_formed.then(|| Self(text.into()))
    }

    fn draw(rng: &dyn Rng) -> Self {
        // Without random bytes requests lose their names, and nothing else.
        let text = rng
            .bytes::<12>()
            .map_or_else(|_| NO_ROUTE.to_owned(), |bytes| base64url::encode(&bytes));
        Self(text.into())
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names the request, sends the name back, and tells of the request when it has its answer: by its
/// route and never by its address, which may carry a token or a name.
pub(super) async fn tell(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::of(request.headers(), state.rng());
    request.extensions_mut().insert(id.clone());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let span = tracing::info_span!("request", %id);
    let watch = Stopwatch::start();
    let mut response = next.run(request).instrument(span.clone()).await;
    span.in_scope(|| {
        let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
        let status = response.status().as_u16();
        let millis = watch.millis();
        tracing::info!(%method, route, status, millis, "answered");
        state.metrics().answered(method.as_str(), route, status, watch.secs());
    });
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    response
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

    #[tokio::test]
    async fn two_ids_are_none() {
        let twice = World::new();
        let call = twice.get("/healthz").header("x-request-id", "a").header("x-request-id", "b");
        let answer = call.send().await;
        assert!(!["a", "b"].contains(&answer.header("x-request-id")));
    }
}
