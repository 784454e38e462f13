use axum::http::Method;
use serde_json::json;

use crate::http::paths;
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

/// Until their next refresh, sessions that began while the clock was ahead once lay in the future wherever they were shown.
#[tokio::test]
async fn no_session_is_shown_in_the_future_after_the_clock_was_set_back() {
    const DAYS_SECS: i64 = 40 * 86_400;
    let world = World::licensed(1, 2).await;
    let key = json!({ "name": "api", "scopes": ["introspect"], "days": 3650 });
    let key = world.admin(paths::ADMIN_SERVICES, &key).await.string("key");
    world.clock.set_wall_by(DAYS_SECS);
    world.call(Method::POST, "/v1/admin/clock/accept").send_locally().await;
    let refresh_token = world.sign_in("user1").await.string("refresh_token");
    world.clock.set_wall_by(-DAYS_SECS);
    let reset = json!({ "reason": "a typing error" });
    assert_eq!(world.admin("/v1/admin/clock/reset", &reset).await.status, 200);
    world.clock.advance(60);

    let other = world.sign_in("user2").await.string("refresh_token");
    let waiting = world.sign_in("user1").await;
    waiting.assert_problem(409, "no_seat");
    world.sign_out(&other).await;
    let here = world.refresh(&waiting.string("refresh_token")).await.string("access_token");
    let own = world.get("/v1/sessions").bearer(&here).send().await.json();
    let listed = world.get("/v1/admin/sessions").send_locally().await.json();
    let exported = world.get("/v1/admin/users/user1/export").send_locally().await.json();
    let form = format!("token={refresh_token}");
    let introspected = world.post("/v1/auth/introspect", &form).bearer(&key).send().await.json();
    let now = world.state.now().secs();
    assert!(
        waiting.json()["sessions"][0]["auth_time"].as_i64().unwrap() <= now,
        "{}",
        waiting.text
    );
    for (shown, happened, end) in [
        (&own["sessions"][0], &["auth_time", "last_seen"][..], "expires_at"),
        (&own["sessions"][1], &["auth_time", "last_seen"], "expires_at"),
        (&listed["items"][0], &["started_at", "seen_at"], "ends_at"),
        (&listed["items"][1], &["started_at", "seen_at"], "ends_at"),
        (&exported["sessions"][0], &["started_at", "seen_at"], "ends_at"),
        (&exported["sessions"][1], &["started_at", "seen_at"], "ends_at"),
        (&introspected, &["auth_time", "iat"], "exp"),
    ] {
        let time = |name: &str| shown[name].as_i64().unwrap();
        assert!(happened.iter().all(|name| time(name) <= now), "{shown}");
        assert!(time(end) <= now + 180 * 86_400, "{shown}");
    }
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
