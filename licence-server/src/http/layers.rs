//! What happens around every route.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Response};
use licence_core::Code;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::cookie::CookieRule;
use super::csrf::{self, CookieUse};
use super::problem::{OauthForm, Problem, with_oauth_members};
use super::{client_address, request_id, request_time};
use crate::config::Origin;
use crate::state::AppState;

/// How long a browser may remember what a preflight allowed: the most that Chromium does.
const PREFLIGHT_TIME: Duration = Duration::from_secs(7200);

/// Bytes of a body where a route says nothing else: a form or a few fields of JSON.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Puts the layers around the routes; the first is the first to see a request.
///
/// All in one go: the router puts what it is given into a box, and a request copies every box that it
/// goes through, with those inside it.
pub(super) fn around(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    routes.layer((
        from_fn_with_state(state.clone(), request_id::tell),
        from_fn_with_state(state.clone(), client_address::resolve),
        cors(&state.config().origins),
        map_response(guard),
        from_fn_with_state(state.clone(), request_time::limit),
        DefaultBodyLimit::max(BODY_BYTES_MAX),
        from_fn_with_state(state.clone(), admit),
    ))
}

/// CORS for the pages that an administrator named, on errors too: a page that may call must be able
/// to read why it was refused.
fn cors(origins: &[Origin]) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| origin.to_string().parse().ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.collect::<Vec<HeaderValue>>()))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            HeaderName::from_static("x-licence-client"),
        ])
        .expose_headers([
            header::WWW_AUTHENTICATE,
            header::ETAG,
            header::RETRY_AFTER,
            request_id::X_REQUEST_ID,
        ])
        .max_age(PREFLIGHT_TIME)
}

/// Headers for every answer that has not set its own: none is kept by a cache, and none is taken
/// for another type than it says.
async fn guard(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Lets a request in that no other page forged, and has token routes speak OAuth, also where it is
/// refused.
async fn admit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_token_route = request.uri().path().starts_with("/v1/auth/");
    let oauth = is_token_route.then(|| OauthForm::wanted(request.headers()));
    let response = if is_forged(&request, &state) {
        Problem::new(Code::Csrf).into_response()
    } else {
        next.run(request).await
    };
    match oauth {
        Some(wanted) => with_oauth_members(response, wanted),
        None => response,
    }
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
