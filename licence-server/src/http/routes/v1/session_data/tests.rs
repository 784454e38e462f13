use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Method;
use hyper::body::Frame;
use serde_json::{Value, json};

use crate::http::testing::{Answer, Call, World};

const DATA: &str = "/v1/session/data";

fn put<'w>(world: &'w World, token: &str, body: impl Into<Body>) -> Call<'w> {
    let call = world.call(Method::PUT, DATA).header("content-type", "application/json");
    call.bearer(token).body(body)
}

async fn read(world: &World, token: &str) -> Answer {
    world.get(DATA).bearer(token).send().await
}

async fn signed_in() -> (World, String) {
    let world = World::licensed(2, 2).await;
    let token = world.sign_in("user1").await.string("access_token");
    (world, token)
}

/// What an access token says, unverified.
fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&licence_core::base64url::decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn what_is_written_is_read_as_it_was_written() {
    let (world, token) = signed_in().await;
    read(&world, &token).await.assert_problem(404, "not_found");
    let text = "{ \"a\" : [1.50, null],\n \"é\": {} }";
    let written = put(&world, &token, text).send().await;
    assert_eq!((written.status.as_u16(), written.text.as_str()), (204, ""));
    let found = read(&world, &token).await;
    assert_eq!((found.status.as_u16(), found.text.as_str()), (200, text));
    assert_eq!(found.header("content-type"), "application/json");
    assert_eq!(found.header("etag"), written.header("etag"));
    let call = world.get(DATA).bearer(&token).header("if-none-match", found.header("etag"));
    let known = call.send().await;
    assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""));
    assert_eq!(known.header("etag"), found.header("etag"));
    for _ in 0..2 {
        let removed = world.call(Method::DELETE, DATA).bearer(&token).send().await;
        assert_eq!(removed.status, 204, "again, too");
    }
    read(&world, &token).await.assert_problem(404, "not_found");
}

