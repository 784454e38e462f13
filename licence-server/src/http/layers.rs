//! What happens around every route, in one layer.
//!
//! A router puts each layer that it is given into a box for every route, and a request copies every box
//! that it goes through, with those inside it. So there is one, which holds a single pointer.

use std::convert::Infallible;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use licence_core::Code;
use tower::{Layer, Service};
use tracing::Instrument as _;

use super::cookie::CookieRule;
use super::cors::{self, Cors};
use super::csrf::{self, CookieUse};
use super::extract::LocalAdmin;
use super::problem::{OauthForm, Problem, with_oauth_members};
use super::request_id::{RequestNames, Tale};
use super::{client_address, request_time, server_timing};
use crate::config::Permission;
use crate::state::AppState;

/// Bytes of a body where a route says nothing else: a form or a few fields of JSON.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Puts the layer around the routes.
pub(super) fn around(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    let cors = Cors::new(&state.config().origins);
    let names = RequestNames::new(state.rng());
    routes.layer(Around(Arc::new(Surroundings { state: state.clone(), cors, names })))
}

/// What all requests go by.
struct Surroundings {
    state: AppState,
    cors: Cors,
    names: RequestNames,
}

impl Surroundings {
    async fn time(&self, answer: impl Future<Output = Response> + Send) -> Response {
        match self.state.config().server_timing {
            Permission::Refused => answer.await,
            // In a box, because whoever does not ask for it would carry its room through every request.
            Permission::Allowed => Box::pin(server_timing::told(answer)).await,
        }
    }
}

/// The layer.
#[derive(Clone)]
struct Around(Arc<Surroundings>);

/// A route with all that is around it.
#[derive(Clone)]
struct Surrounded<S> {
    around: Arc<Surroundings>,
    route: S,
}

impl<S> Layer<S> for Around {
    type Service = Surrounded<S>;

    fn layer(&self, route: S) -> Surrounded<S> {
        Surrounded { around: Arc::clone(&self.0), route }
    }
}

impl<S> Service<Request> for Surrounded<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + Unpin + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.route.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let around = Arc::clone(&self.around);
        let tale = Tale::begin(&around.names, &request);
        client_address::resolve(&mut request, &around.state);
        if let Some(answer) = around.cors.preflight(request.method(), request.headers()) {
            return Box::pin(ready(Ok(tale.tell(answer, &around.state))));
        }
        let mut answering = Answering::begin(&mut self.route, request, &around);
        Box::pin(async move {
            let response = around.time(answering.end()).instrument(tale.span()).await;
            Ok(tale.tell(response, &around.state))
        })
    }
}

/// A request that a route answers, or that is refused in its stead.
///
/// It stays where it is and is lent to those who wait for it: a future that is handed on by value is
/// copied at each step, and every one of them keeps room for it.
struct Answering<F> {
    time: request_time::Limit,
    origin: Option<cors::NamedOrigin>,
    oauth: Option<OauthForm>,
    /// The refusal, where another page forged the request, or the site was moved away.
    answer: Result<F, Response>,
}

impl<F: Future<Output = Result<Response, Infallible>> + Unpin> Answering<F> {
    fn begin<S>(route: &mut S, mut request: Request, around: &Surroundings) -> Self
    where
        S: Service<Request, Future = F>,
    {
        let origin = around.cors.named(request.headers());
        let is_token_route = request.uri().path().starts_with("/v1/auth/");
        let oauth = is_token_route.then(|| OauthForm::wanted(request.headers()));
        let refusal =
            refusal(&request, &around.state).map(|code| Problem::new(code).into_response());
        let time = request_time::Limit::put_on(&mut request, around.state.config().request_time);
        // Most requests bring no body, and have no need of a limit.
        if !request.body().is_end_stream() {
            DefaultBodyLimit::max(BODY_BYTES_MAX).apply(&mut request);
        }
        let answer = match refusal {
            Some(refusal) => Err(refusal),
            None => Ok(route.call(request)),
        };
        Self { time, origin, oauth, answer }
    }

    async fn end(&mut self) -> Response {
        let response = match &mut self.answer {
            Ok(answer) => self.time.keep(answer).await,
            Err(refusal) => std::mem::take(refusal),
        };
        // Token routes speak OAuth, also where a request is refused on its way there.
        let mut response = match self.oauth {
            Some(wanted) => with_oauth_members(response, wanted),
            None => response,
        };
        guard(response.headers_mut());
        cors::open(response.headers_mut(), self.origin.take());
        response
    }
}

/// Headers for every answer that has not set its own: none is kept by a cache, and none is taken
/// for another type than it says.
fn guard(answer: &mut HeaderMap) {
    answer.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// Why no route is to see a request.
fn refusal(request: &Request, state: &AppState) -> Option<Code> {
    if is_forged(request, state) {
        Some(Code::Csrf)
    } else if is_over(request, state) {
        Some(Code::Retired)
    } else {
        None
    }
}

/// Whether the site goes on elsewhere, so that this server answers monitoring and its own machine alone.
fn is_over(request: &Request, state: &AppState) -> bool {
    let is_monitoring = ["/healthz", "/readyz", "/metrics"].contains(&request.uri().path());
    let is_local = request.extensions().get::<LocalAdmin>().is_some();
    state.mirror().is_retired() && !is_monitoring && !is_local
}

/// Whether another page sent the request along with our cookie.
fn is_forged(request: &Request, state: &AppState) -> bool {
    let headers = request.headers();
    // Most requests bring none at all, and need not be told whose it is.
    let brings_cookie = headers.contains_key(header::COOKIE)
        && CookieRule::of(state.config(), state.site_key().id())
            .is_ok_and(|rule| rule.is_brought(headers, state.config()));
    let cookie = if brings_cookie { CookieUse::Some } else { CookieUse::None };
    csrf::check(request.method(), headers, cookie, &state.config().origins).is_err()
}

#[cfg(test)]
mod cross_product;

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use crate::http::testing::World;

    const APP: &str = "https://app.example.org";

    fn world() -> World {
        World::with("https://seats.example.org", &format!("origins = ['{APP}']"))
    }

    #[tokio::test]
    async fn a_named_origin_may_call_and_no_other() {
        let world = world();
        for (origin, is_named) in
            [(APP, true), ("https://seats.example.org", true), ("https://evil.example", false)]
        {
            let preflight = world
                .call(Method::OPTIONS, "/v1/auth/token")
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,x-licence-client")
                .send()
                .await;
            let allowed = preflight.headers.get("access-control-allow-origin");
            assert_eq!(allowed.map(|value| value.to_str().unwrap()), is_named.then_some(origin));
            assert!(preflight.header("vary").contains("origin"));
        }
    }

    #[tokio::test]
    async fn a_page_that_may_call_may_read_why_it_was_refused() {
        let refused = world().get("/v1/me").header("origin", APP).send().await;
        refused.assert_problem(401, "invalid_token");
        assert_eq!(refused.header("access-control-allow-origin"), APP);
        assert_eq!(refused.header("access-control-allow-credentials"), "true");
        assert_eq!(
            refused.header("access-control-expose-headers"),
            "www-authenticate,etag,retry-after,x-request-id"
        );
    }

    #[tokio::test]
    async fn no_answer_is_kept_by_a_cache_unless_it_says_so() {
        let answer = world().get("/healthz").send().await;
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }

    #[tokio::test]
    async fn an_address_that_leads_nowhere_is_said_to() {
        for path in ["/", "/v1", "/v1/nothing", "/v1/auth/nothing", "/.well-known/nothing"] {
            world().get(path).send().await.assert_problem(404, "not_found");
        }
    }
}
