use std::path::Path;
use std::sync::{Arc, mpsc};

use http_body_util::BodyExt as _;
use licence_core::ChainHead;
use redb::{Database, ReadableTable as _, TableDefinition};
use serde_json::{Value, json};

use super::verify::walk_alone;
use super::walked;
use crate::domain::Entry;
use crate::http::testing::{Answer, LONG_DAY_ENTRIES, World, start};

const AUDIT: TableDefinition<'_, u64, &str> = TableDefinition::new("audit");
const CHECKPOINTS: TableDefinition<'_, u64, &str> = TableDefinition::new("checkpoints");
const DAY_SECS: i64 = 86_400;

async fn get(world: &World, query: &str) -> Answer {
    world.get(&format!("/v1/admin/audit{query}")).send_locally().await
}

async fn acts(world: &World, query: &str) -> Vec<String> {
    let answer = get(world, query).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let items = answer.json()["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["act"].as_str().unwrap().to_owned()).collect()
}

async fn lines(world: &World, query: &str) -> Vec<Value> {
    let call = world.get(&format!("/v1/admin/audit{query}"));
    let answer = call.header("accept", "application/x-ndjson").send_locally().await;
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn verify(world: &World) -> Value {
    get(world, "/verify").await.json()
}

async fn prune(world: &World, before: i64) -> Answer {
    world.admin("/v1/admin/audit/prune", &json!({ "before": before })).await
}

/// A world of three days, with a person who signed in on each.
async fn three_days() -> World {
    let world = World::licensed(1, 1).await;
    for _ in 0..3 {
        let signed_in = world.sign_in("user1").await;
        world.sign_out(&signed_in.string("refresh_token")).await;
        world.clock.advance(DAY_SECS);
    }
    world
}

fn edit(path: &Path, change: impl FnOnce(&mut redb::Table<'_, u64, &'static str>)) {
    let database = Database::open(path).unwrap();
    let transaction = database.begin_write().unwrap();
    change(&mut transaction.open_table(AUDIT).unwrap());
    transaction.commit().unwrap();
}

#[tokio::test]
async fn the_newest_come_first_and_filters_hold_together() {
    let world = three_days().await;
    let all = acts(&world, "").await;
    assert_eq!(all[..3], ["signed_out", "seat_taken", "signed_in"]);
    assert_eq!(all.last().unwrap(), "licence_installed");
    assert_eq!(acts(&world, "?act=signed_in").await.len(), 3);
    let second_day = start().secs() + DAY_SECS;
    let query = format!("?act=signed_in&from={second_day}&to={}", second_day + 1);
    assert_eq!(acts(&world, &query).await.len(), 1);
    assert_eq!(
        acts(&world, "?user=user1").await,
        ["signed_in", "signed_in", "signed_in", "user_added"]
    );
    let session = get(&world, "?act=signed_in&limit=1").await.json()["items"][0]["session"].clone();
    let query = format!("?session={}", session.as_str().unwrap());
    assert_eq!(acts(&world, &query).await, ["signed_out", "seat_taken", "signed_in"]);
}

#[tokio::test]
async fn what_a_person_does_now_is_found_under_the_person() {
    let world = World::licensed(1, 1).await;
    world.sign_in("user1").await;
    assert_eq!(acts(&world, "?user=user1").await, ["seat_taken", "signed_in", "user_added"]);
}

#[tokio::test]
async fn pages_of_the_log_are_the_log() {
    let world = three_days().await;
    let (mut all, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = get(&world, &query).await.json();
        all.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=2&after={next}");
    }
    all.reverse();
    assert_eq!(all, lines(&world, "").await);
    assert_eq!(all.len(), 11);
}

#[tokio::test]
async fn an_export_holds_the_bytes_that_were_chained() {
    let world = three_days().await;
    let call = world.get("/v1/admin/audit").header("accept", "application/x-ndjson");
    let text = call.send_locally().await.text;
    let mut head = ChainHead::EMPTY;
    for (seq, line) in (1..).zip(text.lines()) {
        let json = line.replacen(&format!("\"seq\":{seq},"), "", 1);
        head = Entry { seq, json }.chained_to(head);
    }
    assert_eq!(head, world.state.mirror().site().position.head);
    assert_eq!(lines(&world, "?act=signed_in").await.len(), 3);
    assert_eq!(lines(&world, "?act=nothing").await.len(), 0);
}

/// However long the log is, and however slowly it is taken.
#[tokio::test]
async fn an_export_holds_a_step_of_the_log_in_memory_and_not_the_log() {
    const ENTRIES: u64 = 50_000;
    const FRAME_BYTES_MAX: usize = 256 * 1024;
    let world = World::licensed(1, 1).await;
    world.record_enabling("user1", ENTRIES).await;
    let mut body = world.stream("/v1/admin/audit", "application/x-ndjson").await;
    let (mut frames, mut lines, mut last) = (0, 0, String::new());
    while let Some(frame) = body.frame().await {
        let bytes = frame.unwrap().into_data().unwrap();
        assert!(bytes.len() <= FRAME_BYTES_MAX, "{} bytes at once", bytes.len());
        if frames == 0 {
            // What comes while it is read belongs to the next export.
            world.record_enabling("user1", 10).await;
        }
        frames += 1;
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        lines += text.lines().count();
        last = text.lines().last().unwrap().to_owned();
    }
    assert_eq!(lines, usize::try_from(ENTRIES).unwrap() + 2);
    assert!(frames >= 100, "{frames} frames");
    let last: Value = serde_json::from_str(&last).unwrap();
    assert_eq!(last["seq"], ENTRIES + 2);
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_whole() {
    let world = three_days().await.restarted().await;
    let verified = verify(&world).await;
    assert_eq!(verified["is_whole"], true, "{verified}");
    assert_eq!((&verified["first"], &verified["last"]), (&json!(1), &json!(11)));
    let head = world.state.mirror().site().position.head.to_string();
    assert_eq!(verified["head"], head);
}

#[tokio::test]
async fn whoever_asks_while_the_log_is_walked_waits_for_the_next_walk() {
    let world = three_days().await;
    let (go, gate) = mpsc::channel();
    let (walks, walking) = (world.state.log_walks(), world.state.clone());
    let first = walks.join(move || {
        gate.recv().unwrap();
        Arc::new(walk_alone(&walking))
    });
    let let_go = async move {
        walks.has_waiting(3).await;
        go.send(()).unwrap();
    };
    let (_, one, other, ()) = tokio::join!(first, verify(&world), verify(&world), let_go);
    assert_eq!((&one["is_whole"], &one["last"]), (&json!(true), &json!(11)), "{one}");
    assert_eq!(one, other);
}

#[tokio::test]
async fn a_log_that_was_edited_is_found_out_and_not_pruned() {
    type Table<'a> = redb::Table<'a, u64, &'static str>;
    type Fault<'a> = &'a dyn Fn(&mut Table<'_>);
    let forge = |table: &mut Table<'_>, seq: u64| {
        let entry = table.get(seq).unwrap().unwrap().value().replacen("signed_in", "refreshed", 1);
        table.insert(seq, entry.as_str()).unwrap();
    };
    let faults: [(Fault<'_>, u64, &str); 4] = [
        (&|table| forge(table, 3), 1, "entries 1 to 11 do not lead to the head"),
        (&|table| drop(table.remove(5).unwrap()), 5, "entry 5 is missing"),
        (&|table| drop(table.remove(1).unwrap()), 1, "entry 1 is missing"),
        (&|table| drop(table.remove(11).unwrap()), 11, "entry 11 is missing"),
    ];
    for (fault, place, flaw) in faults {
        let world = three_days().await.edited(|path| edit(path, fault)).await;
        let verified = verify(&world).await;
        assert_eq!((&verified["is_whole"], &verified["broken_at"]), (&json!(false), &json!(place)));
        assert!(verified["flaw"].as_str().unwrap().starts_with(flaw), "{verified}");
        prune(&world, start().secs() + DAY_SECS).await.assert_problem(409, "conflict");
    }
}

#[tokio::test]
async fn what_was_pruned_is_stood_for_by_a_checkpoint_of_the_site() {
    let world = three_days().await;
    let pruned = prune(&world, start().secs() + DAY_SECS).await;
    assert_eq!(pruned.json(), json!({ "entries": 5, "first": 6 }), "{}", pruned.text);
    let world = world.restarted().await;
    let verified = verify(&world).await;
    assert_eq!(
        (&verified["is_whole"], &verified["first"]),
        (&json!(true), &json!(6)),
        "{verified}"
    );
    assert_eq!(acts(&world, "").await.first().unwrap(), "log_pruned");
    assert_eq!(lines(&world, "").await[0]["seq"], 6);
    assert_eq!(prune(&world, start().secs()).await.json()["entries"], 0, "nothing is that old");

    let far = start().secs() + 1000 * DAY_SECS;
    assert_eq!(prune(&world, far).await.json(), json!({ "entries": 6, "first": 12 }));
    assert_eq!(verify(&world).await["is_whole"], true);
    assert_eq!(acts(&world, "").await, ["log_pruned", "log_pruned"], "the newest stayed");
}

#[tokio::test]
async fn a_checkpoint_that_another_made_is_no_beginning() {
    let forge = |path: &Path| {
        let database = Database::open(path).unwrap();
        let transaction = database.begin_write().unwrap();
        let mut table = transaction.open_table(CHECKPOINTS).unwrap();
        let genuine = table.get(6).unwrap().unwrap().value().to_owned();
        table.insert(7, genuine.as_str()).unwrap();
        drop(table);
        transaction.open_table(AUDIT).unwrap().remove(6).unwrap();
        transaction.commit().unwrap();
    };
    let world = three_days().await;
    prune(&world, start().secs() + DAY_SECS).await;
    let world = world.edited(forge).await;
    let verified = verify(&world).await;
    assert_eq!(verified["broken_at"], 7);
    assert_eq!(verified["flaw"], "the checkpoint before entry 7 is for another place");

    let scribble = |path: &Path| {
        let database = Database::open(path).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction.open_table(CHECKPOINTS).unwrap().insert(8, "a.b.c").unwrap();
        transaction.commit().unwrap();
    };
    let verified = verify(&world.edited(scribble).await).await;
    assert!(verified["flaw"].as_str().unwrap().contains("not one that this site signed"));
}

#[tokio::test]
async fn pruning_needs_a_time() {
    let world = World::new();
    for body in [json!({}), json!({ "before": "2026-11-22" }), json!({ "before": -1 })] {
        let refused = world.admin("/v1/admin/audit/prune", &body).await;
        refused.assert_problem(400, "invalid_request");
    }
}

/// What was taken away once seemed to be missing to whoever read the log at that time, and what seemed broken was not
/// backed up, and not pruned.
#[tokio::test]
async fn a_log_that_is_pruned_while_somebody_walks_it_is_whole() {
    let world = World::with_a_long_first_day().await;
    let pruning = Arc::clone(&world);
    let see = move |seen: &mut u64, _: &_, _| {
        *seen += 1;
        pruning.prune_meanwhile();
    };
    let (log, seen) = walked(world.state.clone(), || 0, see).await.unwrap().unwrap();
    assert!(log.beginning.first > LONG_DAY_ENTRIES);
    assert_eq!(seen, log.end.seq - log.beginning.first + 1, "each that is left, and once");
}
