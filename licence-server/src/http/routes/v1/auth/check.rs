//! `GET /v1/auth/check[?role=]`: may this request pass? For proxies that ask before they hand a
//! request on (nginx's `auth_request`, `forward_auth` elsewhere).

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use licence_core::claims::SignInClaims;
use licence_core::{Code, Role};
use utoipa_axum::routes;

use crate::http::csrf::{self, CookieUse};
use crate::http::extract::{Fields, Seated, in_cookie};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::Problem;
use crate::state::AppState;

const REMOTE_USER: HeaderName = HeaderName::from_static("remote-user");
const REMOTE_GROUPS: HeaderName = HeaderName::from_static("remote-groups");

/// The method of the request that a proxy holds back, as Traefik and Caddy say it; nginx is told to.
const X_FORWARDED_METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(check))
}

problems!(Refused: Csrf);

/// `Remote-User` is the person's id, which is `sub` of the access token: names change, and a header
/// carries no more than ASCII. `Remote-Groups` are the roles, with commas between.
#[utoipa::path(
    get,
    path = "/check",
    tag = "sign-in",
    operation_id = "check",
    summary = "May this request pass? For proxies (`auth_request`, `forward_auth`)",
    params(
        ("role" = Option<String>, Query, description = "A role that the person must have"),
        ("X-Forwarded-Method" = Option<String>, Header, description = "The method of the request that is held back, where the access token comes in a cookie"),
    ),
    security(("bearer" = ["seat"])),
    responses((
        status = 204,
        description = "It may.",
        headers(
            ("Remote-User" = String, description = "The person's id"),
            ("Remote-Groups" = String, description = "Their roles, with commas between"),
        ),
    ), Refused),
)]
async fn check(
    State(state): State<AppState>,
    headers: HeaderMap,
    Seated(own): Seated,
    RawQuery(query): RawQuery,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 2]), Problem> {
    if in_cookie(&headers, &state).is_some() {
        refuse_forged(&headers, &state)?;
    }
    let query = Fields::of_query(query.as_deref(), &["role"])?;
    let role = query.parsed("role", "a role of the application", Role::parse)?;
    if let Some(role) = role.filter(|role| !own.roles.contains(role)) {
        return Err(Problem::new(Code::Forbidden)
            .detail(format!("this needs the role `{role}`"))
            .with("role", role.to_string()));
    }
    Ok((StatusCode::NO_CONTENT, remote(&own)?))
}

/// The request that the proxy holds back would be made in the name of whoever's cookie came along, so it is
/// judged as if it were made here.
fn refuse_forged(headers: &HeaderMap, state: &AppState) -> Result<(), Problem> {
    let method = headers.get(X_FORWARDED_METHOD).map(HeaderValue::as_bytes);
    // A proxy that does not say what it holds back may hold anything back.
    let method = method.and_then(|method| Method::from_bytes(method).ok()).unwrap_or(Method::POST);
    csrf::check(&method, headers, CookieUse::Some, &state.config().origins)
        .map_err(|_| Problem::new(Code::Csrf))
}

fn remote(own: &SignInClaims) -> Result<[(HeaderName, HeaderValue); 2], Problem> {
    // Roles are identifiers, so that a comma is none of their characters.
    let roles: Vec<&str> = own.roles.iter().map(Role::as_str).collect();
    let value = |text: String| HeaderValue::try_from(text).map_err(Problem::internal);
    Ok([(REMOTE_USER, value(own.sub.to_string())?), (REMOTE_GROUPS, value(roles.join(","))?)])
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use serde_json::json;

    use crate::http::paths;
    use crate::http::testing::{Answer, PASSWORD, World};

    const CHECK: &str = "/v1/auth/check";

    async fn check(world: &World, query: &str, token: &str) -> Answer {
        world.get(&format!("{CHECK}{query}")).bearer(token).send().await
    }

    #[tokio::test]
    async fn who_is_signed_in_passes_and_the_proxy_learns_who_it_is() {
        let world = World::licensed(1, 0).await;
        let ann =
            json!({ "username": "ann", "password": PASSWORD, "app_roles": ["editor", "lab.2"] });
        let id = world.admin(paths::ADMIN_USERS, &ann).await.string("id");
        let token = world.sign_in("ann").await.string("access_token");
        for query in ["", "?role=editor"] {
            let passed = check(&world, query, &token).await;
            assert_eq!((passed.status.as_u16(), passed.text.as_str()), (204, ""));
            assert_eq!(passed.header("remote-user"), id);
            assert_eq!(passed.header("remote-groups"), "editor,lab.2");
        }
        let refused = check(&world, "?role=admin", &token).await;
        refused.assert_problem(403, "forbidden");
        assert!(!refused.headers.contains_key("remote-user"));
    }

    #[tokio::test]
    async fn who_is_not_signed_in_or_has_no_seat_does_not_pass() {
        let world = World::licensed(1, 1).await;
        let refused = world.get(CHECK).send().await;
        refused.assert_problem(401, "invalid_token");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        check(&world, "", "x").await.assert_problem(401, "invalid_token");
        let admin = world.admin_token().await;
        check(&world, "", &admin).await.assert_problem(403, "forbidden");
        let token = world.sign_in("user1").await.string("access_token");
        world.call(Method::POST, "/v1/seats/release").bearer(&token).send().await;
        check(&world, "", &token).await.assert_problem(401, "invalid_token");
    }

    #[tokio::test]
    async fn a_query_that_nobody_meant_lets_nobody_through() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        for query in ["?roles=admin", "?role=a%20b", "?role=a&role=b"] {
            check(&world, query, &token).await.assert_problem(400, "invalid_request");
        }
        let wrong = world.call(Method::POST, CHECK).bearer(&token).send().await;
        wrong.assert_problem(405, "invalid_request");
    }
}
