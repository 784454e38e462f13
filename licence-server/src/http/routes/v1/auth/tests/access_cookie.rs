//! The switch that puts the access token into a cookie as well.

use super::*;

fn world() -> World {
    World::with("http://localhost:8080", "access_cookie = true")
}

/// What the answer sets under a name: the value, and what is said of it.
#[track_caller]
fn set<'a>(answer: &'a Answer, name: &str) -> Option<(&'a str, &'a str)> {
    let all = answer.headers.get_all("set-cookie").iter();
    let mut pairs = all.filter_map(|value| value.to_str().unwrap().split_once('='));
    let (_, rest) = pairs.find(|(own, _)| *own == name)?;
    rest.split_once("; ")
}

/// What a browser sends after the answer.
fn jar(answer: &Answer) -> String {
    let all = answer.headers.get_all("set-cookie").iter();
    let pairs = all.map(|value| value.to_str().unwrap().split(';').next().unwrap());
    pairs.collect::<Vec<_>>().join("; ")
}

async fn read(world: &World, path: &str, jar: &str) -> Answer {
    world.get(path).header("cookie", jar).header("sec-fetch-site", "same-origin").send().await
}

#[tokio::test]
async fn it_is_kept_from_scripts_and_lasts_as_long_as_the_token() {
    let world = world();
    world.furnish(1, 1).await;
    let signed_in = sign_in_by_cookie(&world, "user1").await;
    let (token, attributes) = set(&signed_in, "access-8080").unwrap();
    assert_eq!(token, signed_in.string("access_token"), "it comes in the body as before");
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Strict; Max-Age=900");
    let me = read(&world, "/v1/me", &jar(&signed_in)).await;
    assert_eq!((me.status.as_u16(), me.string("username").as_str()), (200, "user1"));

    world.clock.advance(600);
    let refreshed = with_cookie(&world, REFRESH, &jar(&signed_in)).await;
    let (next, _) = set(&refreshed, "access-8080").unwrap();
    assert_ne!(next, token);

    let signed_out = with_cookie(&world, LOGOUT, &jar(&refreshed)).await;
    for name in ["refresh-8080", "access-8080"] {
        let (value, attributes) = set(&signed_out, name).unwrap();
        assert!(value.is_empty() && attributes.ends_with("Max-Age=0"), "{name}");
    }
    read(&world, "/v1/me", &jar(&refreshed)).await.assert_problem(401, "invalid_token");
}

#[tokio::test]
async fn whoever_asks_for_no_cookie_gets_none() {
    let world = world();
    world.furnish(1, 1).await;
    assert!(!world.sign_in("user1").await.headers.contains_key("set-cookie"));
    let off = World::licensed(1, 1).await;
    assert!(set(&sign_in_by_cookie(&off, "user1").await, "access-8080").is_none());
}

/// An administrator's opens everything, so it is shown by whoever means to use it: any page that may use the
/// cookie could go on with it.
#[tokio::test]
async fn an_administrators_sign_in_never_goes_into_a_cookie() {
    let world = world();
    world.admin_token().await;
    let asked = |more: &str| {
        let form = format!("{}&scope=admin{more}", form("root", PASSWORD));
        world.post(TOKEN, &form).header("sec-fetch-site", "same-origin").send()
    };
    asked("&delivery=cookie").await.assert_problem(400, "invalid_request");
    let signed_in = asked("").await;
    let form = format!(
        "grant_type=refresh_token&delivery=cookie&refresh_token={}",
        signed_in.string("refresh_token")
    );
    let call = world.post(TOKEN, &form).header("sec-fetch-site", "same-origin");
    let gone_on = call.send().await;
    assert_eq!(gone_on.status, 200, "{}", gone_on.text);
    assert!(!gone_on.headers.contains_key("set-cookie"), "{:?}", gone_on.headers);
    assert_eq!(gone_on.json()["scope"], "admin");
}

#[tokio::test]
async fn a_full_house_leaves_nobody_elses_token_behind() {
    let world = world();
    world.furnish(1, 2).await;
    world.sign_in("user1").await;
    let full = sign_in_by_cookie(&world, "user2").await;
    full.assert_problem(409, "no_seat");
    assert_eq!(set(&full, "access-8080").map(|(value, _)| value), Some(""));
}

#[tokio::test]
async fn a_cookie_that_is_not_good_counts_for_nothing_where_nobody_need_be_signed_in() {
    let world = world();
    world.furnish(1, 1).await;
    let own = jar(&sign_in_by_cookie(&world, "user1").await);
    let licence = async |jar: &str| {
        let answer = read(&world, "/v1/licence", jar).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["seats"]["in_use"].as_i64()
    };
    assert_eq!(licence(&own).await, Some(1));
    assert_eq!(licence("access-8080=a.b.c").await, None);
    assert_eq!(licence(&format!("access-8080=planted; {own}")).await, None);
    read(&world, "/v1/me", "access-8080=a.b.c").await.assert_problem(401, "invalid_token");
}

/// A proxy asks with GET, and means what it holds back.
#[tokio::test]
async fn a_proxy_that_asks_by_a_cookie_is_told_of_forged_requests() {
    let world = world();
    world.furnish(1, 1).await;
    let own = jar(&sign_in_by_cookie(&world, "user1").await);
    for (method, origin, status) in [
        ("GET", "https://evil.example", 204),
        ("POST", "http://localhost:8080", 204),
        ("POST", "https://evil.example", 403),
        ("no method", "https://evil.example", 403),
    ] {
        let call = world.get("/v1/auth/check").header("cookie", &own).header("origin", origin);
        let answer = call.header("x-forwarded-method", method).send().await;
        assert_eq!(answer.status, status, "{method} {origin}: {}", answer.text);
    }
}
