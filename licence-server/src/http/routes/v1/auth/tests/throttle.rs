//! Whoever guesses waits longer each time, and nobody is locked out.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::*;
use crate::domain::Command;

async fn guess(world: &World, name: &str) -> Answer {
    world.post(TOKEN, &form(name, "wrong password")).send().await
}

#[tokio::test]
async fn guesses_are_delayed_alike_for_names_that_exist_and_names_that_do_not() {
    let world = World::licensed(1, 1).await;
    for name in ["user1", "nobody"] {
        for delay in [0, 1, 3, 5, 10, 10] {
            guess(&world, name).await.assert_problem(401, "invalid_grant");
            if delay > 0 {
                let refused = guess(&world, name).await;
                refused.assert_problem(429, "throttled");
                assert_eq!(refused.header("retry-after"), delay.to_string());
            }
            world.clock.advance(delay);
        }
    }
    assert_eq!(world.sign_in("user1").await.status, 200, "a delay, and never a lock");
    guess(&world, "user1").await.assert_problem(401, "invalid_grant");
    assert_eq!(world.sign_in("user1").await.status, 200, "what failed before is forgotten");
}

#[tokio::test]
async fn whoever_guesses_does_not_delay_a_browser_that_the_person_used_before() {
    let world = World::licensed(1, 1).await;
    let signed_in = sign_in_by_cookie(&world, "user1").await;
    let known = signed_in.headers.get_all("set-cookie").iter();
    let known = known.filter_map(|value| value.to_str().ok()?.split(';').next());
    let known = known.filter(|cookie| cookie.starts_with("device-")).collect::<Vec<_>>();
    let [known] = known.as_slice() else { panic!("{:?}", signed_in.headers) };
    for _ in 0..2 {
        guess(&world, "user1").await;
    }
    let sign_in =
        |cookie: &str| world.post(TOKEN, &form("user1", PASSWORD)).header("cookie", cookie).send();
    sign_in("").await.assert_problem(429, "throttled");
    sign_in("device-8080=AAAAAAAAAAAAAAAAAAAAAA").await.assert_problem(429, "throttled");
    let own = world.post(TOKEN, &form("user1", PASSWORD)).header("cookie", known);
    assert_eq!(own.send().await.status, 200);
}

/// One account that refreshed, or wrote, in a loop once filled the disk.
#[tokio::test]
async fn a_session_that_changes_something_in_a_loop_is_told_to_wait() {
    let world = World::with("http://localhost:8080", "changes_burst = 60\nchanges_per_minute = 30");
    world.furnish(2, 2).await;
    let signed_in = world.sign_in("user1").await;
    let (token, refresh) = (signed_in.string("access_token"), signed_in.string("refresh_token"));
    for _ in 0..50 {
        assert_eq!(world.refresh(&refresh).await.status, 200, "fifty at once are honest");
    }
    let park = async || world.call(Method::POST, "/v1/seats/release").bearer(&token).send().await;
    for _ in 50..60 {
        let refused = world.refresh("lrt1_x").await;
        refused.assert_problem(401, "malformed");
        assert_eq!(world.me(&token).await.status, 200, "to read costs nothing");
        assert_eq!(world.refresh(&refresh).await.status, 200);
    }
    let seq = world.state.mirror().site().position.seq;
    let refused = world.refresh(&refresh).await;
    refused.assert_problem(429, "throttled");
    assert_eq!(refused.header("retry-after"), "2");
    assert_eq!(world.state.mirror().site().position.seq, seq, "and nothing was written");
    let save = async || {
        let call = world.call(Method::PUT, "/v1/session/data").bearer(&token);
        call.header("content-type", "application/json").body("{}").send().await
    };
    for _ in 0..60 {
        assert!(save().await.status.is_success(), "what an application saves is counted by itself");
    }
    save().await.assert_problem(429, "throttled");
    let seq = world.state.mirror().site().position.seq;
    park().await.assert_problem(429, "throttled");
    let revoke = world.post("/v1/auth/revoke", &format!("token={token}")).send().await;
    revoke.assert_problem(429, "throttled");
    assert_eq!(world.state.mirror().site().position.seq, seq, "and nothing was written");
    assert_eq!(world.sign_in("user2").await.status, 200, "others are not delayed");
    world.clock.advance(2);
    assert_eq!(park().await.status, 204);
}

#[tokio::test]
async fn a_person_who_signs_in_in_a_loop_is_told_to_wait() {
    let world = World::with("http://localhost:8080", "changes_burst = 60\nchanges_per_minute = 30");
    world.furnish(1, 1).await;
    for number in 0..60 {
        let status = world.sign_in("user1").await.status;
        assert!(status == 200 || status == 409, "{number}: {status}");
    }
    world.sign_in("user1").await.assert_problem(429, "throttled");
    world.clock.advance(2);
    assert_ne!(world.sign_in("user1").await.status, 429);
}

/// Where the log stands when everything that was told is written.
async fn position(world: &World) -> u64 {
    world.state.submit(Command::Sweep).await.unwrap();
    world.state.mirror().site().position.seq
}

#[tokio::test]
async fn wrong_passwords_are_one_entry_a_minute_whoever_they_were_meant_for() {
    let world = World::licensed(1, 2).await;
    let before = position(&world).await;
    for name in ["user1", "user2", "nobody"] {
        guess(&world, name).await.assert_problem(401, "invalid_grant");
    }
    assert_eq!(position(&world).await, before + 1);
    world.clock.advance(61);
    guess(&world, "user1").await.assert_problem(401, "invalid_grant");
    assert_eq!(position(&world).await, before + 2);
}

#[tokio::test]
async fn what_is_no_token_of_ours_leaves_no_entry() {
    let world = World::licensed(1, 1).await;
    let before = position(&world).await;
    world.refresh("lrt1_x").await.assert_problem(401, "malformed");
    assert_eq!(position(&world).await, before);
}

/// Once the 65th was told to come back, while nobody else wanted to sign in.
#[tokio::test]
async fn a_whole_institute_behind_one_address_signs_in_at_once() {
    let world = Arc::new(World::licensed(100, 100).await);
    let mut people = JoinSet::new();
    for number in 1..=100 {
        let world = Arc::clone(&world);
        people.spawn(async move {
            let form = form(&format!("user{number}"), PASSWORD);
            world.post(TOKEN, &form).from("203.0.113.7").send().await
        });
    }
    for signed_in in people.join_all().await {
        assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    }
    assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 100);
}
