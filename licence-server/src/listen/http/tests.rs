use std::sync::Arc;
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use axum::{Router, routing};
use http_body_util::BodyExt as _;
use hyper::body::Frame;
use hyper::client::conn as client;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::UnixStream;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::*;
use crate::config::{Config, Origin, Settings};

/// Nothing that a right server does takes as long.
const FOREVER: Duration = Duration::from_secs(60);

/// Far less than [`FOREVER`], and long enough for what a client does in between.
const MOMENT: Duration = Duration::from_millis(50);

fn lenient() -> ConnectionLimits {
    let defaults = Config::new(Settings::default(), Origin::localhost(8080)).connections;
    ConnectionLimits { head: FOREVER, idle: FOREVER, stall: FOREVER, ..defaults }
}

/// Holds an answer back until a test lets it go.
#[derive(Default)]
struct Gate {
    reached: Notify,
    open: Notify,
}

impl Gate {
    async fn pass(self: Arc<Self>) {
        self.reached.notify_one();
        self.open.notified().await;
    }

    /// Lets an answer go that was held back for longer than a silent connection lasts.
    async fn outlast(&self, limits: ConnectionLimits) {
        self.reached.notified().await;
        // Twice, because timers of one tick go off in any order.
        for _ in 0..2 {
            let (_silent, end) = connect(Version::Http1, limits);
            end.await.unwrap();
        }
        self.open.notify_one();
    }
}

fn app(gate: Arc<Gate>) -> Router {
    let late = Arc::clone(&gate);
    Router::new()
        .route("/", routing::get(|| async { "here" }))
        .route("/endless", routing::get(|| async { Body::new(Endless) }))
        .route("/late", routing::get(async move || Body::new(Late(Some(Box::pin(late.pass()))))))
        .route("/slow", routing::get(|| gate.pass()))
}

/// A body that never comes to its end.
struct Endless;

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[0; 16 * 1024])))))
    }
}

/// A body that takes its time until its only piece.
struct Late(Option<Pin<Box<dyn Future<Output = ()> + Send>>>);

impl HttpBody for Late {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(time) = &mut self.0 else { return Poll::Ready(None) };
        std::task::ready!(time.as_mut().poll(context));
        self.0 = None;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"late")))))
    }
}

/// A connection that is answered, and the end of that.
fn connect(version: Version, limits: ConnectionLimits) -> (UnixStream, JoinHandle<()>) {
    connect_through(Arc::default(), version, limits)
}

/// The same where some answers are held back.
fn connect_through(
    gate: Arc<Gate>,
    version: Version,
    limits: ConnectionLimits,
) -> (UnixStream, JoinHandle<()>) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let (stop, stopped) = watch::channel(());
    let host = Host { app: app(gate).into(), limits, stopping: Stopping::new(stopped) };
    let open = GracefulShutdown::new();
    let answered = tokio::spawn(async move {
        host.answer(theirs, version, Peer::Local, open.watcher()).await;
        // Dropped earlier, either would stop it.
        drop((stop, open));
    });
    (ours, answered)
}

