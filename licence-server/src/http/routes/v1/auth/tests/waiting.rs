//! Requests that wait for a seat: how soon they have it, and in which order.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use axum::http::Method;
use tokio::task::yield_now;
use tokio::time::Instant;

use super::{TOKEN, form};
use crate::domain::Command;
use crate::housekeeping;
use crate::http::testing::{Answer, PASSWORD, World};

/// How soon whoever waits has the seat that came free.
const SOON: Duration = Duration::from_millis(100);

/// Rounds of which one has to be as soon.
const ROUNDS_MAX: usize = 5;

type Waiting<'w> = Pin<Box<dyn Future<Output = Answer> + 'w>>;

#[expect(
    clippy::disallowed_methods,
    reason = "how soon an answer comes is a matter of the real clock"
)]
fn instant() -> Instant {
    Instant::now()
}

/// A sign-in that waits. It begins when it is polled first, and hangs up when it is dropped.
fn waiting<'w>(world: &'w World, name: &str, wait_secs: u32) -> Waiting<'w> {
    let form = format!("{}&wait={wait_secs}", form(name, PASSWORD));
    Box::pin(async move { world.post(TOKEN, &form).send().await })
}

/// Comes to its end when that many have a place in the queue.
async fn queue_of(world: &World, places: u32) {
    while world.state.mirror().site().waiting != places {
        yield_now().await;
    }
}

/// Lets those requests go on until that many have a place; none of them may be answered before.
async fn until_queue_of(world: &World, places: u32, requests: &mut [&mut Waiting<'_>]) {
    let mut in_line = std::pin::pin!(queue_of(world, places));
    std::future::poll_fn(|context| {
        for request in &mut *requests {
            assert!(request.as_mut().poll(context).is_pending(), "it was answered too soon");
        }
        in_line.as_mut().poll(context)
    })
    .await;
}

/// Asserts that a waiter is answered soon. The fastest of some rounds counts: what a busy machine does
/// to the others is not the server's.
async fn assert_soon(round: impl AsyncFn() -> Duration) {
    let mut rounds = Vec::new();
    while rounds.len() < ROUNDS_MAX {
        let late = round().await;
        if late < SOON {
            return;
        }
        rounds.push(late);
    }
    panic!("answered so long after the seat came free: {rounds:?}");
}

/// How long after `free` was answered whoever waits has a seat.
async fn lateness(world: &World, waiter: Waiting<'_>, free: impl Future<Output = ()>) -> Duration {
    let answered = async { (waiter.await, instant()) };
    let freed = async {
        queue_of(world, 1).await;
        free.await;
        instant()
    };
    let ((answer, answered_at), freed_at) = tokio::join!(answered, freed);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 1);
    assert_eq!(world.me(&answer.string("access_token")).await.status, 200);
    answered_at.saturating_duration_since(freed_at)
}

#[tokio::test]
async fn a_seat_is_had_soon_after_someone_signed_out() {
    assert_soon(async || {
        let world = World::licensed(1, 2).await;
        let ann = world.sign_in("user1").await.string("refresh_token");
        let sign_out = async { assert_eq!(world.sign_out(&ann).await.status, 204) };
        lateness(&world, waiting(&world, "user2", 30), sign_out).await
    })
    .await;
}

#[tokio::test]
async fn a_seat_is_had_soon_after_someone_parked_theirs() {
    assert_soon(async || {
        let world = World::licensed(1, 2).await;
        let ann = world.sign_in("user1").await.string("access_token");
        let park = async {
            let call = world.call(Method::POST, "/v1/seats/release").bearer(&ann);
            assert_eq!(call.send().await.status, 204);
        };
        lateness(&world, waiting(&world, "user2", 30), park).await
    })
    .await;
}

#[tokio::test]
async fn a_seat_is_had_soon_after_a_lease_lapsed() {
    assert_soon(async || {
        let world = World::licensed(1, 2).await;
        world.sign_in("user1").await;
        // Its last second: before that, the server sleeps by a clock that no test moves.
        world.clock.advance(929);
        let lapse = async { world.clock.advance(1) };
        tokio::select! {
            () = housekeeping::keep(world.state.clone()) => panic!("the store failed"),
            late = lateness(&world, waiting(&world, "user2", 30), lapse) => late,
        }
    })
    .await;
}

#[tokio::test]
async fn a_refresh_waits_like_a_sign_in_and_rotates_once_it_has_a_seat() {
    let world = World::licensed(1, 2).await;
    let ann = world.sign_in("user1").await.string("refresh_token");
    let bob = world.sign_in("user2").await;
    bob.assert_problem(409, "no_seat");
    let token = bob.string("refresh_token");
    let form = format!("refresh_token={token}&wait=30");
    let mut refresh: Waiting<'_> =
        Box::pin(async { world.post("/v1/auth/refresh", &form).send().await });
    until_queue_of(&world, 1, &mut [&mut refresh]).await;
    let sign_out = async { assert_eq!(world.sign_out(&ann).await.status, 204) };
    let (refreshed, ()) = tokio::join!(refresh, sign_out);
    assert_eq!(refreshed.status, 200, "{}", refreshed.text);
    assert_ne!(refreshed.string("refresh_token"), token);
}

#[tokio::test]
async fn whoever_hung_up_holds_nobody_up() {
    let world = World::licensed(1, 3).await;
    let ann = world.sign_in("user1").await.string("refresh_token");
    let (mut bob, mut eve) = (waiting(&world, "user2", 30), waiting(&world, "user3", 30));
    until_queue_of(&world, 1, &mut [&mut bob]).await;
    until_queue_of(&world, 2, &mut [&mut bob, &mut eve]).await;
    drop(bob);
    world.sign_out(&ann).await;
    let seated = eve.await;
    assert_eq!(seated.status, 200, "{}", seated.text);
}

