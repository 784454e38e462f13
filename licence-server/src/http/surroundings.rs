//! What happens around every route.
//!
//! A layer of the router would do it too. But the router puts each layer that it is given into a box for every
//! route, and a request copies every box that it goes through, with those inside it.

use std::convert::Infallible;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::future::RouteFuture;
use licence_core::Code;
use tower::Service as _;

use super::addresses::Addresses;
use super::app::Answer;
use super::cookie::CookieRule;
use super::cors::{self, Cors};
use super::csrf::{self, CookieUse};
use super::problem::{OauthForm, Problem, with_oauth_members};
use super::request_id::{RequestNames, Tale};
use super::request_time::Limit;
use super::visit::Visit;
use super::{client_address, server_timing};
use crate::config::Permission;
use crate::state::AppState;

/// Bytes of a body where a route says nothing else: a form or a few fields of JSON.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// What all requests go by.
pub(super) struct Surroundings {
    state: AppState,
    cors: Cors,
    names: RequestNames,
    addresses: Addresses,
}

impl Surroundings {
    /// Around routes at these addresses.
    pub(super) fn new(state: &AppState, addresses: impl Iterator<Item = String>) -> Self {
        let cors = Cors::new(&state.config().origins);
        let names = RequestNames::new(state.rng());
        Self { state: state.clone(), cors, names, addresses: addresses.collect() }
    }
}

/// Has the routes answer a request, with all that is around them.
pub(super) fn answer(
    around: &Arc<Surroundings>,
    routes: &mut Router,
    mut request: Request,
    mut visit: Visit,
) -> Answer {
    let state = &around.state;
    let route = around.addresses.of(request.uri().path());
    let tale = Tale::begin(&around.names, &request, route);
    visit.client = client_address::resolve(&mut request, visit.peer, state);
    if let Some(answer) = around.cors.preflight(request.method(), request.headers()) {
        return Box::pin(ready(tale.tell(answer, state)));
    }
    let ending = Ending::of(&request, tale, around);
    if let Some(code) = refusal(&request, &visit, state) {
        return Box::pin(ready(ending.end(Problem::new(code).into_response())));
    }
    let limit = Limit::put_on(&mut request, &mut visit, state.config().request_time);
    // Most requests bring no body, and have no need of a limit.
    if !request.body().is_end_stream() {
        DefaultBodyLimit::max(BODY_BYTES_MAX).apply(&mut request);
    }
    request.extensions_mut().insert(visit);
    let asked = Asked { route: routes.call(request), limit: Some(limit), late: None };
    let server_timing = state.config().server_timing;
    let answering = Answering { asked, ending: Some(ending) };
    match server_timing {
        Permission::Refused => Box::pin(answering),
        Permission::Allowed => Box::pin(server_timing::told(answering)),
    }
}

/// A request that is being answered.
///
/// Written with `async` it would be copied at each step that it is handed on by, a thousand bytes and more.
struct Answering {
    asked: Asked,
    /// What is to be done with the answer, until there is one.
    ending: Option<Ending>,
}

impl Future for Answering {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        let Self { asked, ending } = &mut *self;
        let come = ending.as_ref().map(|ending| ending.tale.within(|| asked.poll(context)));
        let Some(Poll::Ready(answer)) = come else { return Poll::Pending };
        ending.take().map_or(Poll::Pending, |ending| Poll::Ready(ending.end(answer)))
    }
}

/// A route that was asked, for as long as the request has time.
struct Asked {
    route: RouteFuture<Infallible>,
    /// What gives the request up, until the route has waited for the first time.
    limit: Option<Limit>,
    /// The same after that. Most routes answer when they are asked first, and need none.
    late: Option<Answer>,
}

impl Asked {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Response> {
        if let Poll::Ready(Ok(answer)) = Pin::new(&mut self.route).poll(context) {
            return Poll::Ready(answer);
        }
        if let Some(limit) = self.limit.take() {
            self.late = Some(Box::pin(limit.over()));
        }
        match &mut self.late {
            Some(late) => late.as_mut().poll(context),
            None => Poll::Pending,
        }
    }
}

/// What every answer is given on its way out.
struct Ending {
    around: Arc<Surroundings>,
    tale: Tale,
    origin: Option<cors::NamedOrigin>,
    oauth: Option<OauthForm>,
    is_head: bool,
}

impl Ending {
    fn of(request: &Request, tale: Tale, around: &Arc<Surroundings>) -> Self {
        let is_token_route = request.uri().path().starts_with("/v1/auth/");
        Self {
            tale,
            origin: around.cors.named(request.headers()),
            oauth: is_token_route.then(|| OauthForm::wanted(request.headers())),
            is_head: *request.method() == Method::HEAD,
            around: Arc::clone(around),
        }
    }

    fn end(self, answer: Response) -> Response {
        // Token routes speak OAuth, also where a request is refused on its way there.
        let mut answer = match self.oauth {
            Some(wanted) => with_oauth_members(answer, wanted),
            None => answer,
        };
        if self.is_head {
            // The router takes it away from its own answers, and not from what is answered here.
            *answer.body_mut() = Body::empty();
        }
        guard(answer.headers_mut());
        cors::open(answer.headers_mut(), self.origin);
        self.tale.tell(answer, &self.around.state)
    }
}

/// Headers for every answer that has not set its own: none is kept by a cache, and none is taken
/// for another type than it says.
fn guard(answer: &mut HeaderMap) {
    answer.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// Why no route is to see a request.
fn refusal(request: &Request, visit: &Visit, state: &AppState) -> Option<Code> {
    if is_forged(request, state) {
        Some(Code::Csrf)
    } else if is_over(request, visit, state) {
        Some(Code::Retired)
    } else {
        None
    }
}

/// Whether the site goes on elsewhere, so that this server answers monitoring and its own machine alone.
fn is_over(request: &Request, visit: &Visit, state: &AppState) -> bool {
    let is_monitoring = || ["/healthz", "/readyz", "/metrics"].contains(&request.uri().path());
    state.mirror().is_retired() && visit.local_admin.is_none() && !is_monitoring()
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
    async fn an_answer_is_as_long_as_it_says_and_one_to_head_has_no_body() {
        let world = World::with("http://seats.example.org", "");
        for path in ["/v1/auth/token", "/v1/me", "/nothing", "/healthz"] {
            let refused = world.post(path, "").send().await;
            let said = refused.headers.get("content-length").map(|said| said.to_str().unwrap());
            assert!(said.is_none_or(|said| said == refused.text.len().to_string()), "{path}");
            let call = world.call(Method::HEAD, path).header("cookie", "a=b");
            assert_eq!(call.send().await.text, "", "{path}");
        }
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
