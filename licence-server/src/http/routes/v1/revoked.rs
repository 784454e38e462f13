//! `GET /v1/revoked[?wait=SECONDS]`: the signed list of access tokens that are good no more, for
//! services that verify tokens without asking.
//!
//! A service keeps the list's `ETag` and asks with `If-None-Match` and `wait`: it is answered as soon
//! as something is revoked, or the list it has grows old.

use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use licence_core::Code;
use tokio::time::timeout;
use utoipa_axum::routes;

use crate::http::extract::Fields;
use crate::http::long_poll::LongPoll;
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::shares::Crowded;
use crate::state::AppState;
use crate::token::{NoList, RevokedList};

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(revoked))
}

#[utoipa::path(
    get,
    path = "/revoked",
    tag = "proof",
    operation_id = "revoked",
    summary = "The signed list of access tokens that are good no more",
    params(
        ("wait" = Option<u64>, Query, maximum = 30, description = "Seconds to wait for another list than the one at hand"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the version at hand: 304 where it is the newest"),
    ),
    security(()),
    responses(
        (status = 200, description = "`revoked+jwt`.", body = String, content_type = "application/jwt", headers(("ETag" = String, description = "The version, in quotes"))),
        (status = 304, description = "It is the list at hand."),
    ),
)]
async fn revoked(
    State(state): State<AppState>,
    poll: LongPoll,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let wait = wait(query.as_deref(), &state)?;
    let list = state.revoked_list()?;
    if !is_known(&headers, &list) {
        return Ok(answer(&list));
    }
    if !wait.is_zero() {
        drop((headers, query));
        let _wait = poll.begin(&state).map_err(|Crowded| Problem::new(Code::Busy))?;
        let mut news = state.mirror().watch_revocations();
        // Whether there is news or the time is over, the list is looked at once more.
        let _ = timeout(wait, news.wait_for(|seq| *seq != list.seq)).await;
        let newest = state.revoked_list()?;
        if etag(&newest) != etag(&list) {
            return Ok(answer(&newest));
        }
    }
    Ok((StatusCode::NOT_MODIFIED, caching(&list)).into_response())
}

fn wait(query: Option<&str>, state: &AppState) -> Result<Duration, Problem> {
    let secs_max = state.config().wait_max.as_secs();
    let secs = Fields::of_query(query, &["wait"])?.integer("wait")?.unwrap_or(0);
    let secs = u64::try_from(secs).ok().filter(|secs| *secs <= secs_max);
    secs.map(Duration::from_secs)
        .ok_or_else(|| Problem::invalid_request(format!("`wait` must be 0 to {secs_max} seconds")))
}

fn is_known(headers: &HeaderMap, list: &RevokedList) -> bool {
    let etag = etag(list);
    let tags = headers.get_all(header::IF_NONE_MATCH).into_iter();
    let mut tags = tags.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
    // RFC 9110 section 13.1.2: a tag that a proxy made weak is as good.
    tags.any(|tag| tag.trim().trim_start_matches("W/") == etag)
}

/// A list that was signed anew says the same with another signature, so it has another tag.
fn etag(list: &RevokedList) -> String {
    format!("\"{}-{}-{}\"", list.epoch, list.seq, list.iat.secs())
}

fn caching(list: &RevokedList) -> [(HeaderName, HeaderValue); 2] {
    // Digits, letters and quotes are always a header's value.
    let etag = HeaderValue::try_from(etag(list)).unwrap_or(HeaderValue::from_static("\"\""));
    [(header::ETAG, etag), (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))]
}

fn answer(list: &RevokedList) -> Response {
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/jwt"))];
    (caching(list), kind, list.text.clone()).into_response()
}