#[tokio::test]
async fn of_two_who_write_over_the_same_version_one_is_told() {
    let (world, token) = signed_in().await;
    let first = put(&world, &token, "{}").send().await;
    let seen = first.header("etag");
    let (one, other) = tokio::join!(
        put(&world, &token, r#"{"by":1}"#).header("if-match", seen).send(),
        put(&world, &token, r#"{"by":2}"#).header("if-match", seen).send(),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 412]);
    let (winner, loser, by) = if one.status == 204 { (one, other, 1) } else { (other, one, 2) };
    loser.assert_problem(412, "precondition_failed");
    let found = read(&world, &token).await;
    assert_eq!(found.json(), json!({ "by": by }));
    assert_eq!(found.header("etag"), winner.header("etag"));
    let call = world.call(Method::DELETE, DATA).bearer(&token).header("if-match", seen);
    call.send().await.assert_problem(412, "precondition_failed");
}

#[tokio::test]
async fn the_first_to_write_can_make_sure_of_it() {
    let (world, token) = signed_in().await;
    let call = put(&world, &token, "{}").header("if-match", "*");
    call.send().await.assert_problem(412, "precondition_failed");
    let create = || put(&world, &token, "{}").header("if-none-match", "*");
    assert_eq!(create().send().await.status, 204);
    create().send().await.assert_problem(412, "precondition_failed");
    let call = put(&world, &token, "{}").header("if-match", "*");
    assert_eq!(call.send().await.status, 204);
}

#[tokio::test]
async fn a_tag_never_comes_twice() {
    let (world, token) = signed_in().await;
    let first = put(&world, &token, "{}").send().await;
    world.call(Method::DELETE, DATA).bearer(&token).send().await;
    let second = put(&world, &token, "{}").send().await;
    assert_ne!(first.header("etag"), second.header("etag"));
}

#[tokio::test]
async fn the_public_part_stands_in_the_next_access_token() {
    let (world, token) = signed_in().await;
    let signed_in = world.sign_in("user1").await;
    let own = signed_in.string("access_token");
    put(&world, &own, r#"{"public":{"lab": 3},"private":1}"#).send().await;
    assert_eq!(claims(&own).get("dat"), None);
    let next = world.refresh(&signed_in.string("refresh_token")).await;
    assert_eq!(claims(&next.string("access_token"))["dat"], json!({ "lab": 3 }));
    assert_eq!(world.me(&next.string("access_token")).await.status, 200);
    read(&world, &token).await.assert_problem(404, "not_found");
    put(&world, &next.string("access_token"), "{}").send().await;
    let last = world.refresh(&next.string("refresh_token")).await;
    assert_eq!(claims(&last.string("access_token")).get("dat"), None);
}

#[tokio::test]
async fn the_data_goes_with_its_session() {
    let world = World::licensed(1, 1).await;
    let signed_in = world.sign_in("user1").await;
    put(&world, &signed_in.string("access_token"), "{}").send().await;
    world.sign_out(&signed_in.string("refresh_token")).await;
    read(&world, &signed_in.string("access_token")).await.assert_problem(401, "invalid_token");
    let again = world.sign_in("user1").await.string("access_token");
    read(&world, &again).await.assert_problem(404, "not_found");
}

#[tokio::test]
async fn what_is_not_right_is_named_and_nothing_is_written() {
    let (world, token) = signed_in().await;
    let long = format!(r#"{{"public":{{"a":"{}"}}}}"#, "x".repeat(1024));
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(16), "]".repeat(16));
    for (body, word) in [
        ("", "not JSON"),
        ("[]", "JSON object"),
        ("1", "JSON object"),
        ("{", "not JSON"),
        ("{}x", "something follows"),
        (r#"{"a":1,"a":2}"#, "twice"),
        (&deep, "too deeply"),
        (r#"{"public":1}"#, "`public`"),
        (r#"{"public":null}"#, "`public`"),
        (&long, "`public`"),
    ] {
        let refused = put(&world, &token, body.to_owned()).send().await;
        refused.assert_problem(400, "invalid_request");
        assert!(refused.string("detail").contains(word), "{}", refused.text);
    }
    let refused = put(&world, &token, &b"{\"a\":\"\xff\"}"[..]).send().await;
    refused.assert_problem(400, "invalid_request");
    let refused = put(&world, &token, "{}").header("if-match", "1").send().await;
    refused.assert_problem(400, "invalid_request");
    let call = world.call(Method::PUT, DATA).bearer(&token).body("{}");
    call.send().await.assert_problem(415, "invalid_request");
    read(&world, &token).await.assert_problem(404, "not_found");
    world.call(Method::POST, DATA).send().await.assert_problem(405, "invalid_request");
}

#[tokio::test]
async fn as_much_is_kept_as_is_configured() {
    for (settings, bytes_max) in [
        ("", 65_536),
        ("session_data_bytes_max = 100000", 100_000),
        ("session_data_bytes_max = 10", 10),
    ] {
        let world = World::with("http://localhost:8080", settings);
        world.furnish(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        let filled = |bytes: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - 8));
        assert_eq!(put(&world, &token, filled(bytes_max)).send().await.status, 204);
        let refused = put(&world, &token, filled(bytes_max + 1)).send().await;
        refused.assert_problem(413, "too_large");
        assert_eq!(refused.json()["bytes_max"], bytes_max);
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_in_the_middle_has_written_nothing() {
    let (world, token) = signed_in().await;
    let broken = Body::new(Broken { is_begun: false });
    let refused = put(&world, &token, broken).send().await;
    refused.assert_problem(400, "invalid_request");
    assert!(refused.string("detail").contains("to its end"));
    read(&world, &token).await.assert_problem(404, "not_found");
}

#[tokio::test]
async fn a_session_has_data_only_while_it_has_a_seat() {
    let world = World::licensed(1, 0).await;
    let admin = world.admin_token().await;
    put(&world, &admin, "{}").send().await.assert_problem(403, "forbidden");
    read(&world, "x").await.assert_problem(401, "invalid_token");
    world.get(DATA).send().await.assert_problem(401, "invalid_token");
}

/// A body whose connection breaks after its first bytes.
struct Broken {
    is_begun: bool,
}

impl HttpBody for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if std::mem::replace(&mut self.is_begun, true) {
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())));
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"{}")))))
    }
}
