use axum::http::Method;
use serde_json::{Value, json};

use super::{ImportedRow, Plan, RowOutcome, carry_out, read};
use crate::domain::Actor;
use crate::http::testing::{Answer, PASSWORD, World};

async fn import(world: &World, query: &str, table: impl Into<axum::body::Body>) -> Answer {
    let call = world.call(Method::POST, &format!("/v1/admin/users/import{query}"));
    call.header("content-type", "text/csv; charset=utf-8").body(table).send_locally().await
}

fn counts(answer: &Answer) -> [u64; 4] {
    assert_eq!(answer.status, 200, "{}", answer.text);
    let json = answer.json();
    ["added", "changed", "unchanged", "refused"].map(|name| json[name].as_u64().unwrap())
}

/// 5,000 people, of whom 37 are not right in one of several ways, on lines that are known.
fn institute() -> (String, Vec<u64>) {
    let mut table = "username,email,app_roles,ext_id\n".to_owned();
    let mut bad = Vec::new();
    for number in 0..5000_u64 {
        let line = number + 2;
        let (mut name, mut email) = (format!("person{number}"), format!("p{number}@example.org"));
        if number > 0 && number % 135 == 0 {
            bad.push(line);
            match number % 4 {
                0 => name = "=cmd|' /C calc'!A0".to_owned(),
                1 => email = "no address".to_owned(),
                2 => name = "PERSON1".to_owned(),
                _ => name.clear(),
            }
        }
        table += &format!("{name},{email},member editor,{number}\n");
    }
    (table, bad)
}

#[tokio::test]
async fn of_5000_people_37_are_told_by_their_lines_and_the_others_are_in() {
    let world = World::new();
    let (table, bad) = institute();
    assert_eq!(bad.len(), 37);
    let rehearsed = import(&world, "?dry_run=true", table.clone()).await;
    assert_eq!(counts(&rehearsed), [4963, 0, 0, 37]);
    assert_eq!(world.state.mirror().site().users, 0, "it was only tried");
    let imported = import(&world, "", table.clone()).await;
    assert_eq!(counts(&imported), [4963, 0, 0, 37]);
    assert_eq!(world.state.mirror().site().users, 4963);
    let (told, rehearsed) = (imported.json(), rehearsed.json());
    assert_eq!(told["rows"], rehearsed["rows"], "a dry run says what the import does");
    let rows = told["rows"].as_array().unwrap();
    let refused = rows.iter().filter(|row| row["outcome"] == "refused");
    let lines: Vec<u64> = refused.clone().map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, bad);
    assert!(refused.clone().all(|row| !row["why"].as_str().unwrap().is_empty()));
    assert_eq!(counts(&import(&world, "", table).await), [0, 0, 4963, 37], "nothing is done twice");
}

