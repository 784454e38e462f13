use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::http::paths::ADMIN_SERVICES;
use crate::http::testing::{Answer, PASSWORD, World};

const INTROSPECT: &str = "/v1/auth/introspect";

async fn key(world: &World, scope: &str) -> String {
    let service = json!({ "name": format!("api-{scope}"), "scopes": [scope], "days": 3650 });
    world.admin(ADMIN_SERVICES, &service).await.string("key")
}

/// A server with one seat, one person and the key of a service.
async fn world() -> (World, String) {
    let world = World::licensed(1, 1).await;
    let key = key(&world, "introspect").await;
    (world, key)
}

async fn introspect(world: &World, key: &str, token: &str) -> Answer {
    let form = format!("token={token}&token_type_hint=anything");
    world.post(INTROSPECT, &form).bearer(key).send().await
}

#[track_caller]
fn assert_inactive(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, r#"{"active":false}"#));
}

/// What an access token says, read without a look at its signature.
fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&licence_core::base64url::decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn a_service_learns_what_the_access_token_says() {
    let (world, key) = world().await;
    let token = world.sign_in("user1").await.string("access_token");
    let answer = introspect(&world, &key, &token).await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut expected = claims(&token);
    expected["active"] = json!(true);
    expected["token_type"] = json!("bearer");
    expected["username"] = json!("user1");
    assert_eq!(answer.json(), expected);
    for member in ["scope", "client_id", "sub", "aud", "iss", "exp", "iat", "jti", "sid", "roles"] {
        assert!(expected.get(member).is_some(), "{member}");
    }
}

#[tokio::test]
async fn a_refresh_token_is_active_while_it_is_the_current_one() {
    let (world, key) = world().await;
    let signed_in = world.sign_in("user1").await;
    let parent = signed_in.string("refresh_token");
    let answer = introspect(&world, &key, &parent).await.json();
    let access = claims(&signed_in.string("access_token"));
    for member in ["iss", "sub", "client_id", "sid", "scope", "auth_time", "roles"] {
        assert_eq!(answer[member], access[member], "{member}");
    }
    assert_eq!((&answer["active"], &answer["aud"]), (&json!(true), &access["iss"]));
    assert_eq!(answer.get("token_type"), None, "it is no access token");
    let child = world.refresh(&parent).await.string("refresh_token");
    assert_inactive(&introspect(&world, &key, &parent).await);
    assert_eq!(introspect(&world, &key, &child).await.json()["active"], true);
    world.clock.advance(31 * 86_400);
    assert_inactive(&introspect(&world, &key, &child).await);
}

#[tokio::test]
async fn what_opens_nothing_at_a_service_is_inactive_and_nothing_says_why() {
    let (world, key) = world().await;
    let admin = world.admin_token().await;
    let form = format!("grant_type=password&scope=admin&username=root&password={PASSWORD}");
    let admins = world.post("/v1/auth/token", &form).send().await.string("refresh_token");
    let signed_in = world.sign_in("user1").await;
    let (token, refresh) = (signed_in.string("access_token"), signed_in.string("refresh_token"));
    let foreign = World::licensed(1, 1).await.sign_in("user1").await.string("access_token");
    let (input, _) = foreign.rsplit_once('.').unwrap();
    let forged = format!("{input}.{}", "A".repeat(86));
    for nothing in ["x", "a.b.c", "lrt1_x", &key, &forged, &admin, &admins] {
        assert_inactive(&introspect(&world, &key, nothing).await);
    }
    world.sign_out(&refresh).await;
    for ended in [&token, &refresh] {
        assert_inactive(&introspect(&world, &key, ended).await);
    }
    let again = world.sign_in("user1").await.string("access_token");
    world.clock.advance(900);
    assert_inactive(&introspect(&world, &key, &again).await);
}

/// What was verified once is kept, and says nothing of what became of its person since.
#[tokio::test]
async fn a_token_is_inactive_as_soon_as_its_person_is_disabled_or_erased() {
    for (method, path) in
        [(Method::POST, "/v1/admin/users/user1/disable"), (Method::DELETE, "/v1/admin/users/user1")]
    {
        let (world, key) = world().await;
        let signed_in = world.sign_in("user1").await;
        let tokens = ["access_token", "refresh_token"].map(|name| signed_in.string(name));
        for token in &tokens {
            assert_eq!(introspect(&world, &key, token).await.json()["active"], true);
        }
        assert!(world.call(method, path).send_locally().await.status.is_success());
        for token in &tokens {
            assert_inactive(&introspect(&world, &key, token).await);
        }
    }
}

#[tokio::test]
async fn a_service_says_who_it_is_by_bearer_or_by_basic() {
    let (world, key) = world().await;
    let ask =
        |header: String| world.post(INTROSPECT, "token=x").header("authorization", &header).send();
    let basic =
        |name: &str, key: &str| ask(format!("Basic {}", STANDARD.encode(format!("{name}:{key}"))));
    assert_inactive(&basic("api-introspect", &key).await);
    for refused in [basic("other", &key).await, basic("api-introspect", "x").await] {
        refused.assert_problem(401, "invalid_token");
        assert_eq!(refused.string("error"), "invalid_client");
        assert_eq!(refused.header("www-authenticate"), "Basic realm=\"licence-server\"");
    }
    let refused = ask("Bearer x".to_owned()).await;
    refused.assert_problem(401, "invalid_token");
    assert_eq!(refused.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    let refused = world.post(INTROSPECT, "token=x").send().await;
    refused.assert_problem(401, "invalid_token");
    assert_eq!(refused.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn a_token_is_shown_to_services_that_may_ask_and_to_nobody_else() {
    let (world, _) = world().await;
    let token = world.sign_in("user1").await.string("access_token");
    introspect(&world, &token, &token).await.assert_problem(401, "invalid_token");
    let seats = key(&world, "seats").await;
    let refused = introspect(&world, &seats, &token).await;
    refused.assert_problem(403, "forbidden");
    assert_eq!(refused.string("error"), "insufficient_scope");
}

#[tokio::test]
async fn a_request_that_is_not_right_is_told_so() {
    let (world, key) = world().await;
    for form in ["", "token=", "token=a&token=b", "token_type_hint=access_token"] {
        let refused = world.post(INTROSPECT, form).bearer(&key).send().await;
        refused.assert_problem(400, "invalid_request");
    }
    world.get(INTROSPECT).send().await.assert_problem(405, "invalid_request");
}
