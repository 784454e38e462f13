use axum::http::Method;
use serde_json::json;

use crate::http::testing::World;

async fn state(world: &World) -> String {
    world.get("/v1/admin/clock").send_locally().await.string("state")
}

#[tokio::test]
async fn a_clock_that_leapt_ahead_is_shown_and_accepted_on_a_word() {
    let world = World::licensed(1, 1).await;
    assert_eq!(state(&world).await, "sound");
    world.clock.set_wall_by(2 * 86_400);
    let shown = world.get("/v1/admin/clock").send_locally().await.json();
    assert_eq!(shown["state"], "disputed");
    assert_eq!(shown["wall"].as_i64().unwrap() - shown["now"].as_i64().unwrap(), 2 * 86_400);
    let accepted = world.call(Method::POST, "/v1/admin/clock/accept").send_locally().await;
    assert_eq!(accepted.string("state"), "sound");
    assert_eq!(accepted.json()["now"], shown["wall"]);
}

#[tokio::test]
async fn a_clock_is_put_back_with_a_reason_and_every_seat_comes_back() {
    let world = World::licensed(1, 1).await;
    world.clock.set_wall_by(2 * 86_400);
    world.call(Method::POST, "/v1/admin/clock/accept").send_locally().await;
    let signed_in = world.sign_in("user1").await;
    world.clock.set_wall_by(-2 * 86_400);
    assert_eq!(state(&world).await, "behind");
    let reset = async |body| world.admin("/v1/admin/clock/reset", &body).await;
    reset(json!({})).await.assert_problem(400, "invalid_request");
    reset(json!({ "reason": "" })).await.assert_problem(400, "invalid_request");
    let done = reset(json!({ "reason": "the battery was empty" })).await;
    assert_eq!(done.string("state"), "sound", "{}", done.text);
    world.me(&signed_in.string("access_token")).await.assert_problem(401, "invalid_token");
    assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 0);
    assert_eq!(world.refresh(&signed_in.string("refresh_token")).await.status, 200);
    let log = world.get("/v1/admin/audit?act=clock_reset").send_locally().await;
    assert_eq!(log.json()["items"][0]["reason"], "the battery was empty");
}

/// Whoever waited for a seat once waited on until something else happened.
#[tokio::test]
async fn a_clock_that_is_accepted_lets_go_at_once_of_what_has_lapsed() {
    let world = World::licensed(1, 1).await;
    world.sign_in("user1").await;
    world.clock.set_wall_by(2 * 86_400);
    let seats = || world.state.mirror().seats_in_use(world.state.now());
    assert_eq!(seats(), 1);
    world.call(Method::POST, "/v1/admin/clock/accept").send_locally().await;
    assert_eq!(seats(), 0);
}
