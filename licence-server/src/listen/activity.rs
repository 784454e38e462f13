//! What a connection is doing, so that one which does nothing can be closed: hyper knows a time for
//! the head of a request, and none for silence and for readers that take nothing.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::sync::watch;

use crate::config::ConnectionLimits;

/// What one connection is doing.
#[derive(Clone, Debug)]
pub(super) struct Activity(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    phase: watch::Sender<Phase>,
    /// Counts the times at which the client took something.
    taken: AtomicU64,
}

/// A connection that is in one phase for too long is closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Phase {
    /// Requests that are being handled.
    handled: u32,
    /// Answers that are being sent.
    sent: u32,
    /// Requests that were answered: two silences with a request between them are two.
    answered: u64,
    /// Whether the client must take something before more can be written.
    is_full: bool,
    /// Whether the next request has begun.
    is_begun: bool,
}

/// A request that is being handled.
pub(super) struct Handling(Activity);

/// An answer that is being sent.
struct Sending(Activity);

/// The body of an answer that is being sent.
pub(super) struct Sent {
    body: Body,
    sending: Sending,
}

/// How long a phase may last.
enum Patience {
    /// Until its end: it is not the client that is waited for, and the request's own time counts.
    Endless,
    /// From its beginning.
    Whole(Duration),
    /// From when the client last took something.
    SinceTaken(Duration),
}

impl Phase {
    fn patience(self, limits: &ConnectionLimits) -> Patience {
        if self.is_full {
            Patience::SinceTaken(limits.stall)
        } else if self.handled > 0 {
            Patience::Endless
        } else if self.sent > 0 {
            Patience::SinceTaken(limits.stall)
        } else if self.is_begun {
            Patience::Whole(limits.head)
        } else {
            Patience::Whole(limits.idle)
        }
    }
}

impl Activity {
    pub(super) fn new() -> Self {
        let (phase, _) = watch::channel(Phase::default());
        Self(Arc::new(Shared { phase, taken: AtomicU64::new(0) }))
    }

    /// A request has come in whole.
    pub(super) fn handle(&self) -> Handling {
        self.change(|phase| {
            phase.handled = phase.handled.saturating_add(1);
            phase.is_begun = false;
        });
        Handling(self.clone())
    }

    /// Bytes came while nothing was under way: the next request begins.
    pub(super) fn begin(&self) {
        self.change(|phase| phase.is_begun = phase.handled == 0 && phase.sent == 0);
    }

    /// The client took something.
    pub(super) fn take(&self) {
        self.0.taken.fetch_add(1, Ordering::Relaxed);
    }

    /// There is room for more.
    pub(super) fn empty(&self) {
        self.change(|phase| phase.is_full = false);
    }

    /// Nothing can be written before the client takes something.
    pub(super) fn fill(&self) {
        self.change(|phase| phase.is_full = true);
    }

    /// Comes to its end when the connection was in one phase for too long.
    pub(super) async fn stalled(&self, limits: &ConnectionLimits) {
        let mut phases = self.0.phase.subscribe();
        loop {
            let patience = phases.borrow_and_update().patience(limits);
            let taken = self.taken();
            let (time, is_renewed) = match patience {
                Patience::Endless => (Duration::MAX, false),
                Patience::Whole(time) => (time, false),
                Patience::SinceTaken(time) => (time, true),
            };
            let is_over = tokio::time::timeout(time, phases.changed()).await.is_err();
            if is_over && !(is_renewed && self.taken() != taken) {
                return;
            }
        }
    }

    fn taken(&self) -> u64 {
        self.0.taken.load(Ordering::Relaxed)
    }

    fn change(&self, change: impl FnOnce(&mut Phase)) {
        self.0.phase.send_if_modified(|phase| {
            let before = *phase;
            change(phase);
            *phase != before
        });
    }
}

impl Handling {
    /// From the answer's head on it is for the client to take the rest.
    pub(super) fn send(self, body: Body) -> Sent {
        self.0.change(|phase| phase.sent = phase.sent.saturating_add(1));
        Sent { body, sending: Sending(self.0.clone()) }
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        self.0.change(|phase| phase.handled = phase.handled.saturating_sub(1));
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.0.change(|phase| {
            phase.sent = phase.sent.saturating_sub(1);
            phase.answered = phase.answered.wrapping_add(1);
        });
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    /// Asked for when there is room for it, which over HTTP/2 no write need tell of.
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if frame.is_ready() {
            self.sending.0.take();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
