//! The cookie that keeps the refresh token from scripts.

use super::*;

#[tokio::test]
async fn a_cookie_keeps_the_refresh_token_out_of_the_body() {
    let world = World::licensed(1, 1).await;
    let signed_in = sign_in_by_cookie(&world, "user1").await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    assert_eq!(signed_in.json().get("refresh_token"), None);
    let set = signed_in.header("set-cookie");
    assert!(set.starts_with("refresh-8080=lrt1_"), "{set}");
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Strict; Max-Age=15552000"), "{set}");

    world.clock.advance(60);
    let refreshed = with_cookie(&world, REFRESH, &cookie(&signed_in)).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.text);
    assert!(refreshed.header("set-cookie").ends_with("Max-Age=15551940"));

    let signed_out = with_cookie(&world, LOGOUT, &cookie(&refreshed)).await;
    assert_eq!(signed_out.status, 204);
    assert!(signed_out.header("set-cookie").starts_with("refresh-8080=; "));
    assert_eq!(with_cookie(&world, LOGOUT, "").await.status, 204);
}

#[tokio::test]
async fn a_cookie_is_taken_away_when_its_session_has_ended_and_never_before() {
    let world = World::licensed(1, 2).await;
    let other = world.sign_in("user2").await;
    let full = sign_in_by_cookie(&world, "user1").await;
    full.assert_problem(409, "no_seat");
    let waiting = cookie(&full);
    let refused = with_cookie(&world, REFRESH, &waiting).await;
    refused.assert_problem(409, "no_seat");
    assert!(!refused.headers.contains_key("set-cookie"));

    world.sign_out(&other.string("refresh_token")).await;
    let first = with_cookie(&world, REFRESH, &waiting).await;
    assert_eq!(first.status, 200);
    let noise = with_cookie(&world, REFRESH, "refresh-8080=lrt1_x").await;
    noise.assert_problem(401, "malformed");
    assert!(!noise.headers.contains_key("set-cookie"));

    let token = first.string("access_token");
    assert_eq!(world.me(&token).await.status, 200, "the answer is known to have arrived");
    world.clock.advance(31);
    let stolen = with_cookie(&world, REFRESH, &waiting).await;
    stolen.assert_problem(401, "refresh_reused");
    assert!(stolen.header("set-cookie").contains("Max-Age=0"));
    let ended = with_cookie(&world, REFRESH, &cookie(&first)).await;
    ended.assert_problem(401, "invalid_grant");
    assert!(ended.header("set-cookie").contains("Max-Age=0"));
}

#[tokio::test]
async fn a_sign_in_over_anothers_cookie_ends_the_session_that_it_replaces() {
    let world = World::licensed(2, 2).await;
    let first = sign_in_by_cookie(&world, "user1").await;
    let form = format!("{}&delivery=cookie", form("user2", PASSWORD));
    let call = world.post(TOKEN, &form).header("sec-fetch-site", "same-origin");
    assert_eq!(call.header("cookie", &cookie(&first)).send().await.status, 200);
    world.me(&first.string("access_token")).await.assert_problem(401, "invalid_token");
    assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 1);
}

#[tokio::test]
async fn a_planted_cookie_does_not_hide_the_genuine_one() {
    let world = World::licensed(1, 1).await;
    let own = cookie(&sign_in_by_cookie(&world, "user1").await);
    let cookies = format!("refresh-8080=lrt1_planted; {own}");
    assert_eq!(with_cookie(&world, REFRESH, &cookies).await.status, 200);
}

#[tokio::test]
async fn another_page_can_neither_use_the_cookie_nor_get_one() {
    let world = World::licensed(1, 1).await;
    let own = cookie(&sign_in_by_cookie(&world, "user1").await);
    for path in [TOKEN, REFRESH, LOGOUT] {
        let call = world.call(Method::POST, path).header("cookie", &own);
        let forged = call.header("origin", "https://evil.example").send().await;
        forged.assert_problem(403, "csrf");
        assert_eq!(forged.string("error"), "csrf");
    }
    let form = format!("{}&delivery=cookie", form("user1", PASSWORD));
    let asked = world.post(TOKEN, &form).header("origin", "https://evil.example").send().await;
    asked.assert_problem(403, "csrf");
    assert_eq!(with_cookie(&world, REFRESH, &own).await.status, 200, "nothing was ended");
}

#[tokio::test]
async fn whoever_says_who_they_are_by_header_is_not_taken_for_the_cookies_owner() {
    let world = World::licensed(2, 2).await;
    let own = cookie(&sign_in_by_cookie(&world, "user1").await);
    let other = world.sign_in("user2").await.string("access_token");
    let call = world.call(Method::POST, REFRESH).header("cookie", &own).bearer(&other);
    let refused = call.header("sec-fetch-site", "same-origin").send().await;
    refused.assert_problem(401, "invalid_grant");
    let call = world.call(Method::POST, LOGOUT).header("cookie", &own).bearer(&other);
    assert_eq!(call.header("sec-fetch-site", "same-origin").send().await.status, 204);
    let again = world.call(Method::POST, LOGOUT).bearer(&other).send().await;
    assert_eq!(again.status, 204, "someone who is signed out already is signed out");
    world.me(&other).await.assert_problem(401, "invalid_token");
    assert_eq!(with_cookie(&world, REFRESH, &own).await.status, 200);
}
