use std::sync::Arc;

use axum::http::Method;
use licence_core::claims::UsageDay;
use licence_core::{Code, Objection, Policy, SignedUsage, UnverifiedLicence};
use redb::{Database, TableDefinition};
use serde_json::json;

use super::*;
use crate::http::testing::{Answer, World, start};

async fn ask(world: &World, body: &serde_json::Value) -> Answer {
    world.admin("/v1/admin/usage/statements", body).await
}

/// Has a statement made and verifies it as the vendor does, under a licence for two seats.
async fn stated(world: &World, body: &serde_json::Value) -> SignedUsage {
    let answer = ask(world, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let file = UnverifiedLicence::parse(world.licence(2, 1).as_bytes()).unwrap();
    let licence = file.accept(&world.state.site().roots, &Policy::default()).unwrap();
    let signed = licence.verify_usage(answer.string("statement").as_bytes()).unwrap();
    assert_eq!(signed.digest().to_string(), answer.string("digest"));
    signed
}

fn codes(statement: &SignedUsage, previous: Option<&SignedUsage>, world: &World) -> Vec<Code> {
    let file = UnverifiedLicence::parse(world.licence(2, 1).as_bytes()).unwrap();
    let licence = file.accept(&world.state.site().roots, &Policy::default()).unwrap();
    let objections = statement.objections(&[licence.signed().claims()], previous);
    objections.iter().map(Objection::code).collect()
}

async fn sign_in_and_out(world: &World, name: &str) {
    let token = world.sign_in(name).await.string("refresh_token");
    world.sign_out(&token).await;
}

#[tokio::test]
async fn each_day_tells_its_seats_its_people_and_its_refusals() {
    let world = World::licensed(2, 3).await;
    let first = world.sign_in("user1").await.string("refresh_token");
    sign_in_and_out(&world, "user1").await;
    world.sign_in("user2").await;
    world.sign_in("user3").await.assert_problem(409, "no_seat");
    world.refresh(&first).await;
    world.admin_token().await;
    world.clock.advance(3600);
    world.state.submit(Command::Sweep).await.unwrap();
    world.clock.advance(2 * DAY_SECS - 3600);
    sign_in_and_out(&world, "user3").await;
    let statement = stated(&world, &json!({})).await;
    let claims = statement.claims();
    assert_eq!((claims.from, claims.until()), (start(), start().plus(3 * DAY_SECS)));
    let busy = UsageDay { seats: 2, peak: 2, p95: 1, people: 2, refused: 1, ..UsageDay::default() };
    let quiet = UsageDay { seats: 2, peak: 1, people: 1, p95: 1, ..UsageDay::default() };
    assert_eq!(claims.days, [busy, UsageDay::default(), quiet], "who administers sits nowhere");
    assert_eq!(codes(&statement, None, &world), []);
}

#[tokio::test]
async fn days_of_the_licence_before_a_first_statement_are_told_of_as_untold() {
    let world = World::licensed(2, 1).await;
    let file = UnverifiedLicence::parse(world.licence(2, 1).as_bytes()).unwrap();
    let licence = file.accept(&world.state.site().roots, &Policy::default()).unwrap();
    let licences = [licence.signed().claims()];
    let began = day_of(licences[0].period.nbf());
    world.clock.advance(5 * DAY_SECS);
    let late = start().plus(4 * DAY_SECS);
    let first = stated(&world, &json!({ "from": late.secs() })).await;
    assert_eq!(first.untold(&licences), Some((began, late)));
    assert_eq!(stated(&world, &json!({})).await.untold(&licences), None, "it follows one");
    let world = World::licensed(2, 1).await;
    world.clock.advance(DAY_SECS);
    let whole = stated(&world, &json!({ "from": began.secs() })).await;
    assert_eq!(whole.untold(&licences), None);
}

#[tokio::test]
async fn each_statement_goes_on_where_the_one_before_ended_and_tells_a_running_day_again() {
    let world = World::licensed(2, 1).await;
    sign_in_and_out(&world, "user1").await;
    let first = stated(&world, &json!({})).await;
    assert_eq!(first.claims().start.seq, 0);
    let world = world.restarted().await;
    world.clock.advance(2 * DAY_SECS);
    sign_in_and_out(&world, "user1").await;
    let second = stated(&world, &json!({})).await;
    assert_eq!(second.claims().start, first.claims().end);
    assert_eq!(second.claims().from, start(), "it still ran");
    assert_eq!(codes(&second, Some(&first), &world), []);
    let third = stated(&world, &json!({})).await;
    assert_eq!(third.claims().from, start().plus(2 * DAY_SECS), "all before was told");
    assert_eq!(codes(&third, Some(&second), &world), []);
    assert_eq!(codes(&third, Some(&first), &world), [Code::StatementMissing, Code::MissingDays]);
    let log = world.get("/v1/admin/audit?act=usage_stated").send_locally().await.json();
    assert_eq!(log["items"].as_array().unwrap().len(), 3);
    assert_eq!(log["items"][0]["statement"], third.digest().to_string());
}

#[tokio::test]
async fn two_who_ask_at_once_get_statements_that_follow_each_other() {
    let world = World::licensed(2, 1).await;
    let body = json!({});
    let (one, other) = tokio::join!(stated(&world, &body), stated(&world, &body));
    let follows = |a: &SignedUsage, b: &SignedUsage| a.claims().previous == Some(b.digest());
    assert!(follows(&one, &other) || follows(&other, &one));
}

#[tokio::test]
async fn a_clock_that_was_lowered_shows_on_the_day_to_which_it_was() {
    let world = World::licensed(2, 1).await;
    world.clock.set_wall_by(40 * DAY_SECS);
    world.call(Method::POST, "/v1/admin/clock/accept").send_locally().await;
    let ahead = stated(&world, &json!({})).await;
    assert_eq!(ahead.claims().days[0].accepts, 1);
    world.clock.set_wall_by(-40 * DAY_SECS);
    let reset = json!({ "reason": "the battery was empty" });
    assert_eq!(world.admin("/v1/admin/clock/reset", &reset).await.status, 200);
    let statement = stated(&world, &json!({})).await;
    assert_eq!(statement.claims().days.len(), 1);
    assert_eq!(statement.claims().days[0].resets, 1);
    assert_eq!(codes(&statement, None, &world), [Code::ClockLowered]);
    assert_eq!(
        codes(&statement, Some(&ahead), &world),
        [Code::ClockLowered, Code::ClockLowered],
        "and it was signed before the one before"
    );
}

#[tokio::test]
async fn what_was_pruned_is_stated_no_more() {
    let world = World::licensed(2, 1).await;
    for _ in 0..4 {
        sign_in_and_out(&world, "user1").await;
        world.clock.advance(DAY_SECS);
    }
    let before = stated(&world, &json!({})).await;
    let prune = json!({ "before": start().secs() + 2 * DAY_SECS });
    assert_eq!(world.admin("/v1/admin/audit/prune", &prune).await.status, 200);
    let after = stated(&world, &json!({})).await;
    assert_eq!(codes(&after, Some(&before), &world), [], "the one before is on record still");
    let early = json!({ "from": start().secs() });
    ask(&world, &early).await.assert_problem(409, "conflict");
    let late = json!({ "from": start().secs() + 3 * DAY_SECS });
    assert_eq!(stated(&world, &late).await.claims().days[0].people, 1);
}

/// The first entry that was left was one of the time that was wrong, and no day after it had come.
#[tokio::test]
async fn what_was_pruned_before_a_reset_of_the_clock_is_in_no_statements_way() {
    let world = World::licensed(2, 1).await;
    let a_day = async || {
        sign_in_and_out(&world, "user1").await;
        world.clock.advance(DAY_SECS);
    };
    a_day().await;
    a_day().await;
    world.clock.set_wall_by(40 * DAY_SECS);
    world.call(Method::POST, "/v1/admin/clock/accept").send_locally().await;
    sign_in_and_out(&world, "user1").await;
    world.clock.set_wall_by(-40 * DAY_SECS);
    let reset = json!({ "reason": "the battery was empty" });
    assert_eq!(world.admin("/v1/admin/clock/reset", &reset).await.status, 200);
    for _ in 0..4 {
        a_day().await;
    }
    let before = stated(&world, &json!({})).await;
    let prune = json!({ "before": start().secs() + 5 * DAY_SECS });
    let pruned = world.admin("/v1/admin/audit/prune", &prune).await;
    assert_eq!(pruned.status, 200, "{}", pruned.text);
    a_day().await;
    let after = stated(&world, &json!({})).await;
    assert_eq!(after.claims().previous, Some(before.digest()));
    assert_eq!(codes(&after, Some(&before), &world), []);
}

/// The next one called itself the first where the record of the last was gone, which the vendor takes for a sign that
/// something is hidden.
#[tokio::test]
async fn what_the_next_statement_goes_on_from_is_not_pruned() {
    let world = World::licensed(2, 1).await;
    for _ in 0..4 {
        sign_in_and_out(&world, "user1").await;
        world.clock.advance(DAY_SECS);
    }
    let before = stated(&world, &json!({})).await;
    let prune = |before: i64| json!({ "before": before });
    let refused = world.admin("/v1/admin/audit/prune", &prune(world.state.now().secs() + 1)).await;
    refused.assert_problem(409, "conflict");
    let kept = refused.json()["before"].as_i64().unwrap();
    assert_eq!(world.admin("/v1/admin/audit/prune", &prune(kept + 1)).await.status, 409);
    let pruned = world.admin("/v1/admin/audit/prune", &prune(kept)).await;
    assert_eq!(pruned.status, 200, "{}", pruned.text);
    assert!(pruned.json()["entries"].as_u64().unwrap() > 0);
    world.clock.advance(DAY_SECS);
    let after = stated(&world, &json!({})).await;
    assert_eq!(codes(&after, Some(&before), &world), []);
}

#[tokio::test]
async fn a_log_that_was_changed_is_not_signed_over() {
    const AUDIT: TableDefinition<'_, u64, &str> = TableDefinition::new("audit");
    let cut = |path: &std::path::Path| {
        let database = Database::open(path).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction.open_table(AUDIT).unwrap().remove(2).unwrap();
        transaction.commit().unwrap();
    };
    let world = World::licensed(2, 1).await.edited(cut).await;
    let refused = ask(&world, &json!({})).await;
    refused.assert_problem(409, "conflict");
    assert_eq!(refused.json()["broken_at"], 2);
}

#[tokio::test]
async fn a_year_is_the_longest_and_a_day_the_shortest() {
    let world = World::licensed(2, 1).await;
    world.clock.advance(400 * DAY_SECS);
    let refused = ask(&world, &json!({})).await;
    refused.assert_problem(400, "invalid_request");
    assert!(refused.string("detail").contains("366 days at most"), "{}", refused.text);
    let end = start().plus(366 * DAY_SECS);
    let year = stated(&world, &json!({ "to": end.secs() })).await;
    assert_eq!((year.claims().days.len(), year.claims().until()), (366, end));
    let rest = stated(&world, &json!({})).await;
    assert_eq!((rest.claims().from, rest.claims().days.len()), (end, 35));
    assert_eq!(codes(&rest, Some(&year), &world), []);
    let nothing = json!({ "from": start().secs() + DAY_SECS, "to": start().secs() + DAY_SECS });
    ask(&world, &nothing).await.assert_problem(400, "invalid_request");
}

/// The time was once read before the log was walked, and the log that was pruned meanwhile was walked again: by its
/// statement it had stood early where it stood late, and every token in between was of another log.
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_signed_by_the_time_at_which_the_log_stood_at_its_end() {
    let world = World::with_a_long_first_day().await;
    let pruning = Arc::clone(&world);
    let see = move |_: &mut Seen, _: &Read, _| pruning.prune_meanwhile();
    let (log, seen) =
        walked(world.state.clone(), seeing(&world.state), see).await.unwrap().unwrap();
    assert_eq!(seen.now, world.state.now());
    assert_eq!(log.end, world.state.mirror().site().position);
}
