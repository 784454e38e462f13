//! How long a request may take, and what becomes of it when the server stops.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use licence_core::Code;
use tokio::sync::watch;

use super::body_watch::BodyWatch;
use super::problem::Problem;

/// The time that a request has, for a handler that waits for something which takes as long as it
/// takes: for a seat, or for news. Every request has it as an extension.
///
/// A handler asks for `Extension<RequestTime>` and keeps [`wait`](Self::wait)'s answer while it waits.
#[derive(Clone, Debug)]
pub struct RequestTime(Arc<watch::Sender<Waits>>);

/// How many waits there are, and how many there were: one that came and went counts too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Waits {
    open: u32,
    ended: u32,
}

/// Time that does not count. When this is dropped the request has its whole time again.
///
/// While there is one and the server is told to stop, the request is answered at once: 503 `busy`.
#[derive(Debug)]
#[must_use = "the request's time counts again when this is dropped"]
pub struct Wait(RequestTime);

/// Whether the server was told to stop; the listener gives it to every request.
#[derive(Clone, Debug)]
pub struct Stopping(watch::Receiver<()>);

impl RequestTime {
    fn new() -> Self {
        Self(Arc::new(watch::Sender::default()))
    }

    /// Stops the request's time for as long as the answer is kept.
    pub fn wait(&self) -> Wait {
        self.0.send_modify(|waits| waits.open = waits.open.saturating_add(1));
        Wait(self.clone())
    }

    /// Comes to its end when the request has had its time, in one piece and without a wait.
    async fn spent(&self, limit: Duration) {
        let mut waits = self.0.subscribe();
        loop {
            let before = *waits.borrow_and_update();
            if before.open == 0 {
                let is_over = tokio::time::timeout(limit, waits.changed()).await.is_err();
                if is_over {
                    return;
                }
            } else {
                // The sender is ours, so there is always a change to come.
                let _ = waits.changed().await;
            }
        }
    }

    /// Comes to its end when the server is told to stop and the request waits.
    async fn cut_short(&self, stopping: Option<Stopping>) {
        match stopping {
            Some(stopping) => stopping.told().await,
            None => std::future::pending().await,
        }
        // The sender is ours.
        let _ = self.0.subscribe().wait_for(|waits| waits.open > 0).await;
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.0.0.send_modify(|waits| {
            waits.open = waits.open.saturating_sub(1);
            waits.ended = waits.ended.wrapping_add(1);
        });
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
    /// Gives the request its [`RequestTime`], before a route has it.
    pub(super) fn put_on(request: &mut Request, limit: Duration) -> Self {
        let (time, body) = (RequestTime::new(), BodyWatch::over(request.body_mut()));
        let stopping = request.extensions().get().cloned();
        request.extensions_mut().insert(time.clone());
        Self { limit, time, body, stopping }
    }

    /// The answer, or why there is none yet.
    pub(super) async fn keep(
        self,
        answer: impl Future<Output = Result<Response, Infallible>>,
    ) -> Response {
        tokio::select! {
            biased;
            Ok(answer) = answer => answer,
            () = self.time.spent(self.limit) => too_late(&self.body),
            () = self.time.cut_short(self.stopping) => Problem::new(Code::Busy).into_response(),
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
