//! What happens around every route.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Response};
use licence_core::Code;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::body_watch::BodyWatch;
use super::cookie::CookieRule;
use super::csrf::{self, CookieUse};
use super::problem::{Problem, with_oauth_members};
use crate::config::Origin;
use crate::state::AppState;

/// How long a browser may remember what a preflight allowed: the most that Chromium does.
const PREFLIGHT_TIME: Duration = Duration::from_secs(7200);

/// Puts the layers around the routes; the last one added is the first to see a request.
pub(super) fn around(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    routes
        .layer(from_fn_with_state(state.clone(), refuse_forged))
        .layer(from_fn(speak_oauth))
        .layer(from_fn_with_state(state.clone(), limit_time))
        .layer(map_response(guard))
        .layer(cors(&state.config().origins))
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
        .expose_headers([header::WWW_AUTHENTICATE, header::ETAG, header::RETRY_AFTER])
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

/// Gives a request up that takes too long. What it asked the writer for may still be done: a refresh
/// that is tried again gets the same token.
///
/// A client that sends its body too slowly is told so, and nobody else: whoever wants to may do that
/// all day, and the log is for what goes wrong here.
async fn limit_time(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (request, body) = BodyWatch::over(request);
    let answer = tokio::time::timeout(state.config().request_time, next.run(request)).await;
    answer.unwrap_or_else(|_| {
        let problem = if body.is_clients_turn() {
            tracing::debug!("a body came too slowly and was given up");
            Problem::invalid_request("the body did not come to its end in time")
                .status(StatusCode::REQUEST_TIMEOUT)
                .mend("send it again, over a faster connection")
        } else {
            tracing::warn!("a request took too long and was given up");
            Problem::new(Code::Busy)
        };
        problem.into_response()
    })
}

async fn speak_oauth(request: Request, next: Next) -> Response {
    let is_token_route = request.uri().path().starts_with("/v1/auth/");
    let response = next.run(request).await;
    if is_token_route { with_oauth_members(response).await } else { response }
}

/// Refuses what another page sent along with our cookie.
async fn refuse_forged(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let brings_cookie = CookieRule::of(state.config(), state.site_key().id())
        .is_ok_and(|rule| rule.values(request.headers()).next().is_some());
    let cookie = if brings_cookie { CookieUse::Some } else { CookieUse::None };
    let origins = &state.config().origins;
    match csrf::check(request.method(), request.headers(), cookie, origins) {
        Ok(()) => next.run(request).await,
        Err(csrf::Forged) => Problem::new(Code::Csrf).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use axum::body::{Body, Bytes, HttpBody};
    use axum::http::Method;
    use hyper::body::Frame;

    use crate::config::{Config, Origin, Settings};
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
            "www-authenticate,etag,retry-after"
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

    fn impatient() -> World {
        let mut config = Config::new(Settings::default(), Origin::localhost(8080));
        config.request_time = Duration::ZERO;
        World::by(config)
    }

    #[tokio::test]
    async fn a_body_that_comes_too_slowly_is_given_up() {
        let world = impatient();
        let call = world.call(Method::POST, "/v1/auth/token").body(Body::new(Endless));
        call.send().await.assert_problem(408, "invalid_request");
    }

    #[tokio::test]
    async fn a_request_that_takes_us_too_long_is_given_up() {
        // Its password is hashed on another thread, for longer than no time at all.
        let form = "grant_type=password&username=nobody&password=correct+horse";
        let answer = impatient().post("/v1/auth/token", form).send().await;
        answer.assert_problem(503, "busy");
        assert_eq!(answer.header("retry-after"), "1");
    }

    /// A body whose next byte never comes.
    struct Endless;

    impl HttpBody for Endless {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }
}
