use axum::http::Method;
use licence_core::claims::{LicenceClaims, Period};

use crate::http::testing::{Answer, PASSWORD, World, claims, sign, start};

mod access_cookie;
mod cookie;
mod shown;
mod throttle;
mod waiting;

const TOKEN: &str = "/v1/auth/token";
const REFRESH: &str = "/v1/auth/refresh";
const LOGOUT: &str = "/v1/auth/logout";

fn form(name: &str, password: &str) -> String {
    format!("grant_type=password&username={name}&password={password}")
}

fn other_than(c: char) -> char {
    if c == 'A' { 'B' } else { 'A' }
}

/// What a browser keeps of the answer: `name=value`.
#[track_caller]
fn cookie(answer: &Answer) -> String {
    let (pair, _) = answer.header("set-cookie").split_once(';').unwrap();
    pair.to_owned()
}

async fn sign_in_by_cookie(world: &World, name: &str) -> Answer {
    let form = format!("{}&delivery=cookie", form(name, PASSWORD));
    world.post(TOKEN, &form).header("sec-fetch-site", "same-origin").send().await
}

async fn with_cookie(world: &World, path: &str, cookie: &str) -> Answer {
    let call = world.call(Method::POST, path).header("cookie", cookie);
    call.header("sec-fetch-site", "same-origin").send().await
}

#[tokio::test]
async fn a_person_signs_in_goes_on_and_signs_out() {
    let world = World::licensed(1, 1).await;
    let signed_in = world.sign_in("user1").await;
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    assert_eq!(signed_in.header("cache-control"), "no-store");
    let body = signed_in.json();
    assert_eq!(body["token_type"], "bearer");
    assert_eq!(body["expires_in"], 900);
    assert_eq!(body["seat"]["total"], 1);
    assert_eq!(body["seat"]["in_use"], 1);
    assert_eq!(body["licence"]["state"], "valid");

    let me = world.me(&signed_in.string("access_token")).await;
    assert_eq!(me.status, 200);
    assert_eq!(me.string("username"), "user1");
    assert_eq!(me.json()["session"]["id"], body["session"]["id"]);

    world.clock.advance(600);
    let refreshed = world.refresh(&signed_in.string("refresh_token")).await;
    assert_eq!(refreshed.status, 200, "{}", refreshed.text);
    assert_ne!(refreshed.string("refresh_token"), signed_in.string("refresh_token"));
    let token = refreshed.string("access_token");
    assert_eq!(world.me(&token).await.status, 200);

    let signed_out = world.sign_out(&refreshed.string("refresh_token")).await;
    assert_eq!((signed_out.status.as_u16(), signed_out.text.as_str()), (204, ""));
    world.me(&token).await.assert_problem(401, "invalid_token");
    world.refresh(&refreshed.string("refresh_token")).await.assert_problem(401, "invalid_grant");
    assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 0);
    assert_eq!(world.sign_out(&refreshed.string("refresh_token")).await.status, 204);
}

#[tokio::test]
async fn json_says_the_same_as_a_form() {
    let world = World::licensed(1, 1).await;
    let body = format!(
        r#"{{"grant_type":"password","username":"USER1","password":"{PASSWORD}","device":"Lab 3"}}"#
    );
    let call = world.call(Method::POST, TOKEN).header("content-type", "application/json");
    let signed_in = call.body(body).send().await;
    let me = world.me(&signed_in.string("access_token")).await;
    assert_eq!(me.json()["session"]["device"], "Lab 3");
}

#[tokio::test]
async fn an_unknown_name_gets_the_answer_of_a_wrong_password() {
    let world = World::licensed(1, 1).await;
    let nobody = world.post(TOKEN, &form("nobody", PASSWORD)).send().await;
    let wrong = world.post(TOKEN, &form("user1", "wrong password")).send().await;
    nobody.assert_problem(401, "invalid_grant");
    assert_eq!(nobody.text, wrong.text);
    let without_id = |mut headers: axum::http::HeaderMap| {
        headers.remove("x-request-id");
        headers
    };
    assert_eq!(without_id(nobody.headers.clone()), without_id(wrong.headers));
    assert_eq!(nobody.header("www-authenticate"), "Bearer");
    assert_eq!(nobody.string("error"), "invalid_grant");
}