#[tokio::test]
async fn nobody_overtakes() {
    let world = World::licensed(1, 4).await;
    let ann = world.sign_in("user1").await.string("refresh_token");
    let (mut bob, mut eve) = (waiting(&world, "user2", 30), waiting(&world, "user3", 30));
    until_queue_of(&world, 1, &mut [&mut bob]).await;
    until_queue_of(&world, 2, &mut [&mut bob, &mut eve]).await;
    world.sign_out(&ann).await;
    // The seat is free, and neither of the two has come for it yet.
    let late = world.sign_in("user4").await;
    late.assert_problem(409, "no_seat");
    assert_eq!(late.json()["place"], 3);
    let (bob, ()) = tokio::join!(bob, poll_once(&mut eve));
    assert_eq!(bob.status, 200, "{}", bob.text);
    world.sign_out(&bob.string("refresh_token")).await;
    let eve = eve.await;
    assert_eq!(eve.status, 200, "{}", eve.text);
}

/// Polls a request once; it must not be answered.
async fn poll_once(request: &mut Waiting<'_>) {
    std::future::poll_fn(|context| {
        assert!(request.as_mut().poll(context).is_pending(), "it overtook");
        std::task::Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn whoever_waited_for_nothing_is_told_their_place_and_keeps_it() {
    let world = World::licensed(1, 3).await;
    world.sign_in("user1").await;
    let begun = instant();
    let told = waiting(&world, "user2", 1).await;
    assert!(begun.elapsed() >= Duration::from_secs(1));
    told.assert_problem(409, "no_seat");
    assert_eq!(told.json()["place"], 1);
    assert_eq!(told.json()["seats"], serde_json::json!({ "total": 1, "in_use": 1 }));
    assert_eq!(world.sign_in("user3").await.json()["place"], 2);
    let again = world.refresh(&told.string("refresh_token")).await;
    assert_eq!(again.json()["place"], 1, "the place was kept");
    world.clock.advance(61);
    assert_eq!(world.state.submit(Command::Sweep).await.map(drop), Ok(()));
    assert_eq!(world.state.mirror().site().waiting, 0, "for a minute");
}

#[tokio::test]
async fn whoever_there_is_no_room_to_wait_for_is_told_their_place_at_once() {
    let world = World::licensed(1, 2).await;
    let others = world.state.waiting_room().taken_by_others();
    let ann = waiting(&world, "user1", 30).await;
    assert_eq!(ann.status, 200, "a free seat needs no wait");
    let told = waiting(&world, "user2", 30).await;
    told.assert_problem(409, "no_seat");
    assert_eq!(told.json()["place"], 1);
    drop(others);
    world.sign_out(&ann.string("refresh_token")).await;
    assert_eq!(world.refresh(&told.string("refresh_token")).await.status, 200, "it is kept");
}

#[tokio::test]
async fn nobody_waits_for_longer_than_is_configured() {
    let world = World::licensed(1, 1).await;
    for wait in ["31", "-1", "x", "1.5"] {
        let refused = world.post(TOKEN, &format!("{}&wait={wait}", form("user1", PASSWORD)));
        let refused = refused.send().await;
        refused.assert_problem(400, "invalid_request");
        assert!(refused.string("detail").contains("`wait`"), "{}", refused.text);
    }
    assert_eq!(waiting(&world, "user1", 30).await.status, 200, "a free seat is had at once");
}

/// A waiter that was refused once left a live place behind, and the seat waited for nobody.
#[tokio::test]
async fn whoever_is_refused_while_they_wait_holds_nobody_up() {
    let world = World::licensed(1, 3).await;
    let ann = world.sign_in("user1").await.string("refresh_token");
    let bobs = world.sign_in("user2").await.string("refresh_token");
    let form = format!("refresh_token={bobs}&wait=30");
    let mut bob: Waiting<'_> =
        Box::pin(async { world.post("/v1/auth/refresh", &form).send().await });
    let mut eve = waiting(&world, "user3", 30);
    until_queue_of(&world, 1, &mut [&mut bob]).await;
    until_queue_of(&world, 2, &mut [&mut bob, &mut eve]).await;
    assert_eq!(world.sign_out(&bobs).await.status, 204, "on another tab");
    world.sign_out(&ann).await;
    let begun = instant();
    let (refused, seated) = tokio::join!(bob, eve);
    refused.assert_problem(401, "invalid_grant");
    assert_eq!(seated.status, 200, "{}", seated.text);
    assert!(begun.elapsed() < Duration::from_secs(15), "it waited for its own time to end");
}

/// A caller that hung up over the very question left a live place behind, because nobody was there to learn
/// of it: the seat waited for nobody for as long as they had been willing to.
#[tokio::test]
async fn whoever_hangs_up_before_they_have_a_place_holds_nobody_up() {
    let world = World::licensed(1, 3).await;
    let ann = world.sign_in("user1").await.string("refresh_token");
    let bobs = world.sign_in("user2").await.string("refresh_token");
    let form = format!("refresh_token={bobs}&wait=30");
    let mut bob: Waiting<'_> =
        Box::pin(async { world.post("/v1/auth/refresh", &form).send().await });
    poll_once(&mut bob).await;
    drop(bob);
    let mut eve = waiting(&world, "user3", 30);
    until_queue_of(&world, 2, &mut [&mut eve]).await;
    world.sign_out(&ann).await;
    let begun = instant();
    let seated = eve.await;
    assert_eq!(seated.status, 200, "{}", seated.text);
    assert!(begun.elapsed() < Duration::from_secs(15), "it waited for who had gone");
}
