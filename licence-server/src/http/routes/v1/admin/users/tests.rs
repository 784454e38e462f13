use axum::http::Method;
use serde_json::{Value, json};

use crate::http::testing::{Answer, PASSWORD, World};

async fn act(world: &World, method: Method, path: &str, body: Value) -> Answer {
    let call = world.call(method, &format!("/v1/admin/users{path}"));
    let call = call.header("content-type", "application/json").body(body.to_string());
    call.send_locally().await
}

async fn names(world: &World, query: &str) -> Vec<String> {
    let answer = world.get(&format!("/v1/admin/users{query}")).send_locally().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let items = answer.json()["items"].as_array().unwrap().clone();
    let names = items.iter().map(|item| item["username"].as_str().unwrap().to_owned());
    // Ids are ordered by time, to the second, and all were registered in one.
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[tokio::test]
async fn people_are_found_by_a_part_of_a_name_or_an_address() {
    let world = World::licensed(1, 3).await;
    let ann = json!({ "username": "Ann Müller", "email": "am@example.org" });
    assert_eq!(act(&world, Method::POST, "", ann).await.status, 201);
    assert_eq!(names(&world, "").await.len(), 4);
    assert_eq!(names(&world, "?search=M%C3%9CLL").await, ["Ann Müller"]);
    assert_eq!(names(&world, "?search=example").await, ["Ann Müller"]);
    assert_eq!(names(&world, "?search=ser").await.len(), 3);
    assert!(names(&world, "?search=zz").await.is_empty());
    act(&world, Method::POST, "/user2/disable", json!(null)).await;
    assert_eq!(names(&world, "?disabled=true").await, ["user2"]);
    assert_eq!(names(&world, "?disabled=false&search=user").await, ["user1", "user3"]);
}

#[tokio::test]
async fn a_list_comes_a_page_at_a_time() {
    let world = World::licensed(1, 3).await;
    let first = world.get("/v1/admin/users?limit=2").send_locally().await;
    let next = first.string("next");
    assert_eq!(first.json()["items"][1]["id"], next);
    let mut all = names(&world, "?limit=2").await;
    all.extend(names(&world, &format!("?limit=2&after={next}")).await);
    all.sort();
    assert_eq!(all, ["user1", "user2", "user3"]);
    let whole = world.get("/v1/admin/users?limit=3").send_locally().await;
    assert_eq!(whole.json().get("next"), None);
}

#[tokio::test]
async fn a_person_is_named_by_name_address_or_id() {
    let world = World::new();
    let ann = json!({ "username": "Ann / 100%", "email": "ann@example.org" });
    let id = act(&world, Method::POST, "", ann).await.string("id");
    for who in ["ANN%20%2F%20100%25", "ann@example.org", &id] {
        let shown = world.get(&format!("/v1/admin/users/{who}")).send_locally().await;
        assert_eq!(shown.string("id"), id, "{}", shown.text);
        assert_eq!(shown.json()["sessions"], 0);
    }
}

#[tokio::test]
async fn what_takes_something_away_ends_the_sessions_at_once() {
    for (method, path, body) in [
        (Method::POST, "/user1/disable", json!(null)),
        (Method::PATCH, "/user1", json!({ "app_roles": ["editor"] })),
        (Method::DELETE, "/user1", json!(null)),
    ] {
        let world = World::licensed(1, 1).await;
        let signed_in = world.sign_in("user1").await;
        let token = signed_in.string("access_token");
        let changed = act(&world, method, path, body).await;
        assert_eq!((changed.status.as_u16(), &changed.json()["sessions_ended"]), (200, &json!(1)));
        world.me(&token).await.assert_problem(401, "invalid_token");
        let refreshed = world.refresh(&signed_in.string("refresh_token")).await;
        refreshed.assert_problem(401, "invalid_grant");
        assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 0, "{path}");
        let world = world.restarted().await;
        world.me(&token).await.assert_problem(401, "invalid_token");
    }
}

#[tokio::test]
async fn who_is_disabled_signs_in_again_when_enabled() {
    let world = World::licensed(1, 1).await;
    act(&world, Method::POST, "/user1/disable", json!(null)).await;
    world.sign_in("user1").await.assert_problem(401, "invalid_grant");
    let enabled = act(&world, Method::POST, "/user1/enable", json!(null)).await;
    assert_eq!(enabled.json()["is_enabled"], true);
    assert_eq!(world.sign_in("user1").await.status, 200);
}

