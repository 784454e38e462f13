//! Which of the tokens that a request shows counts, and which cookie is taken away.

use axum::http::Method;

use super::{LOGOUT, REFRESH, TOKEN, cookie, sign_in_by_cookie, with_cookie};
use crate::http::testing::World;

#[tokio::test]
async fn signing_out_ends_every_session_that_is_shown() {
    let world = World::licensed(3, 2).await;
    let (first, second) = two_cookies(&world, "user1", "user1").await;
    let third = world.sign_in("user2").await.string("refresh_token");
    let call = world.post(LOGOUT, &format!("refresh_token={third}"));
    let call = call.header("cookie", &format!("{first}; {second}"));
    let signed_out = call.header("sec-fetch-site", "same-origin").send().await;
    assert_eq!(signed_out.status, 204);
    assert!(signed_out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 0);
}

#[tokio::test]
async fn signing_out_by_header_leaves_another_sessions_cookie() {
    let world = World::licensed(2, 2).await;
    let signed_in = sign_in_by_cookie(&world, "user1").await;
    let (own, token) = (cookie(&signed_in), signed_in.string("access_token"));
    let other = world.sign_in("user2").await.string("access_token");
    let sign_out = async |token: &str| {
        let call = world.call(Method::POST, LOGOUT).header("cookie", &own).bearer(token);
        call.header("sec-fetch-site", "same-origin").send().await
    };
    let answer = sign_out(&other).await;
    assert_eq!(answer.status, 204);
    assert!(!answer.headers.contains_key("set-cookie"), "its session lives on");
    assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 1);
    let answer = sign_out(&token).await;
    assert!(answer.header("set-cookie").contains("Max-Age=0"), "its own session has ended");
}

#[tokio::test]
async fn a_cookie_of_another_servers_life_is_taken_away_by_signing_out() {
    // A demonstration makes a new key at each start, and the browser keeps the cookie of the last
    // one, which no script can take away.
    let world = World::new();
    for own in ["refresh-8080=lrt1_x", "refresh-8080=lrt1_x; refresh-8080=lrt1_y"] {
        with_cookie(&world, REFRESH, own).await.assert_problem(401, "malformed");
        let signed_out = with_cookie(&world, LOGOUT, own).await;
        assert_eq!(signed_out.status, 204);
        assert!(signed_out.header("set-cookie").contains("Max-Age=0"));
    }
}

#[tokio::test]
async fn any_token_that_was_good_once_signs_out() {
    for is_cached in [true, false] {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        if is_cached {
            assert_eq!(world.me(&token).await.status, 200);
        }
        world.clock.advance(901);
        world.me(&token).await.assert_problem(401, "invalid_token");
        for _ in 0..2 {
            let answer = world.call(Method::POST, LOGOUT).bearer(&token).send().await;
            assert_eq!(answer.status, 204, "{}", answer.text);
        }
        assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 0);
        let (input, _) = token.rsplit_once('.').unwrap();
        let forged = format!("{input}.{}", "A".repeat(86));
        let answer = world.call(Method::POST, LOGOUT).bearer(&forged).send().await;
        assert_eq!(answer.string("reason"), "bad_signature");
    }
}

#[tokio::test]
async fn a_refresh_takes_away_no_cookie_but_the_one_it_was_asked_with() {
    let world = World::licensed(2, 2).await;
    let own = cookie(&sign_in_by_cookie(&world, "user1").await);
    let dead = world.sign_in("user2").await.string("refresh_token");
    world.sign_out(&dead).await;
    for path in [REFRESH, TOKEN] {
        let form = format!("grant_type=refresh_token&refresh_token={dead}&delivery=cookie");
        let call = world.post(path, &form).header("cookie", &own);
        let refused = call.header("sec-fetch-site", "same-origin").send().await;
        refused.assert_problem(401, "invalid_grant");
        assert!(!refused.headers.contains_key("set-cookie"), "{path}");
    }
    assert_eq!(with_cookie(&world, REFRESH, &own).await.status, 200);
}

#[tokio::test]
async fn of_two_genuine_cookies_none_is_taken_for_the_visitors_own() {
    // A neighbour on this host plants the cookie of an account of its own, to read what the visitor
    // then does under it.
    let world = World::licensed(2, 2).await;
    let (first, second) = two_cookies(&world, "user1", "user2").await;
    for cookies in [format!("{first}; {second}"), format!("{second}; {first}")] {
        let refused = with_cookie(&world, REFRESH, &cookies).await;
        refused.assert_problem(400, "invalid_request");
        assert!(refused.string("mend").contains("delete this site's cookies"));
        assert!(!refused.headers.contains_key("set-cookie"));
    }
    let twice = format!("{first}; {first}");
    assert_eq!(with_cookie(&world, REFRESH, &twice).await.status, 200);
}

async fn two_cookies(world: &World, one: &str, other: &str) -> (String, String) {
    let first = sign_in_by_cookie(world, one).await;
    (cookie(&first), cookie(&sign_in_by_cookie(world, other).await))
}

#[tokio::test]
async fn whoever_must_sign_in_is_told_so() {
    let world = World::licensed(1, 1).await;
    let nothing = with_cookie(&world, REFRESH, "").await;
    nothing.assert_problem(401, "invalid_grant");
    assert!(nothing.string("detail").contains("no refresh token came"));
    assert_eq!(nothing.string("mend"), "sign in");
    assert_eq!(world.refresh("lrt1_x").await.string("mend"), "sign in again");
}
