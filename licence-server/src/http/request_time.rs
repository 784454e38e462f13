//! How long a request may take, and what becomes of it when the server stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use licence_core::Code;
use tokio::sync::futures::Notified;
use tokio::sync::{Notify, watch};

use super::body_watch::BodyWatch;
use super::problem::Problem;
use super::visit::Visit;

/// The time that a request has, for a handler that waits for something which takes as long as it
/// takes: for a seat, or for news.
///
/// A handler takes it from the request and keeps [`wait`](Self::wait)'s answer while it waits.
#[derive(Clone, Debug, Default)]
pub struct RequestTime(Arc<Waits>);

/// A number and a bell, because every request has one and hardly any waits.
#[derive(Debug, Default)]
struct Waits {
    open: AtomicU32,
    changed: Notify,
}

/// Time that does not count. When this is dropped the request has its whole time again.
///
/// While there is one and the server is told to stop, the request is answered at once: 503 `busy`.
#[derive(Debug)]
#[must_use = "the request's time counts again when this is dropped"]
pub struct Wait(RequestTime);

/// Whether the server was told to stop.
#[derive(Clone, Debug)]
pub struct Stopping(watch::Receiver<()>);

impl Waits {
    /// How many are open, and what tells of the next one that begins or ends from now on.
    fn look(&self) -> (u32, Notified<'_>) {
        // In this order: what changes between the two is told of.
        let changed = self.changed.notified();
        (self.open.load(Ordering::SeqCst), changed)
    }

    fn change(&self, change: impl FnOnce(&AtomicU32) -> u32) {
        change(&self.open);
        self.changed.notify_waiters();
    }
}

impl RequestTime {
    /// Stops the request's time for as long as the answer is kept.
    pub fn wait(&self) -> Wait {
        self.0.change(|open| open.fetch_add(1, Ordering::SeqCst));
        Wait(self.clone())
    }

    /// Comes to its end when the request has had its time, in one piece and without a wait.
    async fn spent(&self, limit: Duration) {
        loop {
            let (open, changed) = self.0.look();
            if open > 0 {
                changed.await;
            } else if tokio::time::timeout(limit, changed).await.is_err() {
                return;
            }
        }
    }

    /// Comes to its end when the server is told to stop and the request waits.
    async fn cut_short(&self, stopping: Option<&Stopping>) {
        match stopping {
            Some(stopping) => stopping.clone().told().await,
            None => std::future::pending().await,
        }
        loop {
            let (open, changed) = self.0.look();
            if open > 0 {
                return;
            }
            changed.await;
        }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.0.0.change(|open| open.fetch_sub(1, Ordering::SeqCst));
    }
}

impl Stopping {
    /// Tells of the end of the other half, which never sends anything.
    #[must_use]
    pub fn new(stopped: watch::Receiver<()>) -> Self {
        Self(stopped)
    }

    /// Comes to its end when the server is told to stop.
    pub async fn told(mut self) {
        // It never changes; the error says that the other end is gone.
        let _ = self.0.changed().await;
    }
}

/// What gives a request up that takes too long. What it asked the writer for may still be done: a refresh
/// that is tried again gets the same token.
///
/// A client that sends its body too slowly is told so, and nobody else: whoever wants to may do that
/// all day, and the log is for what goes wrong here.
pub(super) struct Limit {
    limit: Duration,
    time: RequestTime,
    body: BodyWatch,
    stopping: Option<Stopping>,
}

impl Limit {
    /// Begins to count the request's time, before a route has it.
    pub(super) fn put_on(request: &mut Request, visit: &mut Visit, limit: Duration) -> Self {
        let body = BodyWatch::over(request.body_mut());
        Self { limit, time: visit.time.clone(), body, stopping: visit.stopping.take() }
    }

    /// Says why there is no answer, once the request's time is over.
    pub(super) async fn over(self) -> Response {
        tokio::select! {
            biased;
            () = self.time.spent(self.limit) => too_late(&self.body),
            () = self.time.cut_short(self.stopping.as_ref()) => {
                Problem::new(Code::Busy).into_response()
            }
        }
    }
}

fn too_late(body: &BodyWatch) -> Response {
    let problem = if body.is_clients_turn() {
        tracing::debug!("a body came too slowly and was given up");
        Problem::invalid_request("the body did not come to its end in time")
            .status(StatusCode::REQUEST_TIMEOUT)
            .mend("send it again, over a faster connection")
    } else {
        tracing::warn!("a request took too long and was given up");
        Problem::new(Code::Busy)
    };
    problem.into_response()
}

#[cfg(test)]
mod tests;
