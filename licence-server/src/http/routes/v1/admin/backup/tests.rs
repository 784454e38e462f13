use axum::http::Method;
use serde_json::json;

use crate::http::paths;
use crate::http::testing::World;

async fn make(world: &World, is_final: bool) -> crate::http::testing::Answer {
    world
        .call(Method::POST, paths::ADMIN_BACKUP)
        .header("content-type", "application/json")
        .body(json!({ "passphrase": "four words of it", "final": is_final }).to_string())
        .send_locally()
        .await
}

#[tokio::test]
async fn nobody_takes_a_backup_away_over_the_network() {
    let world = World::licensed(1, 1).await;
    let token = world.admin_token().await;
    let asked = world.post(paths::ADMIN_BACKUP, "passphrase=x").bearer(&token).send().await;
    asked.assert_problem(403, "forbidden");
    let noted = world.post(paths::ADMIN_BACKUP_NOTED, "taken=1").bearer(&token).send().await;
    noted.assert_problem(403, "forbidden");
}

#[tokio::test]
async fn what_goes_over_the_socket_is_sealed() {
    let world = World::licensed(1, 1).await;
    let made = make(&world, false).await;
    assert_eq!(made.status, 200);
    assert!(made.text.starts_with("licence-backup"));
    assert!(!made.text.contains("user1"));
}

#[tokio::test]
async fn a_server_is_told_of_the_newest_backup_and_tells_it() {
    let world = World::licensed(1, 1).await;
    let token = world.admin_token().await;
    let before = world.get(paths::ADMIN_BACKUP).bearer(&token).send().await.json();
    assert_eq!(before.get("newest"), None);
    let taken = world.state.now().secs();
    world.admin(paths::ADMIN_BACKUP_NOTED, &json!({ "taken": taken })).await;
    let after = world.get(paths::ADMIN_BACKUP).bearer(&token).send().await.json();
    assert_eq!(after["newest"], taken);
    let metrics = world.get("/metrics").send().await.text;
    assert!(
        metrics.contains(&format!("licence_server_backup_timestamp_seconds {taken}")),
        "{metrics}"
    );
}

#[tokio::test]
async fn after_the_final_backup_nobody_is_served_and_no_login_is_ended() {
    let world = World::licensed(1, 1).await;
    let refresh = world.sign_in("user1").await.string("refresh_token");
    assert_eq!(make(&world, true).await.status, 200);
    world.refresh(&refresh).await.assert_problem(503, "retired");
    world.get("/v1/licence").send().await.assert_problem(503, "retired");
    world.get("/readyz").send().await.assert_problem(503, "retired");
    assert_eq!(world.get("/healthz").send().await.status, 200);
    assert_eq!(make(&world, true).await.status, 200, "the first may not have reached its place");
}

/// Once it was retired before anybody looked, and could never be backed up again.
#[tokio::test]
async fn a_site_is_not_retired_where_one_of_its_files_cannot_be_read() {
    let world = World::licensed(1, 1).await;
    let refresh = world.sign_in("user1").await.string("refresh_token");
    std::fs::remove_file(world.state.data().path().join("refresh.key")).unwrap();
    let refused = make(&world, true).await;
    refused.assert_problem(409, "conflict");
    assert!(refused.string("detail").contains("refresh.key"), "{}", refused.text);
    assert_eq!(world.refresh(&refresh).await.status, 200);
}
