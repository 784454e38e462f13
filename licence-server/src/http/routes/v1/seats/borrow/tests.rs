use axum::http::Method;
use licence_core::claims::{Borrow, LicenceClaims};
use licence_core::{PrivateKey, PublicKey};
use serde_json::{Value, json};

use crate::domain::Command;
use crate::http::testing::{Answer, World, claims, sign};

const BORROW: &str = "/v1/seats/borrow";

fn device_key() -> PublicKey {
    PrivateKey::from_seed(&[42; 32]).unwrap().public().clone()
}

fn jwk() -> Value {
    jwk_of(&device_key())
}

fn jwk_of(key: &PublicKey) -> Value {
    let text = licence_core::json::object(|jwk| key.write_jwk(jwk));
    serde_json::from_str(&text).unwrap()
}

/// A server whose licence lends that many seats for up to 14 days, and people called `user1`, ...
async fn lending(seats: u32, seats_max: u32, users: u32) -> World {
    let world = World::new();
    let mut claims = claims(seats, 1, Some(world.state.site_key().clone()));
    claims.seats.borrow = Some(Borrow { days_max: 14, seats_max });
    assert_eq!(world.install(&sign(&claims)).await.status, 201);
    world.add_users(users).await;
    world
}

async fn token(world: &World, name: &str) -> String {
    world.sign_in(name).await.string("access_token")
}

async fn borrow_as(world: &World, token: &str, body: &Value) -> Answer {
    let call = world.call(Method::POST, BORROW).header("content-type", "application/json");
    call.bearer(token).body(body.to_string()).send().await
}

async fn borrow(world: &World, token: &str, days: u32) -> Answer {
    borrow_as(world, token, &json!({ "days": days, "key": jwk() })).await
}

async fn give_back(world: &World, token: &str, id: &str) -> Answer {
    world.call(Method::DELETE, &format!("{BORROW}/{id}")).bearer(token).send().await
}

#[tokio::test]
async fn a_lease_is_what_the_verifier_takes_beside_the_licence() {
    let world = lending(1, 1, 1).await;
    let token = token(&world, "user1").await;
    let borrowed = borrow(&world, &token, 14).await;
    assert_eq!(borrowed.status, 201, "{}", borrowed.text);
    let terms = world.state.mirror().in_force(world.state.now()).unwrap();
    let licence = world.state.shelf().find(terms.id).unwrap();
    assert_eq!(borrowed.string("licence").as_bytes(), licence.file);
    let lease = borrowed.string("lease");
    let lease = licence.accepted.verify_lease(lease.as_bytes(), world.state.now()).unwrap();
    assert_eq!(lease.claims().key, device_key());
    assert_eq!(lease.claims().jti.to_string(), borrowed.string("id"));
    assert_eq!(lease.claims().exp.secs(), borrowed.json()["expires_at"]);
    assert_eq!(lease.claims().exp.since(lease.claims().iat), 14 * 86_400);
}

#[tokio::test]
async fn a_borrowed_seat_is_the_own_one_and_is_held_when_its_person_has_gone() {
    let world = lending(1, 1, 2).await;
    let signed_in = world.sign_in("user1").await;
    let borrowed = borrow(&world, &signed_in.string("access_token"), 2).await;
    world.sign_out(&signed_in.string("refresh_token")).await;
    assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 1);
    world.sign_in("user2").await.assert_problem(409, "no_seat");
    let back = token(&world, "user1").await;
    assert_eq!(give_back(&world, &back, &borrowed.string("id")).await.status, 204);
    assert_eq!(give_back(&world, &back, &borrowed.string("id")).await.status, 204, "again");
    world.call(Method::POST, "/v1/seats/release").bearer(&back).send().await;
    assert_eq!(world.sign_in("user2").await.status, 200);
}

#[tokio::test]
async fn what_came_back_counts_until_its_lease_ends() {
    let world = lending(3, 1, 2).await;
    let (ann, bob) = (token(&world, "user1").await, token(&world, "user2").await);
    let borrowed = borrow(&world, &ann, 1).await;
    give_back(&world, &ann, &borrowed.string("id")).await;
    let refused = borrow(&world, &bob, 1).await;
    refused.assert_problem(409, "conflict");
    let own = world.get(BORROW).bearer(&ann).send().await;
    assert_eq!(own.json()["borrowed"][0]["id"], borrowed.json()["id"]);
    assert_eq!(own.json()["borrowed"][0]["is_out"], false);
    world.clock.advance(86_400);
    let ann = token(&world, "user1").await;
    assert_eq!(world.get(BORROW).bearer(&ann).send().await.json()["borrowed"], json!([]));
    let bob = token(&world, "user2").await;
    assert_eq!(borrow(&world, &bob, 1).await.status, 201);
}

