use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::{Router, routing};
use hyper::body::Frame;
use licence_core::{Text, UserId, Uuid};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tower::ServiceExt as _;

use super::*;
use crate::config::{Config, Origin, Settings};
use crate::domain::{AddUser, Command};
use crate::http::paths;
use crate::http::testing::{World, start};

fn impatient() -> World {
    let mut config = Config::new(Settings::default(), Origin::localhost(8080));
    config.request_time = Duration::ZERO;
    World::by(config)
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_given_up() {
    let world = impatient();
    let call = world.call(Method::POST, "/v1/auth/token").body(Body::new(Endless));
    call.send().await.assert_problem(408, "invalid_request");
}

#[tokio::test]
async fn a_request_that_takes_us_too_long_is_given_up() {
    // Its password is hashed on another thread, for longer than no time at all.
    let form = "grant_type=password&username=nobody&password=correct+horse";
    let answer = impatient().post("/v1/auth/token", form).send().await;
    answer.assert_problem(503, "busy");
    assert_eq!(answer.header("retry-after"), "1");
}

async fn limited(mut request: Request, next: Next, limit: Duration) -> Response {
    let mut visit = std::mem::take(Visit::of(request.extensions_mut()));
    let limit = Limit::put_on(&mut request, &mut visit, limit);
    request.extensions_mut().insert(visit);
    tokio::select! {
        biased;
        answer = next.run(request) => answer,
        late = limit.over() => late,
    }
}

/// A route that waits until it is told to go on, and then does `after`.
async fn answer_of(
    world: &World,
    stopping: Option<Stopping>,
    go_on: oneshot::Receiver<()>,
    after: impl Future<Output = ()> + Send + 'static,
) -> StatusCode {
    let story = Arc::new(Mutex::new(Some((go_on, after))));
    let route = move |time: RequestTime| {
        let (go_on, after) = story.lock().unwrap().take().unwrap();
        async move {
            let wait = time.wait();
            go_on.await.unwrap();
            drop(wait);
            after.await;
        }
    };
    let limit = world.state.config().request_time;
    let app = Router::new()
        .route("/", routing::get(route))
        .layer(middleware::from_fn(move |request, next| limited(request, next, limit)));
    let mut request = Request::new(Body::empty());
    Visit::of(request.extensions_mut()).stopping = stopping;
    app.oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn a_request_that_waits_has_all_the_time_it_needs() {
    let world = impatient();
    let (go_on, told) = oneshot::channel();
    let answer = answer_of(&world, None, told, async {});
    let later = async {
        // Many turns of the runtime, in each of which no time at all was over.
        for _ in 0..100 {
            tokio::time::sleep(Duration::ZERO).await;
        }
        go_on.send(()).unwrap();
    };
    assert_eq!(tokio::join!(answer, later).0, StatusCode::OK);
}

#[tokio::test]
async fn after_the_wait_the_time_counts_again() {
    let world = impatient();
    let (go_on, told) = oneshot::channel();
    go_on.send(()).unwrap();
    let answer = answer_of(&world, None, told, std::future::pending()).await;
    assert_eq!(answer, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn whoever_waits_is_told_when_the_server_stops() {
    let world = impatient();
    let (stop, stopped) = watch::channel(());
    let (_go_on, told) = oneshot::channel();
    let answer = answer_of(&world, Some(Stopping::new(stopped)), told, async {});
    let (answer, ()) = tokio::join!(answer, async { drop(stop) });
    assert_eq!(answer, StatusCode::SERVICE_UNAVAILABLE);
}

/// Once a log of years was given up after the time of a request, each time anew.
#[tokio::test]
async fn what_looks_at_every_row_may_outlast_the_time_of_a_request() {
    let world = impatient();
    let ann = AddUser::named(UserId(Uuid::from_bytes([1; 16])), Text::parse("ann").unwrap());
    world.state.submit(Command::AddUser(ann)).await.unwrap();
    world.record_enabling("ann", 2000).await;
    let passphrase = "four words of it";
    for (method, path, body) in [
        (Method::GET, paths::ADMIN_CHECK, Value::Null),
        (Method::GET, paths::ADMIN_AUDIT_VERIFY, Value::Null),
        (Method::POST, paths::ADMIN_USAGE_STATEMENTS, json!({})),
        // No later than the statement, whose record the next one goes on from.
        (Method::POST, paths::ADMIN_AUDIT_PRUNE, json!({ "before": start().secs() })),
        // The last of all: after it the server does nothing any more.
        (Method::POST, paths::ADMIN_BACKUP, json!({ "passphrase": passphrase, "final": true })),
    ] {
        let call = world.call(method, path).header("content-type", "application/json");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = call.body(body).send_locally().await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    }
}

/// A body whose next byte never comes.
struct Endless;

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}
