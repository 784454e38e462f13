//! HTTP over one connection: HTTP/1.1, or HTTP/2 where TLS agreed on it.

use std::convert::Infallible;
use std::future::ready;
use std::pin::Pin;
use std::task::{Context, Poll, ready as come};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse as _;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::io::{AsyncRead, AsyncWrite};

use super::activity::{Activity, Handling, Sent};
use super::watched::{Heads, Watched};
use crate::config::ConnectionLimits;
use crate::http::{Answer, App, Peer, Problem, Stopping, Visit};

/// What is read and written at a time: more than any body that the API takes, in two or three pieces.
const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// Header fields that hyper takes where it is told nothing: these it reads without asking for memory.
const HEADERS_OF_HYPER: usize = 100;

/// How often a silent HTTP/2 client is asked whether it is there, and how long it may take to say so:
/// one that was switched off does not keep its place until its connection has been idle.
const PING_PERIOD: Duration = Duration::from_secs(20);

/// Streams that a client may open and take back before it has read what became of them (CVE-2023-44487).
const RESETS_MAX: usize = 20;

/// Streams that may end in errors of the client's own making before the connection ends.
const FAULTY_STREAMS_MAX: usize = 128;

/// Bytes that a client may send ahead on one stream: a whole body of the API.
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;

/// Bytes that a client may send ahead on one connection, for some streams at a time.
const CONNECTION_WINDOW_BYTES: u32 = 256 * 1024;

/// Which HTTP is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Http1,
    Http2,
}

/// What answers requests, and what it may be told of where they come from.
#[derive(Clone)]
pub(super) struct Host {
    pub(super) app: App,
    pub(super) limits: ConnectionLimits,
    pub(super) stopping: Stopping,
}

impl Host {
    /// Answers what comes in on a stream, until either end has had enough.
    pub(super) async fn answer<S>(self, stream: S, version: Version, peer: Peer, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Activity::new();
        let limits = self.limits;
        let service = Answering { host: self, activity: activity.clone(), peer };
        let stream = |heads| TokioIo::new(Watched::new(stream, activity.clone(), heads));
        let end = match version {
            Version::Http1 => {
                let served = http1(&limits).serve_connection(stream(Heads::Told), service);
                activity.watch(watcher.watch(served), &limits).await
            }
            Version::Http2 => {
                let served = http2(&limits).serve_connection(stream(Heads::Untold), service);
                activity.watch(watcher.watch(served), &limits).await
            }
        };
        match end {
            Some(Ok(())) => {}
            Some(Err(error)) => tracing::debug!(%error, "a connection broke off"),
            None => tracing::debug!("a connection on which nothing went on was closed"),
        }
    }

    /// Why the app does not get to see a request.
    fn refusal<B>(&self, request: &hyper::Request<B>) -> Option<Problem> {
        // HTTP/2 counts bytes only.
        let has_too_many = request.headers().len() > self.limits.headers_max;
        has_too_many.then(|| {
            Problem::invalid_request("the request has too many header fields")
                .status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
        })
    }
}

/// Answers the requests of one connection, and keeps count of them.
struct Answering {
    host: Host,
    activity: Activity,
    peer: Peer,
}

/// An answer, whose request counts as handled until it is there.
struct Answered {
    answer: Answer,
    handling: Option<Handling>,
}

impl Service<hyper::Request<Incoming>> for Answering {
    type Response = Response<Sent>;
    type Error = Infallible;
    type Future = Answered;

    fn call(&self, request: hyper::Request<Incoming>) -> Answered {
        let handling = Some(self.activity.handle());
        let answer = match self.host.refusal(&request) {
            Some(refusal) => Box::pin(ready(refusal.into_response())),
            None => {
                let visit = Visit::new(self.peer, self.host.stopping.clone());
                self.host.app.answer(request.map(Body::new), visit)
            }
        };
        Answered { answer, handling }
    }
}

impl Future for Answered {
    type Output = Result<Response<Sent>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let response = come!(self.answer.as_mut().poll(context));
        // A future that has come to its end is asked no more.
        let Some(handling) = self.handling.take() else { return Poll::Pending };
        Poll::Ready(Ok(response.map(|body| handling.send(body))))
    }
}

fn http1(limits: &ConnectionLimits) -> http1::Builder {
    let mut http = http1::Builder::new();
    let head_bytes_max = usize::try_from(limits.head_bytes_max).unwrap_or(usize::MAX);
    http.timer(TokioTimer::new())
        // `Activity` knows a time for the head that begins with its first byte.
        .header_read_timeout(None)
        .max_header_size(head_bytes_max)
        .max_buf_size(BUFFER_BYTES_MAX.max(head_bytes_max));
    if limits.headers_max != HEADERS_OF_HYPER {
        http.max_headers(limits.headers_max);
    }
    http
}

fn http2(limits: &ConnectionLimits) -> http2::Builder<TokioExecutor> {
    let mut http = http2::Builder::new(TokioExecutor::new());
    http.timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams_max)
        .max_header_list_size(limits.head_bytes_max)
        .max_pending_accept_reset_streams(RESETS_MAX)
        .max_local_error_reset_streams(FAULTY_STREAMS_MAX)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_send_buf_size(BUFFER_BYTES_MAX)
        .keep_alive_interval(PING_PERIOD)
        .keep_alive_timeout(PING_PERIOD);
    http
}

#[cfg(test)]
mod tests;