async fn http1(stream: UnixStream) -> client::http1::SendRequest<String> {
    let (sender, connection) = client::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn http2(stream: UnixStream) -> client::http2::SendRequest<String> {
    let shaken = client::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
    let (sender, connection) = shaken.unwrap();
    tokio::spawn(connection);
    sender
}

fn get(path: &str) -> hyper::Request<String> {
    let address = format!("http://localhost{path}");
    let request = hyper::Request::get(address).header("host", "localhost");
    request.body(String::new()).unwrap()
}

fn with_headers(count: usize, bytes: usize) -> hyper::Request<String> {
    let mut request = get("/");
    for number in 0..count {
        let name: axum::http::HeaderName = format!("x-{number}").parse().unwrap();
        request.headers_mut().insert(name, "v".repeat(bytes).parse().unwrap());
    }
    request
}

#[tokio::test]
async fn either_version_is_answered_on_one_connection_again_and_again() {
    let (stream, _end) = connect(Version::Http1, lenient());
    let mut one = http1(stream).await;
    let (stream, _end) = connect(Version::Http2, lenient());
    let mut other = http2(stream).await;
    for _ in 0..3 {
        let answers = [one.send_request(get("/")).await, other.send_request(get("/")).await];
        for answer in answers {
            let body = answer.unwrap().into_body().collect().await.unwrap();
            assert_eq!(body.to_bytes(), "here");
        }
    }
}

#[tokio::test]
async fn a_head_with_too_many_fields_or_bytes_is_refused() {
    for (count, bytes, status) in [(40, 100, 200), (200, 1, 431), (2, 40_000, 431)] {
        let (stream, _end) = connect(Version::Http1, lenient());
        let answer = http1(stream).await.send_request(with_headers(count, bytes)).await;
        assert_eq!(answer.unwrap().status(), status, "HTTP/1.1: {count} of {bytes}");
        let (stream, _end) = connect(Version::Http2, lenient());
        // The client keeps to the bytes that the server allows, so it sends no more.
        if bytes < 1000 {
            let answer = http2(stream).await.send_request(with_headers(count, bytes)).await;
            assert_eq!(answer.unwrap().status(), status, "HTTP/2: {count} of {bytes}");
        }
    }
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_given_up() {
    for version in [Version::Http1, Version::Http2] {
        let (stream, end) = connect(version, ConnectionLimits { stall: MOMENT, ..lenient() });
        // Both keep the answer and never read its body.
        let _answer = match version {
            Version::Http1 => http1(stream).await.send_request(get("/endless")).await.unwrap(),
            Version::Http2 => http2(stream).await.send_request(get("/endless")).await.unwrap(),
        };
        end.await.unwrap();
    }
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed() {
    for version in [Version::Http1, Version::Http2] {
        let (silent, end) = connect(version, ConnectionLimits { idle: MOMENT, ..lenient() });
        end.await.unwrap();
        drop(silent);

        let (stream, end) = connect(version, ConnectionLimits { idle: MOMENT, ..lenient() });
        let status = match version {
            Version::Http1 => http1(stream).await.send_request(get("/")).await.unwrap().status(),
            Version::Http2 => http2(stream).await.send_request(get("/")).await.unwrap().status(),
        };
        assert_eq!(status, 200);
        end.await.unwrap();
    }
}

#[tokio::test]
async fn a_head_that_comes_slowly_is_given_up_long_before_a_silent_connection() {
    let (stream, end) = connect(Version::Http1, ConnectionLimits { head: MOMENT, ..lenient() });
    stream.writable().await.unwrap();
    stream.try_write(b"GET / HTTP/1.1\r\nhost: loc").unwrap();
    end.await.unwrap();
    drop(stream);
}

/// What comes of an answer that is held back for longer than any limit of its connection.
async fn answer_held_back(version: Version, path: &str) -> (StatusCode, Bytes) {
    let limits = ConnectionLimits { head: MOMENT, idle: MOMENT, stall: MOMENT, ..lenient() };
    let gate = Arc::new(Gate::default());
    let (stream, _end) = connect_through(Arc::clone(&gate), version, limits);
    let asked = async {
        let answer = match version {
            Version::Http1 => http1(stream).await.send_request(get(path)).await,
            Version::Http2 => http2(stream).await.send_request(get(path)).await,
        };
        let (head, body) = answer.unwrap().into_parts();
        (head.status, body.collect().await.unwrap().to_bytes())
    };
    let (answer, ()) = tokio::join!(asked, gate.outlast(limits));
    answer
}

/// Its own time counts, and not that of a connection on which nothing goes on.
#[tokio::test]
async fn a_request_that_takes_long_is_not_taken_for_silence() {
    for version in [Version::Http1, Version::Http2] {
        let (status, _) = answer_held_back(version, "/slow").await;
        assert_eq!(status, 200, "{version:?}");
    }
}

/// A backup whose key took longer to derive than a reader may stall was cut off before its first byte.
#[tokio::test]
async fn an_answer_that_is_not_made_yet_is_not_taken_for_a_reader_that_takes_nothing() {
    for version in [Version::Http1, Version::Http2] {
        let (_, body) = answer_held_back(version, "/late").await;
        assert_eq!(body, "late", "{version:?}");
    }
}