impl From<NoList> for Problem {
    fn from(why: NoList) -> Self {
        match why {
            // Some of them end every second.
            NoList::TooLong { .. } => {
                tracing::error!(%why, "no list of revoked tokens is signed");
                Self::new(Code::Busy)
            }
            NoList::NotSigned(why) => why.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use licence_core::claims::TokensOf;
    use licence_core::{Code, SignedRevoked};

    use super::{Duration, timeout};
    use crate::http::testing::{Answer, World};

    const REVOKED: &str = "/v1/revoked";

    async fn fetch(world: &World) -> Answer {
        let list = world.get(REVOKED).send().await;
        assert_eq!(list.status, 200, "{}", list.text);
        assert_eq!(list.header("content-type"), "application/jwt");
        list
    }

    async fn fetch_after(world: &World, known: &Answer, query: &str) -> Answer {
        let call = world.get(&format!("{REVOKED}{query}"));
        call.header("if-none-match", known.header("etag")).send().await
    }

    /// The list as a service verifies it beside the licence.
    fn verified(world: &World, list: &Answer) -> SignedRevoked {
        let terms = world.state.mirror().in_force(world.state.now()).unwrap();
        let licence = world.state.shelf().find(terms.id).unwrap();
        licence.accepted.verify_revoked(list.text.as_bytes(), world.state.now()).unwrap()
    }

    /// What a service that does not ask says of a token.
    fn judged(world: &World, list: &SignedRevoked, token: &str) -> Option<Code> {
        let now = world.state.now();
        let terms = world.state.mirror().in_force(now).unwrap();
        let licence = world.state.shelf().find(terms.id).unwrap();
        let verified = licence.accepted.verify_access_unless(list, token.as_bytes(), now);
        verified.err().map(|refusal| refusal.code())
    }

    #[tokio::test]
    async fn a_service_that_does_not_ask_learns_of_a_sign_out() {
        let world = World::licensed(2, 2).await;
        let (ann, bob) = (world.sign_in("user1").await, world.sign_in("user2").await);
        let (token, other) = (ann.string("access_token"), bob.string("access_token"));
        let list = verified(&world, &fetch(&world).await);
        assert!(list.claims().revoked.is_empty());
        assert_eq!(judged(&world, &list, &token), None);
        world.sign_out(&ann.string("refresh_token")).await;
        let list = verified(&world, &fetch(&world).await);
        assert_eq!(judged(&world, &list, &token), Some(Code::Revoked));
        assert_eq!(judged(&world, &list, &other), None);
    }

    #[tokio::test]
    async fn of_a_parked_session_the_old_tokens_are_refused_and_the_next_is_good() {
        let world = World::licensed(1, 1).await;
        let signed_in = world.sign_in("user1").await;
        let old = signed_in.string("access_token");
        world.call(Method::POST, "/v1/seats/release").bearer(&old).send().await;
        let next = world.refresh(&signed_in.string("refresh_token")).await.string("access_token");
        let list = verified(&world, &fetch(&world).await);
        assert!(matches!(list.claims().revoked[0].of, TokensOf::Session(_)));
        assert!(list.claims().revoked[0].before.is_some());
        assert_eq!(judged(&world, &list, &old), Some(Code::Revoked));
        assert_eq!(judged(&world, &list, &next), None, "though both were made in one second");
        assert_eq!(world.me(&old).await.status, 401);
        assert_eq!(world.me(&next).await.status, 200);
    }

    #[tokio::test]
    async fn one_token_that_is_taken_back_is_named_alone() {
        let world = World::licensed(1, 1).await;
        let signed_in = world.sign_in("user1").await;
        let token = signed_in.string("access_token");
        world.post("/v1/auth/revoke", &format!("token={token}")).send().await;
        let next = world.refresh(&signed_in.string("refresh_token")).await.string("access_token");
        let world = world.restarted().await;
        let list = verified(&world, &fetch(&world).await);
        assert_eq!(judged(&world, &list, &token), Some(Code::Revoked));
        assert_eq!(judged(&world, &list, &next), None);
    }

    #[tokio::test]
    async fn a_list_is_signed_once_for_all_who_ask_until_something_changes_or_it_grows_old() {
        let world = World::licensed(1, 1).await;
        let first = fetch(&world).await;
        world.clock.advance(599);
        assert_eq!(fetch(&world).await.text, first.text);
        let known = fetch_after(&world, &first, "").await;
        assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""));
        assert_eq!(known.header("etag"), first.header("etag"));
        world.clock.advance(1);
        let fresh = fetch_after(&world, &first, "").await;
        assert_eq!(fresh.status, 200, "it grew old");
        let claims = verified(&world, &fresh).claims().clone();
        assert_eq!((claims.iat, claims.exp), (world.state.now(), world.state.now().plus(3600)));
        let signed_in = world.sign_in("user1").await;
        assert_eq!(fetch(&world).await.text, fresh.text, "a sign-in takes nothing back");
        world.sign_out(&signed_in.string("refresh_token")).await;
        assert_ne!(fetch(&world).await.header("etag"), fresh.header("etag"));
    }

    #[tokio::test]
    async fn whoever_waits_is_told_when_something_is_revoked() {
        let world = World::licensed(1, 1).await;
        let signed_in = world.sign_in("user1").await;
        let known = fetch(&world).await;
        let refresh_token = signed_in.string("refresh_token");
        let (told, _) = tokio::join!(
            timeout(Duration::from_secs(20), fetch_after(&world, &known, "?wait=30")),
            world.sign_out(&refresh_token),
        );
        let told = told.expect("it is told, and does not wait for the end");
        assert_eq!(told.status, 200, "{}", told.text);
        let list = verified(&world, &told);
        assert_eq!(judged(&world, &list, &signed_in.string("access_token")), Some(Code::Revoked));
    }

    #[tokio::test]
    async fn whoever_there_is_no_room_to_wait_for_is_told_to_come_again() {
        let world = World::licensed(1, 1).await;
        let known = fetch(&world).await;
        let others = world.state.waiting_room().taken_by_others();
        fetch_after(&world, &known, "?wait=1").await.assert_problem(503, "busy");
        assert_eq!(fetch_after(&world, &known, "").await.status, 304, "who does not wait is told");
        drop(others);
        assert_eq!(fetch_after(&world, &known, "?wait=1").await.status, 304);
    }

    #[tokio::test]
    async fn whoever_waited_for_nothing_has_what_there_is() {
        let world = World::licensed(1, 1).await;
        let known = fetch(&world).await;
        let told = fetch_after(&world, &known, "?wait=1").await;
        assert_eq!(told.status, 304);
        let other = world.get(&format!("{REVOKED}?wait=30")).header("if-none-match", "\"x\"");
        assert_eq!(other.send().await.status, 200, "at once, for it has another one");
    }

    #[tokio::test]
    async fn what_is_not_right_is_named() {
        let world = World::new();
        for query in ["?wait=x", "?wait=-1", "?wait=31", "?wait=1&wait=1", "?since=1"] {
            let refused = world.get(&format!("{REVOKED}{query}")).send().await;
            refused.assert_problem(400, "invalid_request");
        }
        world.call(Method::POST, REVOKED).send().await.assert_problem(405, "invalid_request");
    }
}