#[tokio::test]
async fn roles_are_those_that_were_named_and_no_others() {
    let world = World::licensed(1, 1).await;
    let set = async |roles: Value| act(&world, Method::PATCH, "/user1", roles).await;
    let changed = set(json!({ "roles": ["admin"], "app_roles": ["editor", "b", "b"] })).await;
    assert_eq!(changed.json()["roles"], json!(["admin"]));
    assert_eq!(changed.json()["app_roles"], json!(["b", "editor"]));
    let changed = set(json!({ "roles": [] })).await;
    assert_eq!(changed.json()["roles"], json!([]));
    assert_eq!(changed.json()["app_roles"], json!(["b", "editor"]), "they were not named");
    assert_eq!(set(json!({ "app_roles": [] })).await.json()["app_roles"], json!([]));
    for wrong in [json!({}), json!({ "roles": null }), json!({ "roles": "admin" })] {
        set(wrong).await.assert_problem(400, "invalid_request");
    }
}

#[tokio::test]
async fn who_takes_the_last_administrator_away_is_told() {
    let world = World::licensed(1, 1).await;
    world.admin_token().await;
    let changed = act(&world, Method::POST, "/user1/disable", json!(null)).await;
    assert_eq!(changed.json().get("admins_left"), None, "nothing to do with it");
    act(&world, Method::POST, "/user1/enable", json!(null)).await;
    act(&world, Method::PATCH, "/user1", json!({ "roles": ["admin"] })).await;
    let changed = act(&world, Method::PATCH, "/user1", json!({ "roles": [] })).await;
    assert_eq!(changed.json()["admins_left"], 1);
    let changed = act(&world, Method::POST, "/root/disable", json!(null)).await;
    assert_eq!(changed.json()["admins_left"], 0);
    assert_eq!(act(&world, Method::POST, "/root/enable", json!(null)).await.status, 200);
}

#[tokio::test]
async fn an_erased_account_leaves_its_name_free() {
    let world = World::licensed(1, 1).await;
    assert_eq!(
        act(&world, Method::DELETE, "/USER1", json!(null)).await.string("username"),
        "user1"
    );
    act(&world, Method::DELETE, "/user1", json!(null)).await.assert_problem(404, "not_found");
    assert_eq!(act(&world, Method::POST, "", json!({ "username": "user1" })).await.status, 201);
}

#[tokio::test]
async fn of_an_erased_person_the_audit_log_keeps_the_id_and_no_answer_anything() {
    let world = World::licensed(1, 0).await;
    let ann =
        json!({ "username": "Annabel", "email": "annabel@example.org", "password": PASSWORD });
    let id = act(&world, Method::POST, "", ann).await.string("id");
    let edit = json!({ "email": "bel@example.net", "ext_id": "Matr-4711" });
    assert_eq!(act(&world, Method::PATCH, "/annabel", edit).await.status, 200);
    assert_eq!(world.sign_in("annabel").await.status, 200);
    act(&world, Method::POST, "", json!({ "username": "ANNABEL" }))
        .await
        .assert_problem(409, "conflict");
    assert_eq!(act(&world, Method::DELETE, "/annabel", json!(null)).await.status, 200);
    for (path, status) in [("/annabel", 404), ("/annabel/export", 404), ("?search=bel", 200)] {
        let answer = world.get(&format!("/v1/admin/users{path}")).send_locally().await;
        assert_eq!(answer.status, status, "{}", answer.text);
        assert!(!answer.text.contains("example.") && !answer.text.contains(&id), "{}", answer.text);
    }
    let log = world.get("/v1/admin/audit?limit=100").send_locally().await.text;
    assert!(log.contains("user_erased") && log.contains(&id), "{log}");
    for kept in ["nnabel", "NNABEL", "bel@", "4711"] {
        assert!(!log.contains(kept), "{kept} in {log}");
    }
}

#[tokio::test]
async fn of_two_administrators_who_edit_one_person_the_second_is_told() {
    let world = World::licensed(1, 1).await;
    let seen = world.get("/v1/admin/users/user1").send_locally().await;
    let tag = seen.header("etag").to_owned();
    // What the person does meanwhile is in nobody's way.
    assert_eq!(world.sign_in("user1").await.status, 200);
    let edit = async |body: Value| {
        let call = world.call(Method::PATCH, "/v1/admin/users/user1").header("if-match", &tag);
        let call = call.header("content-type", "application/json");
        call.body(body.to_string()).send_locally().await
    };
    let first = edit(json!({ "email": "one@example.org" })).await;
    assert_eq!(first.status, 200, "{}", first.text);
    assert_ne!(first.header("etag"), tag);
    edit(json!({ "email": "" })).await.assert_problem(412, "precondition_failed");
    let now = world.get("/v1/admin/users/user1").send_locally().await;
    assert_eq!(now.string("email"), "one@example.org");
    assert_eq!(now.header("etag"), first.header("etag"));
    let unconditional = act(&world, Method::PATCH, "/user1", json!({ "email": "" })).await;
    assert_eq!(unconditional.json().get("email"), None);
}

