use axum::http::Method;

use crate::http::testing::{Answer, PASSWORD, World};

const SESSIONS: &str = "/v1/admin/sessions";

async fn list(world: &World, query: &str) -> Vec<serde_json::Value> {
    let answer = world.get(&format!("{SESSIONS}{query}")).send_locally().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].as_array().unwrap().clone()
}

async fn end(world: &World, id: &str) -> Answer {
    world.call(Method::DELETE, &format!("{SESSIONS}/{id}")).send_locally().await
}

#[tokio::test]
async fn every_sign_in_is_listed_with_its_person_and_its_seat() {
    let world = World::licensed(1, 2).await;
    let form = format!("grant_type=password&username=user1&password={PASSWORD}&device=Lab+3");
    let signed_in = world.post("/v1/auth/token", &form).send().await;
    // Ids are ordered by time, to the second.
    world.clock.advance(1);
    world.sign_in("user2").await.assert_problem(409, "no_seat");
    let all = list(&world, "").await;
    assert_eq!(all.len(), 2);
    assert_eq!((&all[0]["username"], &all[0]["device"]), (&"user1".into(), &"Lab 3".into()));
    assert_eq!(all[0]["lease_end"], signed_in.json()["seat"]["lease_end"]);
    assert_eq!(all[1].get("lease_end"), None, "it waits");
    assert_eq!(list(&world, "?user=USER2").await, all[1..]);
    let first = all[0]["id"].as_str().unwrap();
    assert_eq!(list(&world, &format!("?after={first}")).await, all[1..]);
    assert_eq!(list(&world, &format!("?user=user1&after={first}")).await.len(), 0);
    world.clock.advance(931);
    assert_eq!(list(&world, "?user=user1").await[0].get("lease_end"), None, "it has lapsed");
}

#[tokio::test]
async fn a_session_that_is_ended_is_refused_at_once_and_its_seat_is_free() {
    let world = World::licensed(1, 2).await;
    let signed_in = world.sign_in("user1").await;
    let id = list(&world, "").await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(end(&world, &id).await.string("username"), "user1");
    world.me(&signed_in.string("access_token")).await.assert_problem(401, "invalid_token");
    assert_eq!(world.sign_in("user2").await.status, 200);
    end(&world, &id).await.assert_problem(404, "not_found");
    end(&world, "x").await.assert_problem(404, "not_found");
}

#[tokio::test]
async fn what_has_lapsed_is_let_go_on_a_word_and_counted() {
    let world = World::licensed(2, 2).await;
    world.sign_in("user1").await;
    let token = world.sign_in("user2").await.string("refresh_token");
    world.sign_out(&token).await;
    let purge =
        async || world.call(Method::POST, &format!("{SESSIONS}/purge")).send_locally().await.json();
    let gone = |sessions: u32, leases: u32, revocations: u32| {
        serde_json::json!({
            "sessions": sessions, "leases": leases, "borrowed": 0, "revocations": revocations,
        })
    };
    assert_eq!(purge().await, gone(0, 0, 0));
    world.clock.advance(1000);
    assert_eq!(purge().await, gone(0, 1, 1));
    world.clock.advance(31 * 86_400);
    assert_eq!(purge().await, gone(1, 0, 0));
    let refused = world.call(Method::POST, &format!("{SESSIONS}/purge")).send().await;
    refused.assert_problem(401, "invalid_token");
}
