use serde_json::{Value, json};

use crate::http::testing::{Answer, World};

async fn get(world: &World, path: &str) -> Value {
    let answer = world.get(&format!("/v1/admin/seats{path}")).send_locally().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

async fn release(world: &World, body: Value) -> Answer {
    world.admin("/v1/admin/seats/release", &body).await
}

#[tokio::test]
async fn who_holds_a_seat_and_who_waits_is_told() {
    let world = World::licensed(1, 3).await;
    let first = world.sign_in("user1").await;
    world.sign_in("user2").await.assert_problem(409, "no_seat");
    world.sign_in("user3").await.assert_problem(409, "no_seat");
    let seats = get(&world, "").await;
    assert_eq!((&seats["total"], &seats["in_use"]), (&json!(1), &json!(1)));
    assert_eq!(seats["items"].as_array().unwrap().len(), 1);
    assert_eq!(seats["items"][0]["username"], "user1");
    assert_eq!(seats["items"][0]["lease_end"], first.json()["seat"]["lease_end"]);
    let queue = get(&world, "/queue").await;
    let places = queue["items"].as_array().unwrap();
    let place = |row: &Value| (row["place"].clone(), row["username"].clone(), row["state"].clone());
    assert_eq!(place(&places[0]), (json!(1), json!("user2"), json!("kept")));
    assert_eq!(place(&places[1]), (json!(2), json!("user3"), json!("kept")));
    world.clock.advance(61);
    assert_eq!(get(&world, "/queue").await["items"], json!([]), "nobody asked again");
}

#[tokio::test]
async fn a_released_seat_is_kept_for_whom_it_was_released() {
    let world = World::licensed(1, 3).await;
    let first = world.sign_in("user1").await;
    let released = release(&world, json!({ "user": "user1", "for": "user3" })).await;
    assert_eq!(released.json()["sessions"], 1, "{}", released.text);
    assert_eq!(released.string("kept_for"), "user3");
    world.me(&first.string("access_token")).await.assert_problem(401, "invalid_token");
    assert_eq!(get(&world, "/queue").await["items"][0]["state"], "reserved");
    world.sign_in("user2").await.assert_problem(409, "no_seat");
    assert_eq!(world.sign_in("user3").await.status, 200);
    let again = world.refresh(&first.string("refresh_token")).await;
    again.assert_problem(409, "no_seat");
}

#[tokio::test]
async fn releasing_names_what_it_cannot_do() {
    let world = World::licensed(2, 2).await;
    release(&world, json!({})).await.assert_problem(400, "invalid_request");
    release(&world, json!({ "user": "x" })).await.assert_problem(404, "not_found");
    release(&world, json!({ "user": "user1", "for": "x" })).await.assert_problem(404, "not_found");
    let none = release(&world, json!({ "user": "user1" })).await;
    assert_eq!(none.json()["sessions"], 0, "{}", none.text);
    let path = "/v1/admin/users/user2/disable";
    world.call(axum::http::Method::POST, path).send_locally().await;
    let refused = release(&world, json!({ "user": "user1", "for": "user2" })).await;
    refused.assert_problem(400, "invalid_request");
}

#[tokio::test]
async fn seats_come_a_page_at_a_time() {
    let world = World::licensed(3, 3).await;
    for name in ["user1", "user2", "user3"] {
        assert_eq!(world.sign_in(name).await.status, 200);
        // Ids are ordered by time, to the second.
        world.clock.advance(1);
    }
    let first = get(&world, "?limit=2").await;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let second = get(&world, &format!("?limit=2&after={next}")).await;
    assert_eq!(second["items"][0]["username"], "user3");
    assert_eq!(second.get("next"), None);
}