#[tokio::test]
async fn an_import_that_is_watched_says_how_far_it_has_come_and_then_the_same() {
    let world = World::new();
    let rows: String = (0..600).map(|number| format!("person{number}\n")).collect();
    let table = format!("username\n{rows}=cmd\n");
    let call = world.call(Method::POST, "/v1/admin/users/import");
    let call = call.header("content-type", "text/csv").header("accept", "application/x-ndjson");
    let watched = call.body(table).send_locally().await;
    assert_eq!(watched.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> =
        watched.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (last, steps) = lines.split_last().unwrap();
    let done: Vec<u64> = steps.iter().map(|line| line["done"].as_u64().unwrap()).collect();
    assert_eq!((done, &steps[0]["of"]), (vec![256, 512, 601], &json!(601)));
    assert_eq!((&last["result"]["added"], &last["result"]["refused"]), (&json!(600), &json!(1)));
    assert_eq!(world.state.mirror().site().users, 600);
}

#[tokio::test]
async fn people_of_an_older_system_keep_ids_roles_and_passwords() {
    let world = World::licensed(3, 0).await;
    // Of "correct horse battery", by the Python packages bcrypt, argon2-cffi and Django.
    let hashes = [
        "$2y$04$Wu6iTDDquS5XgINJ7sQt7e5NZg3at5H8K3KtZ2d/mXlxa2/PWf96W",
        "$argon2id$v=19$m=1024,t=3,p=2$c29tZXNhbHRzb21lc2FsdA$zeSGDBguZHMZVk4AjnRwed5gcx3lcA/5/pXdLVaatQI",
        "pbkdf2_sha256$1000$seasalt2022seasalt$8OwbwZRnYZUNKWmymqjINKJujS+aaB27qZToA+YpwyM=",
    ];
    let rows = hashes.iter().enumerate();
    let rows: String = rows.map(|(n, hash)| format!("u{n};7{n};editor;\"{hash}\"\r\n")).collect();
    let table = format!("\u{feff}username;ext_id;app_roles;password_hash\r\n{rows}");
    let imported = import(&world, "", table).await;
    assert_eq!(counts(&imported), [3, 0, 0, 0]);
    assert!(!imported.text.contains("argon2"), "no answer carries a hash");
    for number in 0..3 {
        let signed_in = world.sign_in(&format!("u{number}")).await;
        assert_eq!(signed_in.status, 200, "{}", signed_in.text);
        let token = signed_in.string("access_token");
        let me = world.me(&token).await;
        assert_eq!(me.string("ext_id"), format!("7{number}"));
        assert_eq!(me.json()["roles"], json!(["editor"]));
        let claims = token.split('.').nth(1).unwrap();
        let claims: Value =
            serde_json::from_slice(&licence_core::base64url::decode(claims).unwrap()).unwrap();
        assert_eq!(
            claims["ext_id"],
            format!("7{number}"),
            "{PASSWORD} still opens, and who it is stays"
        );
    }
}

#[tokio::test]
async fn a_row_changes_what_it_says_and_nothing_else() {
    let world = World::licensed(2, 1).await;
    let ann = "username,email,app_roles,ext_id\nann,ann@example.org,a;b,1\n";
    assert_eq!(counts(&import(&world, "", ann).await), [1, 0, 0, 0]);
    let renamed = "username,ext_id\nAnna,1\n";
    assert_eq!(counts(&import(&world, "", renamed).await), [0, 1, 0, 0]);
    let anna = world.get("/v1/admin/users/anna").send_locally().await;
    assert_eq!(
        (anna.string("email"), &anna.json()["app_roles"]),
        ("ann@example.org".to_owned(), &json!(["a", "b"]))
    );
    let hash = "$2y$04$Wu6iTDDquS5XgINJ7sQt7e5NZg3at5H8K3KtZ2d/mXlxa2/PWf96W";
    let late = format!("username,password_hash\nuser1,{hash}\n");
    assert_eq!(counts(&import(&world, "", late).await), [0, 0, 1, 0], "a newer password stays");
    let off = "username,enabled\nuser1,no\n";
    assert_eq!(counts(&import(&world, "", off).await), [0, 1, 0, 0]);
    world.sign_in("user1").await.assert_problem(401, "invalid_grant");
}

#[tokio::test]
async fn codes_are_made_for_who_has_no_password_and_printing_again_voids_the_old() {
    let world = World::licensed(2, 1).await;
    let table = "username\nann\nuser1\n";
    let code = async || {
        let imported = import(&world, "?codes=true", table).await.json();
        assert_eq!(imported["rows"][1].get("new_code"), None, "there is a password");
        imported["rows"][0]["new_code"]["code"].as_str().unwrap().to_owned()
    };
    let (first, second) = (code().await, code().await);
    let redeem = async |code: &str| {
        let form = format!("code={code}&password={PASSWORD}");
        world.post("/v1/auth/set-password", &form).send().await.status.as_u16()
    };
    assert_eq!((redeem(&first).await, redeem(&second).await), (401, 200));
}

#[tokio::test]
async fn a_table_that_cannot_be_read_changes_nothing_and_says_where() {
    let world = World::new();
    let table = |text: &str| text.as_bytes().to_vec();
    for (bytes, words) in [
        (
            table("username,mail\nann,a@b\n"),
            "line 1: there is no column `mail`; did you mean `email`?",
        ),
        (table("username\nann\nben,x\n"), "line 3: there are 2 cells"),
        (table("username\nann\n\"ben\nkim\n"), "line 3: a quote opens here and never closes"),
        (b"username\nann\nm\xfcller\n".to_vec(), "line 3: it is not text in UTF-8"),
    ] {
        let refused = import(&world, "", bytes).await;
        refused.assert_problem(400, "invalid_request");
        assert!(refused.string("detail").starts_with(words), "{}", refused.text);
    }
    let large = vec![b'x'; super::IMPORT_BYTES_MAX + 1];
    import(&world, "", large).await.assert_problem(413, "too_large");
    let call = world.call(Method::POST, "/v1/admin/users/import").body("username\nann\n");
    assert_eq!(call.send_locally().await.status, 415);
    assert_eq!(world.state.mirror().site().users, 0);
}

#[tokio::test]
async fn rows_that_cannot_both_be_are_told_with_the_other_line() {
    let world = World::licensed(1, 1).await;
    let table = "username,email,ext_id,roles,app_roles\n\
        ann,a@b.example,1,,\nANN,,,,\nben,A@b.example,,,\nkim,,1,,\n\
        user1,,,,\nUSER1,,,,\nx,user1@,,,\ny,,,editor,\nz,,,,admin\n";
    let told = import(&world, "?dry_run=true", table).await.json();
    let why = |at: usize| told["rows"][at]["why"].as_str().unwrap_or("").to_owned();
    for (at, words) in [
        (0, ""),
        (1, "line 2 has that `username` already"),
        (2, "line 2 has that `email` already"),
        (3, "line 2 has that `ext_id` already"),
        (4, ""),
        (5, "line 6 is about the same person"),
        (6, "`email` must be"),
        (7, "`roles` may name `admin`"),
        (8, "`admin` is a role of this server"),
    ] {
        assert!(
            why(at).starts_with(words) && words.is_empty() == why(at).is_empty(),
            "{at}: {}",
            why(at)
        );
    }
}

#[tokio::test]
async fn an_import_that_fills_the_licence_half_way_tells_each_line_and_writes_whole_people_only() {
    let world = World::new();
    world.register_at_most(2).await;
    world.add_users(1).await;
    let table = "username,email,app_roles,ext_id\n\
        ann,ann@example.org,editor,1\nben,ben@example.org,editor,2\nuser1,u1@example.org,,\n\
        kim,kim@example.org,editor,3\n";
    let rehearsed = import(&world, "?dry_run=true&codes=true", table).await.json();
    let imported = import(&world, "?codes=true", table).await;
    assert_eq!(counts(&imported), [1, 1, 0, 2]);
    let rows = imported.json()["rows"].as_array().unwrap().clone();
    let told =
        |row: &Value| (row["line"].as_u64().unwrap(), row["outcome"].as_str().unwrap().to_owned());
    let told: Vec<_> = rows.iter().map(told).collect();
    let as_told = |line, outcome: &str| (line, outcome.to_owned());
    assert_eq!(
        told,
        [as_told(2, "added"), as_told(3, "refused"), as_told(4, "changed"), as_told(5, "refused")]
    );
    for (row, rehearsed) in rows.iter().zip(rehearsed["rows"].as_array().unwrap()) {
        assert_eq!(
            (&row["outcome"], row.get("why")),
            (&rehearsed["outcome"], rehearsed.get("why"))
        );
    }
    assert_eq!(rows[1]["why"], "as many people are registered as the licence allows");
    assert_eq!(rows[1].get("new_code"), None, "there is nobody who could redeem it");
    for gone in ["ben", "ben@example.org", "kim"] {
        let shown = world.get(&format!("/v1/admin/users/{gone}")).send_locally().await;
        shown.assert_problem(404, "not_found");
    }
    // With more room the same table brings in who was left out, and nobody twice.
    world.register_at_most(4).await;
    assert_eq!(counts(&import(&world, "", table).await), [2, 0, 2, 0]);
}

/// Once the address of such a row was taken over, and the row told as refused.
#[tokio::test]
async fn an_applicant_whom_the_licence_has_no_room_for_is_left_as_they_are() {
    let world = World::with("http://localhost:8080", "registration = 'approval'");
    world.register_at_most(1).await;
    let form = format!("username=ann&password={PASSWORD}");
    assert_eq!(world.post("/v1/auth/register", &form).send().await.status, 202);
    let table = "username,email,enabled\nben,,yes\nann,ann@example.org,yes\n";
    let rehearsed = import(&world, "?dry_run=true", table).await;
    let imported = import(&world, "", table).await;
    assert_eq!((counts(&rehearsed), counts(&imported)), ([1, 0, 0, 1], [1, 0, 0, 1]));
    let why = &imported.json()["rows"][1]["why"];
    assert_eq!(*why, "as many people are registered as the licence allows");
    let ann = world.get("/v1/admin/users/ann").send_locally().await.json();
    assert_eq!((ann.get("email"), &ann["is_enabled"]), (None, &json!(false)));
    world.register_at_most(2).await;
    assert_eq!(counts(&import(&world, "", table).await), [0, 1, 1, 0]);
    assert_eq!(world.sign_in("ann").await.status, 200);
}

/// Of "correct horse battery", by an older system.
const OLD_HASH: &str = "$2y$04$Wu6iTDDquS5XgINJ7sQt7e5NZg3at5H8K3KtZ2d/mXlxa2/PWf96W";

/// What becomes of the rows of a table between whose reading and whose writing something else is done.
async fn overtaken(
    world: &World,
    table: &str,
    with_codes: bool,
    meanwhile: impl Future<Output = ()>,
) -> Vec<ImportedRow> {
    let sheet = read(table.as_bytes()).unwrap();
    let mut plan = Plan::new(Actor::Local, with_codes, &world.state);
    let rows = sheet.rows().iter();
    let mut steps: Vec<_> =
        rows.map(|row| plan.step(row.line(), sheet.cells(row)).unwrap()).collect();
    meanwhile.await;
    carry_out(&mut steps, &world.state).await.unwrap();
    steps.into_iter().map(|step| step.row).collect()
}

async fn code_of(world: &World, name: &str) -> String {
    let imported = import(world, "?codes=true", format!("username\n{name}\n")).await;
    imported.json()["rows"][0]["new_code"]["code"].as_str().unwrap().to_owned()
}

async fn redeem(world: &World, code: &str, password: &str) -> u16 {
    let form = format!("code={code}&password={password}");
    world.post("/v1/auth/set-password", &form).send().await.status.as_u16()
}

/// Once the older system's hash took the place of it, and the person was signed out.
#[tokio::test]
async fn a_password_that_is_chosen_while_an_import_goes_on_stays_and_so_does_the_sign_in() {
    let world = World::licensed(1, 0).await;
    let code = code_of(&world, "ann").await;
    let table = format!("username,email,password_hash\nann,ann@example.org,{OLD_HASH}\n");
    let chosen = "a+password+of+her+own";
    let form = format!("grant_type=password&username=ann&password={chosen}");
    let mut token = String::new();
    let rows = overtaken(&world, &table, false, async {
        assert_eq!(redeem(&world, &code, chosen).await, 200);
        token = world.post("/v1/auth/token", &form).send().await.string("access_token");
    });
    assert_eq!(rows.await[0].outcome, RowOutcome::Refused);
    let me = world.me(&token).await;
    assert_eq!(me.status, 200, "{}", me.text);
    assert_eq!(me.json().get("email"), None, "a row is done whole or not at all");
    assert_eq!(world.post("/v1/auth/token", &form).send().await.status, 200);
}

/// Once the address was changed though the row was told as refused.
#[tokio::test]
async fn who_gets_the_last_place_while_an_import_goes_on_leaves_its_applicant_as_they_were() {
    let world = World::with("http://localhost:8080", "registration = 'approval'");
    world.register_at_most(1).await;
    let form = format!("username=ann&password={PASSWORD}");
    assert_eq!(world.post("/v1/auth/register", &form).send().await.status, 202);
    let table = "username,email,enabled\nann,ann@example.org,yes\n";
    let rows = overtaken(&world, table, false, world.add_users(1)).await;
    assert_eq!(rows[0].why.as_deref(), Some("as many people are registered as the licence allows"));
    let ann = world.get("/v1/admin/users/ann").send_locally().await.json();
    assert_eq!((ann.get("email"), &ann["is_enabled"]), (None, &json!(false)));
}

/// Once the new code was made though it was shown to nobody, and the old one was void.
#[tokio::test]
async fn a_code_that_was_handed_out_stays_good_where_the_row_with_the_next_is_refused() {
    let world = World::licensed(1, 0).await;
    let code = code_of(&world, "ann").await;
    let table = "username,email,app_roles\nann,ann@example.org,editor\n";
    let rows = overtaken(&world, table, true, async {
        let other = "username,email\nann,other@example.org\n";
        assert_eq!(counts(&import(&world, "", other).await), [0, 1, 0, 0]);
    });
    let row = rows.await.remove(0);
    assert!(row.outcome == RowOutcome::Refused && row.new_code.is_none(), "{row:?}");
    assert_eq!(redeem(&world, &code, PASSWORD).await, 200);
    let ann = world.get("/v1/admin/users/ann").send_locally().await;
    assert_eq!(ann.string("email"), "other@example.org");
}
