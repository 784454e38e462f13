use axum::http::Method;
use serde_json::{Value, json};

use crate::http::paths::ADMIN_SERVICES;
use crate::http::testing::{Answer, World};

async fn add(world: &World, body: Value) -> Answer {
    world.admin(ADMIN_SERVICES, &body).await
}

async fn list(world: &World) -> Vec<Value> {
    let answer = world.get(ADMIN_SERVICES).send_locally().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].as_array().unwrap().clone()
}

async fn revoke(world: &World, which: &str) -> Answer {
    let path = format!("{ADMIN_SERVICES}/{which}");
    world.call(Method::DELETE, &path).send_locally().await
}

/// How many seats are taken, as a service with the scope `seats` sees it.
async fn seats(world: &World, key: &str) -> Answer {
    world.get("/v1/licence").bearer(key).send().await
}

#[tokio::test]
async fn a_key_is_shown_once_and_opens_what_its_scopes_say() {
    let world = World::licensed(3, 1).await;
    let added = add(&world, json!({ "name": "grafana", "scopes": ["seats", "seats"] })).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let key = added.string("key");
    assert!(key.starts_with("lsk1_") && key.len() == 69, "{key}");
    let listed = list(&world).await;
    assert_eq!((&listed[0]["name"], &listed[0]["scopes"]), (&json!("grafana"), &json!(["seats"])));
    assert_eq!(listed[0]["ends_at"], listed[0]["created_at"].as_i64().unwrap() + 365 * 86_400);
    assert_eq!(listed[0].get("key"), None);
    world.sign_in("user1").await;
    assert_eq!(seats(&world, &key).await.json()["seats"]["in_use"], 1);

    let other = add(&world, json!({ "name": "api", "scopes": ["introspect"] })).await;
    let refused = seats(&world, &other.string("key")).await;
    refused.assert_problem(403, "forbidden");
    assert_eq!(refused.json()["scope"], "seats");
    assert!(refused.header("www-authenticate").contains("insufficient_scope"));
}

#[tokio::test]
async fn a_key_is_good_until_its_end_and_no_longer() {
    let world = World::licensed(1, 0).await;
    let added = add(&world, json!({ "name": "grafana", "scopes": ["seats"], "days": 1 })).await;
    let key = added.string("key");
    world.clock.advance(86_399);
    assert_eq!(seats(&world, &key).await.status, 200);
    world.clock.advance(1);
    seats(&world, &key).await.assert_problem(401, "invalid_token");
    assert_eq!(list(&world).await.len(), 1, "whoever looks for the reason finds it");
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_at_once_and_after_a_restart() {
    let world = World::licensed(1, 0).await;
    let keep = add(&world, json!({ "name": "keep", "scopes": ["seats"] })).await.string("key");
    let gone = add(&world, json!({ "name": "gone", "scopes": ["seats"] })).await.string("key");
    assert_eq!(revoke(&world, "GONE").await.string("name"), "gone");
    seats(&world, &gone).await.assert_problem(401, "invalid_token");
    let world = world.restarted().await;
    seats(&world, &gone).await.assert_problem(401, "invalid_token");
    assert_eq!(seats(&world, &keep).await.status, 200);
    let id = list(&world).await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(revoke(&world, &id).await.string("name"), "keep");
    revoke(&world, &id).await.assert_problem(404, "not_found");
    assert!(list(&world).await.is_empty());
}

#[tokio::test]
async fn the_store_holds_no_key() {
    let world = World::new();
    let key = add(&world, json!({ "name": "api", "scopes": ["seats"] })).await.string("key");
    let secret = licence_core::base64url::decode(key.strip_prefix("lsk1_").unwrap()).unwrap();
    let mut is_there = true;
    let holds = |file: &std::path::Path| {
        let bytes = std::fs::read(file).unwrap();
        let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        is_there = holds(&secret[16..]) || holds(key.as_bytes());
        assert!(holds(&secret[..16]), "the id is there, so this is the right file");
    };
    world.edited(holds).await;
    assert!(!is_there);
}

#[tokio::test]
async fn a_name_is_taken_once_and_there_is_room_for_so_many() {
    let world = World::new();
    for number in 0..256 {
        let added = add(&world, json!({ "name": format!("s{number}"), "scopes": ["seats"] })).await;
        assert_eq!(added.status, 201, "{}", added.text);
    }
    let refused = add(&world, json!({ "name": "one-more", "scopes": ["seats"] })).await;
    refused.assert_problem(409, "conflict");
    assert!(refused.string("detail").contains("256"), "{}", refused.text);
    revoke(&world, "s7").await;
    let taken = add(&world, json!({ "name": "S8", "scopes": ["seats"] })).await;
    taken.assert_problem(409, "conflict");
    assert!(taken.string("detail").contains("`S8`"), "{}", taken.text);
    assert_eq!(add(&world, json!({ "name": "s7", "scopes": ["seats"] })).await.status, 201);
}

#[tokio::test]
async fn what_is_not_right_is_named() {
    let world = World::new();
    for (body, word) in [
        (json!({ "scopes": ["seats"] }), "`name`"),
        (json!({ "name": "a b", "scopes": ["seats"] }), "`name`"),
        (json!({ "name": "a" }), "`scopes`"),
        (json!({ "name": "a", "scopes": [] }), "`scopes`"),
        (json!({ "name": "a", "scopes": ["seats", "admin"] }), "`scopes`"),
        (json!({ "name": "a", "scopes": ["seats"], "days": 0 }), "`days`"),
        (json!({ "name": "a", "scopes": ["seats"], "days": 3651 }), "`days`"),
    ] {
        let refused = add(&world, body).await;
        refused.assert_problem(400, "invalid_request");
        assert!(refused.string("detail").contains(word), "{}", refused.text);
    }
    assert!(list(&world).await.is_empty());
}

#[tokio::test]
async fn only_an_administrator_gives_keys_and_the_log_says_who_did() {
    let world = World::licensed(1, 1).await;
    let body = json!({ "name": "api", "scopes": ["seats"] });
    let post = |token: String| {
        let call = world.call(Method::POST, ADMIN_SERVICES).bearer(&token);
        call.header("content-type", "application/json").body(body.to_string()).send()
    };
    let user = world.sign_in("user1").await.string("access_token");
    post(user).await.assert_problem(403, "forbidden");
    let admin = world.admin_token().await;
    let added = post(admin.clone()).await;
    assert_eq!(added.status, 201, "{}", added.text);
    post(added.string("key")).await.assert_problem(401, "invalid_token");
    let log = world.get("/v1/admin/audit?act=service_added").bearer(&admin).send().await;
    let entry = &log.json()["items"][0];
    assert_eq!(entry["service"], added.json()["id"], "{}", log.text);
    assert_ne!(entry["by"], "local");
}