#[tokio::test]
async fn in_a_full_house_the_sign_in_is_kept_and_gets_in_later() {
    let world = World::licensed(1, 2).await;
    let first = world.sign_in("user1").await;
    let second = world.sign_in("user2").await;
    second.assert_problem(409, "no_seat");
    let told = second.json();
    assert_eq!(told["seats"], serde_json::json!({ "total": 1, "in_use": 1 }));
    assert_eq!(told["earliest"], first.json()["seat"]["lease_end"]);
    assert_eq!(told["error"], "no_seat");

    let kept = second.string("refresh_token");
    let again = world.refresh(&kept).await;
    again.assert_problem(409, "no_seat");
    assert_eq!(again.json().get("refresh_token"), None, "nothing is sent again");

    world.sign_out(&first.string("refresh_token")).await;
    assert_eq!(world.refresh(&kept).await.status, 200, "nothing was rotated");
}

#[tokio::test]
async fn a_lost_answer_is_given_again() {
    let world = World::licensed(1, 1).await;
    let token = world.sign_in("user1").await.string("refresh_token");
    let lost = world.refresh(&token).await.string("refresh_token");
    world.clock.advance(29);
    assert_eq!(world.refresh(&token).await.string("refresh_token"), lost);
    assert_eq!(world.refresh(&lost).await.status, 200);
}

#[tokio::test]
async fn an_old_token_ends_the_session_and_its_access_tokens() {
    let world = World::licensed(1, 1).await;
    let signed_in = world.sign_in("user1").await;
    let old = signed_in.string("refresh_token");
    let current = world.refresh(&old).await;
    assert_eq!(world.me(&current.string("access_token")).await.status, 200);
    world.clock.advance(31);
    world.refresh(&old).await.assert_problem(401, "refresh_reused");
    world.me(&current.string("access_token")).await.assert_problem(401, "invalid_token");
    world.refresh(&current.string("refresh_token")).await.assert_problem(401, "invalid_grant");
}

#[tokio::test]
async fn everything_survives_a_restart() {
    let world = World::licensed(1, 2).await;
    let kept = world.sign_in("user1").await;
    let ended = world.sign_in("user2").await.string("refresh_token");
    world.sign_out(&ended).await;
    let world = world.restarted().await;
    assert_eq!(world.me(&kept.string("access_token")).await.status, 200);
    assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 1);
    world.refresh(&ended).await.assert_problem(401, "invalid_grant");
    assert_eq!(world.refresh(&kept.string("refresh_token")).await.status, 200);
}

#[tokio::test]
async fn a_token_that_was_never_made_is_noise() {
    let world = World::licensed(1, 1).await;
    let token = world.sign_in("user1").await.string("refresh_token");
    let forged: String =
        token.chars().enumerate().map(|(at, c)| if at == 60 { other_than(c) } else { c }).collect();
    for wrong in ["x", "lrt1_", forged.as_str()] {
        world.refresh(wrong).await.assert_problem(401, "malformed");
        world.sign_out(wrong).await.assert_problem(401, "malformed");
        let form = format!("grant_type=refresh_token&refresh_token={wrong}");
        world.post(TOKEN, &form).send().await.assert_problem(401, "malformed");
    }
    assert_eq!(world.refresh(&token).await.status, 200, "nothing was revoked");
}

#[tokio::test]
async fn nobody_signs_in_over_plain_http_on_a_network() {
    let world = World::with("http://seats.lan:8080", "");
    world.furnish(1, 1).await;
    let refused = world.sign_in("user1").await;
    refused.assert_problem(400, "insecure_transport");
    for member in ["detail", "mend"] {
        for flag in ["--tls-self", "--tls-cert", "--public-url"] {
            assert!(refused.string(member).contains(flag), "{}", refused.text);
        }
    }
    let world = World::with("http://seats.lan:8080", "insecure_lan = true");
    world.furnish(1, 1).await;
    assert_eq!(world.sign_in("user1").await.status, 200);
}

#[tokio::test]
async fn a_device_that_others_use_is_remembered_for_half_a_day() {
    let world = World::licensed(1, 1).await;
    let form = format!("{}&remember=false", form("user1", PASSWORD));
    let signed_in = world.post(TOKEN, &form).send().await.json();
    let life = signed_in["session"]["expires_at"].as_i64().unwrap()
        - signed_in["server_time"].as_i64().unwrap();
    assert_eq!(life, 43_200);
}

#[tokio::test]
async fn too_many_devices_are_told_and_one_of_them_can_be_ended() {
    let world = World::licensed(1, 1).await;
    let mut sessions = Vec::new();
    for number in 0..5 {
        let form = format!("{}&device=Lab+{number}", form("user1", PASSWORD));
        sessions.push(world.post(TOKEN, &form).send().await.json()["session"]["id"].clone());
    }
    let refused = world.sign_in("user1").await;
    refused.assert_problem(409, "too_many_sessions");
    assert_eq!(refused.json()["sessions"].as_array().unwrap().len(), 5);
    assert!(refused.text.contains("Lab 3"));
    let form = format!("{}&end_session={}", form("user1", PASSWORD), sessions[2].as_str().unwrap());
    assert_eq!(world.post(TOKEN, &form).send().await.status, 200);
}

