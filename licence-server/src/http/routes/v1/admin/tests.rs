//! Who may administer, and where: every route by every kind of caller.

use axum::http::Method;
use serde_json::{Value, json};

use crate::http::testing::{Answer, PASSWORD, World};

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

/// Every route, with what it answers to whoever may ask: a body that says nothing, or a thing that is
/// not there, is refused after the caller was let in.
fn routes() -> Vec<(Method, String, Value, u16)> {
    let gone = |path: &str| path.replace("{id}", NOBODY);
    let (get, post, patch, delete) = (Method::GET, Method::POST, Method::PATCH, Method::DELETE);
    let routes = [
        (&get, "/licences", json!(null), 200),
        (&post, "/licences", json!(null), 400),
        (&get, "/users", json!(null), 200),
        (&post, "/users", json!({}), 400),
        (&get, "/users/{id}", json!(null), 404),
        (&delete, "/users/{id}", json!(null), 404),
        (&post, "/users/{id}/disable", json!(null), 404),
        (&post, "/users/{id}/enable", json!(null), 404),
        (&patch, "/users/{id}", json!({ "roles": [] }), 404),
        (&post, "/users/{id}/invite", json!({}), 404),
        (&post, "/users/{id}/reset", json!({}), 404),
        (&post, "/users/import", json!({}), 415),
        (&get, "/users/{id}/export", json!(null), 404),
        (&get, "/sessions", json!(null), 200),
        (&delete, "/sessions/{id}", json!(null), 404),
        (&get, "/seats", json!(null), 200),
        (&get, "/seats/queue", json!(null), 200),
        (&post, "/seats/release", json!({ "user": "nobody" }), 404),
        (&post, "/seats/borrowed/{id}/write-off", json!(null), 404),
        (&post, "/seats/held-back/write-off", json!(null), 200),
        (&get, "/audit", json!(null), 200),
        (&get, "/audit/verify", json!(null), 200),
        (&post, "/audit/prune", json!({ "before": 1_600_000_000 }), 200),
        (&post, "/usage/statements", json!({ "from": 1 }), 400),
        (&get, "/clock", json!(null), 200),
        (&post, "/clock/accept", json!(null), 200),
        (&post, "/clock/reset", json!({}), 400),
    ];
    let whole = |(method, path, body, status): (&Method, &str, Value, u16)| {
        (method.clone(), format!("/v1/admin{}", gone(path)), body, status)
    };
    routes.into_iter().map(whole).collect()
}

async fn ask(world: &World, (method, path, body): (&Method, &str, &Value), token: &str) -> Answer {
    let call = world.call(method.clone(), path).header("content-type", "application/json");
    let call = if body.is_null() { call } else { call.body(body.to_string()) };
    match token {
        "" => call.send().await,
        "local" => call.send_locally().await,
        token => call.bearer(token).send().await,
    }
}

#[tokio::test]
async fn every_route_opens_to_an_administrator_and_to_nobody_else() {
    let world = World::licensed(3, 1).await;
    let application = world.sign_in("user1").await.string("access_token");
    let admin = world.admin_token().await;
    let own = world.sign_in("root").await.string("access_token");
    for (method, path, body, status) in routes() {
        let request = (&method, path.as_str(), &body);
        let what = format!("{method} {path}");
        ask(&world, request, "").await.assert_problem(401, "invalid_token");
        ask(&world, request, "x").await.assert_problem(401, "invalid_token");
        ask(&world, request, &application).await.assert_problem(403, "forbidden");
        // The role alone is not enough: an application must not administer behind its person's back.
        ask(&world, request, &own).await.assert_problem(403, "forbidden");
        assert_eq!(ask(&world, request, "local").await.status, status, "{what}");
        assert_eq!(ask(&world, request, &admin).await.status, status, "{what}");
    }
}

#[tokio::test]
async fn administration_needs_no_seat_no_licence_and_no_sound_clock() {
    let sign_in = async |world: &World, name: &str, scope: &str| {
        let form = format!("grant_type=password&username={name}&password={PASSWORD}&scope={scope}");
        world.post("/v1/auth/token", &form).send().await
    };
    let world = World::new();
    let user = json!({ "username": "ann", "password": PASSWORD, "roles": ["admin"] });
    assert_eq!(world.admin("/v1/admin/users", &user).await.status, 201);
    sign_in(&world, "ann", "seat").await.assert_problem(403, "no_licence");
    assert_eq!(sign_in(&world, "ann", "admin").await.status, 200, "no licence");

    world.furnish(1, 1).await;
    assert_eq!(world.sign_in("user1").await.status, 200);
    sign_in(&world, "ann", "seat").await.assert_problem(409, "no_seat");
    let in_full_house = sign_in(&world, "ann", "admin").await;
    assert_eq!(in_full_house.status, 200, "a full house");
    assert_eq!(in_full_house.json().get("seat"), None);
    sign_in(&world, "user1", "admin").await.assert_problem(403, "forbidden");

    world.clock.set_wall_by(400 * 86_400);
    let doubted = sign_in(&world, "ann", "admin").await;
    assert_eq!(doubted.status, 200, "a clock in doubt");
    let token = doubted.string("access_token");
    let clock = world.get("/v1/admin/clock").bearer(&token).send().await;
    assert_eq!(clock.string("state"), "disputed");
    let call = world.call(Method::POST, "/v1/admin/clock/accept").bearer(&token);
    assert_eq!(call.send().await.string("state"), "sound");
    sign_in(&world, "ann", "seat").await.assert_problem(403, "licence_expired");
    assert_eq!(sign_in(&world, "ann", "admin").await.status, 200, "an expired licence");
}

#[tokio::test]
async fn an_administrators_token_opens_no_application() {
    let world = World::licensed(2, 0).await;
    let token = world.admin_token().await;
    assert_eq!(world.me(&token).await.status, 200);
    let park = world.call(Method::POST, "/v1/seats/release").bearer(&token);
    park.send().await.assert_problem(403, "forbidden");
    let licence = world.get("/v1/licence").bearer(&token).send().await;
    assert_eq!(licence.json()["seats"]["in_use"], 0, "it holds no seat");
}

#[tokio::test]
async fn what_a_query_does_not_know_is_refused() {
    let world = World::new();
    for path in [
        "/users?disabeld=true",
        "/users?limit=0",
        "/users?limit=201",
        "/users?limit=x",
        "/users?after=x",
        "/users?limit=1&limit=2",
        "/sessions?after=x",
        "/seats?user=ann",
        "/audit?from=yesterday",
        "/audit?after=-1",
        "/audit?session=x",
    ] {
        let answer = world.get(&format!("/v1/admin{path}")).send_locally().await;
        answer.assert_problem(400, "invalid_request");
    }
    for path in ["/users/%ff", "/users/nobody", "/users/%20", "/sessions?user=nobody"] {
        let answer = world.get(&format!("/v1/admin{path}")).send_locally().await;
        answer.assert_problem(404, "not_found");
    }
}