#[tokio::test]
async fn nobody_sees_or_returns_anothers() {
    let world = lending(2, 2, 2).await;
    let (ann, bob) = (token(&world, "user1").await, token(&world, "user2").await);
    let id = borrow(&world, &ann, 1).await.string("id");
    assert_eq!(world.get(BORROW).bearer(&bob).send().await.json()["borrowed"], json!([]));
    give_back(&world, &bob, &id).await.assert_problem(404, "not_found");
    let own = world.get(BORROW).bearer(&ann).send().await;
    assert_eq!(own.json()["borrowed"][0]["is_out"], true);
    for nothing in ["00000000-0000-7000-8000-000000000000", "x", "%ff"] {
        give_back(&world, &ann, nothing).await.assert_problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_seat_is_lent_within_the_licence() {
    let world = lending(2, 1, 1).await;
    let token = token(&world, "user1").await;
    let refused = borrow(&world, &token, 15).await;
    refused.assert_problem(403, "exceeds_licence");
    assert_eq!(refused.json()["days_max"], 14);
    assert_eq!(borrow(&world, &token, 1).await.status, 201);
    let other = PrivateKey::from_seed(&[43; 32]).unwrap();
    let other = json!({ "days": 1, "key": jwk_of(other.public()) });
    borrow_as(&world, &token, &other).await.assert_problem(409, "conflict");
}

#[tokio::test]
async fn whoever_lost_the_answer_has_the_same_lease_by_the_same_key() {
    let world = lending(1, 1, 1).await;
    let token = token(&world, "user1").await;
    let lost = borrow(&world, &token, 2).await;
    world.clock.advance(60);
    let again = borrow(&world, &token, 2).await;
    assert_eq!(again.status, 201, "{}", again.text);
    for member in ["id", "lease", "expires_at", "licence"] {
        assert_eq!(again.json()[member], lost.json()[member], "{member}");
    }
    assert_eq!(again.json()["server_time"], world.state.now().secs());
}

#[tokio::test]
async fn a_licence_that_lends_nothing_lends_nothing() {
    let world = World::licensed(1, 1).await;
    let LicenceClaims { seats, .. } = claims(1, 1, None);
    assert!(seats.borrow.is_none());
    let token = token(&world, "user1").await;
    borrow(&world, &token, 1).await.assert_problem(403, "exceeds_licence");
}

#[tokio::test]
async fn what_is_not_right_is_named_and_lends_nothing() {
    let world = lending(1, 1, 1).await;
    let token = token(&world, "user1").await;
    let mut private = jwk();
    private["d"] = json!("AAAA");
    for (body, word) in [
        (json!({}), "`days`"),
        (json!({ "key": jwk() }), "`days`"),
        (json!({ "days": 0, "key": jwk() }), "`days`"),
        (json!({ "days": -1, "key": jwk() }), "`days`"),
        (json!({ "days": 4_294_967_296_i64, "key": jwk() }), "`days`"),
        (json!({ "days": "two", "key": jwk() }), "`days`"),
        (json!({ "days": 1 }), "`key`"),
        (json!({ "days": 1, "key": "x" }), "`key`"),
        (json!({ "days": 1, "key": {} }), "`key`"),
        (json!({ "days": 1, "key": private }), "`key`"),
        (json!([]), "JSON object"),
    ] {
        let refused = borrow_as(&world, &token, &body).await;
        refused.assert_problem(400, "invalid_request");
        assert!(refused.string("detail").contains(word), "{}", refused.text);
    }
    let large = json!({ "days": 1, "key": "x".repeat(9000) });
    borrow_as(&world, &token, &large).await.assert_problem(413, "too_large");
    assert!(world.state.reader().borrowings().unwrap().is_empty());
    world.call(Method::PUT, BORROW).send().await.assert_problem(405, "invalid_request");
}

#[tokio::test]
async fn an_administrators_token_borrows_nothing() {
    let world = lending(1, 1, 0).await;
    let admin = world.admin_token().await;
    borrow(&world, &admin, 1).await.assert_problem(403, "forbidden");
    world.get(BORROW).bearer(&admin).send().await.assert_problem(403, "forbidden");
    borrow(&world, "x", 1).await.assert_problem(401, "invalid_token");
}

/// The copy lives where it is, so the seat is another's and the loan is not.
#[tokio::test]
async fn a_loan_that_is_written_off_gives_its_seat_to_others_and_no_second_loan() {
    let world = lending(1, 1, 2).await;
    let signed_in = world.sign_in("user1").await;
    let borrowed = borrow(&world, &signed_in.string("access_token"), 2).await;
    world.sign_out(&signed_in.string("refresh_token")).await;
    world.sign_in("user2").await.assert_problem(409, "no_seat");

    let path = format!("/v1/admin/seats/borrowed/{}/write-off", borrowed.string("id"));
    let written_off = world.call(Method::POST, &path).send_locally().await;
    assert_eq!(written_off.status, 200, "{}", written_off.text);
    assert_eq!(written_off.string("username"), "user1");
    assert_eq!(written_off.json()["counts_until"], borrowed.json()["expires_at"]);
    let token = token(&world, "user2").await;
    borrow(&world, &token, 1).await.assert_problem(409, "conflict");
    let again = world.call(Method::POST, &path).send_locally().await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 1, "and gives none twice");

    world.clock.advance(2 * 86_400);
    world.state.submit(Command::Sweep).await.unwrap();
    let gone = world.call(Method::POST, &path).send_locally().await;
    gone.assert_problem(404, "not_found");
    let nobody = world.call(Method::POST, &path).send().await;
    nobody.assert_problem(401, "invalid_token");
}