#[tokio::test]
async fn an_edit_that_takes_what_is_anothers_says_what() {
    let world = World::licensed(1, 2).await;
    for (mine, theirs, taken) in [
        (json!({ "username": "first" }), json!({ "username": "FIRST" }), "username"),
        (json!({ "email": "a@b.example" }), json!({ "email": "A@B.example" }), "email"),
        (json!({ "ext_id": "4711" }), json!({ "ext_id": "4711" }), "ext_id"),
    ] {
        let id = world.get("/v1/admin/users?search=1").send_locally().await;
        let id = id.json()["items"][0]["id"].as_str().map(str::to_owned);
        let first = id.unwrap_or_else(|| "first".to_owned());
        let edited = act(&world, Method::PATCH, &format!("/{first}"), mine).await;
        assert_eq!(edited.status, 200, "{}", edited.text);
        let refused = act(&world, Method::PATCH, "/user2", theirs).await;
        refused.assert_problem(409, "conflict");
        assert_eq!(refused.string("taken"), taken);
        assert!(refused.string("detail").contains(taken), "{}", refused.text);
    }
}

#[tokio::test]
async fn a_code_comes_with_its_picture_for_whoever_asks() {
    let world = World::licensed(1, 0).await;
    let ann = json!({ "username": "ann", "invite": true });
    let added = world.admin("/v1/admin/users?picture=true", &ann).await.json();
    let picture = &added["new_code"]["picture"];
    // Four light modules on each side of a code of some forty.
    assert!(picture["size"].as_u64().unwrap() > 30, "{added}");
    assert!(picture["path"].as_str().unwrap().starts_with("M4 4h7v1h-7z"), "{added}");
    let plain = world.admin("/v1/admin/users/ann/invite", &json!({})).await.json();
    assert_eq!(plain["new_code"].get("picture"), None);
    let reset = world.admin("/v1/admin/users/ann/reset?picture=true", &json!({})).await.json();
    assert_ne!(reset["new_code"]["picture"], *picture, "another code");
    let wrong = world.admin("/v1/admin/users/ann/reset?picture=big", &json!({})).await;
    wrong.assert_problem(400, "invalid_request");
}

#[tokio::test]
async fn the_last_seat_is_told_and_no_answer_carries_a_hash() {
    let world = World::licensed(1, 1).await;
    let shown = async || world.get("/v1/admin/users/user1").send_locally().await;
    assert_eq!(shown().await.json().get("last_licence_update"), None);
    let taken = world.state.now().secs();
    let token = world.sign_in("user1").await.string("refresh_token");
    world.clock.advance(60);
    assert_eq!(world.refresh(&token).await.status, 200);
    assert_eq!(shown().await.json()["last_licence_update"], taken, "a renewal takes no seat");
    for path in ["/v1/admin/users/user1", "/v1/admin/users"] {
        let text = world.get(path).send_locally().await.text;
        assert!(!text.contains("argon2") && !text.contains("hash"), "{text}");
    }
}

#[tokio::test]
async fn more_people_than_the_licence_registers_are_refused_by_every_way_in_and_nothing_is_left_of_them()
 {
    let world = World::with("http://localhost:8080", "registration = 'approval'");
    world.register_at_most(2).await;
    world.add_users(1).await;
    let apply = async |name: &str| {
        let form = format!("username={name}&password={PASSWORD}");
        world.post("/v1/auth/register", &form).send().await
    };
    assert_eq!(apply("ann").await.status, 202);
    assert_eq!(act(&world, Method::POST, "", json!({ "username": "ben" })).await.status, 201);
    // Whoever applied is registered when they are let in, and there is room for nobody more.
    let let_in = act(&world, Method::POST, "/ann/enable", json!(null)).await;
    let_in.assert_problem(409, "registered_full");
    let kim = json!({ "username": "kim", "email": "kim@example.org" });
    let refused = act(&world, Method::POST, "", kim.clone()).await;
    refused.assert_problem(409, "registered_full");
    assert_eq!(names(&world, "?search=kim").await.len(), 0);
    // An erased person makes room, and what was refused has kept neither the name nor the address.
    assert_eq!(act(&world, Method::DELETE, "/ben", json!(null)).await.status, 200);
    assert_eq!(act(&world, Method::POST, "", kim).await.status, 201);
}