#[tokio::test]
async fn without_a_licence_nobody_gets_a_token() {
    let world = World::new();
    let user = serde_json::json!({ "username": "user1", "password": PASSWORD });
    assert_eq!(world.admin(crate::http::paths::ADMIN_USERS, &user).await.status, 201);
    world.sign_in("user1").await.assert_problem(403, "no_licence");
}

#[tokio::test]
async fn once_the_licence_has_ended_the_sign_in_stays_good() {
    let world = World::new();
    let site = Some(world.state.site_key().clone());
    let week = |revision, from: i64| {
        let (nbf, exp) = (start().plus(from * 86_400), start().plus((from + 7) * 86_400));
        let period = Period::limited(nbf, exp, None, None).unwrap();
        sign(&LicenceClaims { period, ..claims(1, revision, site.clone()) })
    };
    assert_eq!(world.install(&week(1, 0)).await.status, 201);
    world.add_users(1).await;
    let token = world.sign_in("user1").await.string("refresh_token");

    world.clock.advance(8 * 86_400);
    let refused = world.refresh(&token).await;
    refused.assert_problem(403, "licence_expired");
    assert_eq!(refused.json()["until"], start().plus(7 * 86_400).secs());
    world.sign_in("user1").await.assert_problem(403, "licence_expired");

    assert_eq!(world.install(&week(2, 7)).await.status, 201);
    assert_eq!(world.refresh(&token).await.status, 200);
}

#[tokio::test]
async fn tokens_outlive_the_licence_that_was_renewed() {
    let world = World::licensed(1, 1).await;
    let before = world.sign_in("user1").await;
    assert_eq!(world.install(&world.licence(2, 2)).await.status, 201);
    assert_eq!(world.me(&before.string("access_token")).await.status, 200);
    let after = world.refresh(&before.string("refresh_token")).await;
    assert_ne!(after.json()["licence"]["id"], before.json()["licence"]["id"]);
    assert_eq!(world.me(&after.string("access_token")).await.status, 200);
}

#[tokio::test]
async fn a_request_that_is_not_right_is_told_what_is_wrong() {
    let world = World::licensed(1, 1).await;
    for (body, error, word) in [
        ("", "invalid_request", "`grant_type` is missing"),
        ("grant_type=password", "invalid_request", "`username` is missing"),
        ("grant_type=password&username=a", "invalid_request", "`password` is missing"),
        ("grant_type=client_credentials", "unsupported_grant_type", "`grant_type`"),
        ("grant_type=refresh_token", "invalid_request", "`refresh_token` is missing"),
        ("grant_type=password&username=a&password=b&scope=owner", "invalid_scope", "`scope`"),
        (
            "grant_type=password&username=a&password=b&delivery=post",
            "invalid_request",
            "`delivery`",
        ),
        ("grant_type=password&username=a&password=b&remember=yes", "invalid_request", "`remember`"),
        ("grant_type=password&username=a&password=b&wait=31", "invalid_request", "`wait`"),
        ("grant_type=password&username=a&password=b&end_session=1", "invalid_request", "`end_ses"),
        ("grant_type=password&username=a&username=b", "invalid_request", "twice"),
    ] {
        let refused = world.post(TOKEN, body).send().await;
        refused.assert_problem(400, "invalid_request");
        assert_eq!(refused.string("error"), error, "{body}");
        assert!(refused.string("detail").contains(word), "{}", refused.text);
    }
    for body in ["{", "[]", r#"{"grant_type":1}"#, r#"{"a":1,"a":2}"#] {
        let call = world.call(Method::POST, TOKEN).header("content-type", "application/json");
        call.body(body).send().await.assert_problem(400, "invalid_request");
    }
    let call = world.call(Method::POST, TOKEN).header("content-type", "text/plain").body("x");
    call.send().await.assert_problem(415, "invalid_request");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_read() {
    let world = World::new();
    let huge = format!("username={}", "x".repeat(10 << 20));
    world.post(TOKEN, &huge).send().await.assert_problem(413, "too_large");
}

#[tokio::test]
async fn a_token_route_takes_no_other_method() {
    let world = World::new();
    let answer = world.get(TOKEN).send().await;
    answer.assert_problem(405, "invalid_request");
    assert_eq!(answer.header("allow"), "POST");
}
