use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Context;

use axum::http::Method;
use http_body_util::Limited;

use super::*;
use crate::http::WaitingRoom;
use crate::http::testing::World;

/// What a client does next.
#[derive(Clone, Copy)]
enum Step {
    Sends(&'static [u8]),
    Dawdles,
    HangsUp,
}

use Step::{Dawdles, HangsUp, Sends};

/// A body that comes as it is written here, and counts what was taken of it.
struct Scripted {
    steps: VecDeque<Step>,
    taken: Arc<AtomicUsize>,
}

impl axum::body::HttpBody for Scripted {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        match self.steps.pop_front() {
            None => Poll::Ready(None),
            Some(Sends(data)) => {
                self.taken.fetch_add(1, Ordering::Relaxed);
                Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(data)))))
            }
            Some(Dawdles) => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Some(HangsUp) => Poll::Ready(Some(Err(std::io::ErrorKind::ConnectionReset.into()))),
        }
    }
}

/// The body, and how many pieces of it were taken.
fn body(steps: impl IntoIterator<Item = Step>) -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::default();
    let scripted = Scripted { steps: steps.into_iter().collect(), taken: Arc::clone(&taken) };
    (Body::new(scripted), taken)
}

async fn read_in(room: &WaitingRoom, body: Body) -> Result<Vec<u8>, Problem> {
    read(body, &HeaderMap::new(), room.claim(None)).await
}

/// Once each piece was kept by itself, with all that it was read into.
#[tokio::test]
async fn pieces_of_one_byte_and_of_none_become_one() {
    let pieces = [Sends(b"a"), Sends(b""), Dawdles, Sends(b"b")].repeat(1000);
    let room = WaitingRoom::default();
    let whole = read_in(&room, body(pieces).0).await.unwrap();
    assert_eq!(whole, b"ab".repeat(1000));
    assert!(whole.capacity() <= 2 * whole.len());
    assert_eq!(room.taken(), 0, "what was read is under way no more");
}

#[tokio::test]
async fn a_body_without_an_end_is_told_from_one_that_is_too_large() {
    let room = WaitingRoom::default();
    let broken = read_in(&room, body([Sends(b"a"), HangsUp]).0).await.unwrap_err();
    assert_eq!(broken.code(), Code::InvalidRequest);
    let large = Body::new(Limited::new(body([Sends(b"a"); 4]).0, 3));
    assert_eq!(read_in(&room, large).await.unwrap_err().code(), Code::TooLarge);
}

#[tokio::test]
async fn nothing_more_is_read_of_whoever_there_is_no_room_to_wait_for() {
    let room = WaitingRoom::of_bytes(0);
    let (whole, _) = body([Sends(b"a"), Sends(b"b")]);
    assert_eq!(read_in(&room, whole).await.unwrap(), b"ab", "nobody waits for it");
    let (slow, taken) = body([Sends(b"a"), Dawdles, Sends(b"b")]);
    assert_eq!(read_in(&room, slow).await.unwrap_err().code(), Code::Busy);
    assert_eq!(taken.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_body_needs_the_more_room_the_larger_it_grows() {
    let room = WaitingRoom::of_bytes(16 * 1024);
    let piece = Sends(&[b'x'; 1000]);
    let all = [piece, Dawdles].repeat(16);
    let (large, taken) = body(all);
    assert_eq!(read_in(&room, large).await.unwrap_err().code(), Code::Busy);
    assert!((5..=9).contains(&taken.load(Ordering::Relaxed)), "half of it is for the request");
    let head = HeaderMap::from_iter([("x".parse().unwrap(), "v".repeat(8192).parse().unwrap())]);
    let slow = body([Dawdles]).0;
    let refused = read(slow, &head, room.claim(None)).await.unwrap_err();
    assert_eq!(refused.code(), Code::Busy, "its head counts, too");
}

#[tokio::test]
async fn whoever_finds_no_room_is_told_when_to_come_again() {
    let world = World::new();
    let others = world.state.waiting_room().taken_by_others();
    let ask = |steps: &[Step]| {
        let call = world.call(Method::POST, "/v1/auth/token").from("192.0.2.1");
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        call.body(body(steps.to_vec()).0).send()
    };
    let refused = ask(&[Sends(b"grant_"), Dawdles, Sends(b"type=")]).await;
    refused.assert_problem(503, "busy");
    assert_eq!(refused.header("retry-after"), "1");
    ask(&[Sends(b"grant_"), Sends(b"type=")]).await.assert_problem(400, "invalid_request");
    let add = world.call(Method::POST, "/v1/admin/users");
    let add = add.header("content-type", "application/json");
    let whole = body([Sends(b"{"), Dawdles, Sends(br#""username":"ann"}"#)]).0;
    let added = add.body(whole).send_locally().await;
    assert_eq!(added.status, 201, "who can mend it comes in: {}", added.text);
    drop(others);
    ask(&[Sends(b"grant_"), Dawdles, Sends(b"type=")]).await.assert_problem(400, "invalid_request");
}
