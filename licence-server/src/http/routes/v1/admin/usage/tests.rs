use serde_json::{Value, json};

use crate::http::testing::{World, start};

async fn usage(world: &World, query: &str) -> Value {
    let answer = world.get(&format!("/v1/admin/usage{query}")).send_locally().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[tokio::test]
async fn seats_refusals_and_what_would_have_been_needed_are_told() {
    let world = World::licensed(1, 3).await;
    let first = world.sign_in("user1").await;
    world.sign_in("user2").await.assert_problem(409, "no_seat");
    world.sign_in("user3").await.assert_problem(409, "no_seat");
    let now = usage(&world, "").await;
    let word = |name: &str| now[name].clone();
    assert_eq!((word("in_use"), word("total"), word("waiting")), (json!(1), json!(1), json!(2)));
    assert_eq!((word("working_hours"), word("seats_needed")), (json!(1), json!(3)));
    let hour = &now["hours"][0];
    assert_eq!(hour["at"], start().secs() - start().secs() % 3600);
    let figures = json!({
        "peak": 1, "wanted": 3, "total": 1, "refused": 2, "refused_secs": 0, "people": 1,
    });
    for (name, figure) in figures.as_object().unwrap() {
        assert_eq!(&hour[name], figure, "{name} of {hour}");
    }
    assert_eq!(now["days"][0]["refused"], 2);
    world.sign_out(&first.string("refresh_token")).await;
    assert_eq!(usage(&world, "").await["hours"][0]["peak"], 1, "the peak stays");
}

#[tokio::test]
async fn an_hour_that_is_over_is_still_told_after_a_restart() {
    let world = World::licensed(2, 1).await;
    world.sign_in("user1").await;
    world.clock.advance(2 * 3600);
    world.sign_in("user1").await;
    let world = world.restarted().await;
    let shown = usage(&world, "").await;
    let hours = shown["hours"].as_array().unwrap();
    let apart = hours[1]["at"].as_i64().unwrap() - hours[0]["at"].as_i64().unwrap();
    assert_eq!((hours.len(), apart), (2, 2 * 3600));
    let second = hours[1]["at"].clone();
    assert_eq!(
        usage(&world, &format!("?from={second}")).await["hours"].as_array().unwrap().len(),
        1
    );
    assert_eq!(usage(&world, &format!("?to={second}")).await["hours"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_span_that_is_none_is_refused() {
    let world = World::licensed(1, 1).await;
    let now = start().secs();
    for query in [
        format!("from={}", now + 7200),
        format!("from={now}&to={}", now - 7200),
        format!("from={}", now - 500 * 86_400),
        "from=monday".to_owned(),
        "since=5".to_owned(),
    ] {
        let answer = world.get(&format!("/v1/admin/usage?{query}")).send_locally().await;
        answer.assert_problem(400, "invalid_request");
    }
}

#[tokio::test]
async fn nearly_all_seats_and_a_near_end_are_warned_of_until_they_are_over() {
    let world = World::licensed(5, 5).await;
    let told = async |world: &World| usage(world, "").await["warnings"].clone();
    let first = world.sign_in("user1").await.string("refresh_token");
    for name in ["user2", "user3"] {
        world.sign_in(name).await;
    }
    assert_eq!(told(&world).await, json!([]));
    world.sign_in("user4").await;
    let warning = &told(&world).await[0];
    assert_eq!((&warning["about"], &warning["threshold"]), (&json!("seats"), &json!(80)));
    let metrics = world.get("/metrics").send().await;
    assert!(metrics.text.contains("licence_server_seats_warning_percent 80"), "{}", metrics.text);
    world.sign_out(&first).await;
    assert_eq!(told(&world).await, json!([]));
}

#[tokio::test]
async fn who_took_a_seat_is_counted_once_a_day_and_accounts_that_were_never_used_are_listed() {
    let world = World::licensed(1, 3).await;
    for name in ["user1", "user1", "user2"] {
        let token = world.sign_in(name).await.string("refresh_token");
        world.sign_out(&token).await;
        world.clock.advance(3600);
    }
    let shown = usage(&world, "").await;
    let people: Vec<u64> = shown["hours"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hour| hour["people"].as_u64().unwrap())
        .collect();
    assert_eq!((people, &shown["days"][0]["people"]), (vec![1, 0, 1], &json!(2)));
    let of =
        |shown: &Value| ["registered", "people", "never_used"].map(|name| shown[name].as_u64());
    assert_eq!(of(&shown), [Some(3), Some(2), Some(1)]);
    let later = start().secs() + 2 * 3600;
    assert_eq!(of(&usage(&world, &format!("?from={later}")).await), [Some(3), Some(1), Some(1)]);
    // Of user1, who came twice, only the second time is on record: of the first hour alone nothing true can be said.
    let earlier = usage(&world, &format!("?to={}", start().secs() + 3600)).await;
    assert_eq!(of(&earlier), [Some(3), None, Some(1)]);
    assert_eq!(earlier["days"][0]["people"], json!(1), "of each day and hour it can");

    let unused = async |query: &str| {
        let answer = world.get(&format!("/v1/admin/usage/unused{query}")).send_locally().await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    };
    let hidden = unused("").await;
    assert!(
        !hidden.text.contains("user"),
        "names are told to whoever asks for them: {}",
        hidden.text
    );
    assert_eq!(hidden.json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(unused("?names=true").await.json()["items"][0]["username"], "user3");
    let refused = world.get("/v1/admin/usage/unused?names=all").send_locally().await;
    refused.assert_problem(400, "invalid_request");
}
