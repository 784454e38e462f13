//! What a connection is doing, so that one which does nothing can be closed: hyper knows a time for
//! the head of a request, and none for silence and for readers that take nothing.

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, sleep_until};

use crate::clock::timer_now;
use crate::config::ConnectionLimits;

/// What one connection is doing.
///
/// Its own task looks whenever it runs, and changes wake nobody: a request has half a dozen of them.
#[derive(Clone, Debug)]
pub(super) struct Activity(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    phase: Mutex<Phase>,
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
    /// Those of them whose next piece was asked for and is not there yet.
    awaited: u32,
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
struct Sending {
    activity: Activity,
    /// Whether it has nothing to send yet.
    is_awaited: bool,
}

/// The body of an answer that is being sent.
pub(super) struct Sent {
    body: Body,
    sending: Sending,
}

/// How long a phase may last.
enum Patience {
    /// Until its end: it is not the client that is waited for, and what makes the answer has times of its own.
    Endless,
    /// From its beginning.
    Whole(Duration),
    /// From when the client last took something.
    SinceTaken(Duration),
}

/// What was seen of a connection, and since when it has been so.
#[derive(Clone, Copy, Debug)]
struct Seen {
    phase: Phase,
    taken: u64,
    since: Instant,
}

impl Phase {
    fn patience(self, limits: &ConnectionLimits) -> Patience {
        if self.is_full {
            Patience::SinceTaken(limits.stall)
        } else if self.handled > 0 || self.awaited > 0 {
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

impl Seen {
    /// When the connection has been as it is for too long.
    fn due(&self, limits: &ConnectionLimits) -> Option<Instant> {
        match self.phase.patience(limits) {
            Patience::Endless => None,
            Patience::Whole(time) | Patience::SinceTaken(time) => Some(self.since + time),
        }
    }

    /// Whether the phase goes on, and nothing came in between that begins its time anew.
    fn is_still(&self, phase: Phase, taken: u64, limits: &ConnectionLimits) -> bool {
        let counts_taken = matches!(phase.patience(limits), Patience::SinceTaken(_));
        self.phase == phase && (self.taken == taken || !counts_taken)
    }
}

impl Activity {
    pub(super) fn new() -> Self {
        Self(Arc::new(Shared { phase: Mutex::default(), taken: AtomicU64::new(0) }))
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

    /// What comes of a connection; `None` where it was in one phase for too long.
    ///
    /// There is one timer, and a request does not move it: it goes off as often as the shortest patience
    /// asks, or when a phase that was seen lasts too long. Whatever begins in between is seen before it
    /// can be over.
    pub(super) async fn watch<F: Future>(
        &self,
        served: F,
        limits: &ConnectionLimits,
    ) -> Option<F::Output> {
        let step = limits.head.min(limits.idle).min(limits.stall);
        let mut served = pin!(served);
        let mut seen = self.look();
        let mut timer = pin!(sleep_until(seen.since + step));
        std::future::poll_fn(|context| {
            if let Poll::Ready(end) = served.as_mut().poll(context) {
                return Poll::Ready(Some(end));
            }
            let (phase, taken) = self.now();
            if !seen.is_still(phase, taken, limits) {
                seen = Seen { phase, taken, since: timer_now() };
            }
            loop {
                ready!(timer.as_mut().poll(context));
                let now = timer.deadline();
                let due = seen.due(limits);
                if due.is_some_and(|due| due <= now) {
                    return Poll::Ready(None);
                }
                let next = now + step;
                timer.as_mut().reset(due.map_or(next, |due| due.min(next)));
            }
        })
        .await
    }

    fn look(&self) -> Seen {
        let (phase, taken) = self.now();
        Seen { phase, taken, since: timer_now() }
    }

    fn now(&self) -> (Phase, u64) {
        (*self.phase(), self.0.taken.load(Ordering::Relaxed))
    }

    fn change(&self, change: impl FnOnce(&mut Phase)) {
        change(&mut self.phase());
    }

    // A phase is whole between any two changes, so a poisoned lock guards a sound one.
    fn phase(&self) -> std::sync::MutexGuard<'_, Phase> {
        self.0.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handling {
    /// From the answer's head on it is for the client to take the rest, once that is there.
    pub(super) fn send(self, body: Body) -> Sent {
        self.0.change(|phase| phase.sent = phase.sent.saturating_add(1));
        Sent { body, sending: Sending { activity: self.0.clone(), is_awaited: false } }
    }
}

impl Drop for Handling {
    fn drop(&mut self) {
        self.0.change(|phase| phase.handled = phase.handled.saturating_sub(1));
    }
}

impl Sending {
    /// Whether there is something to send.
    fn tell(&mut self, is_ready: bool) {
        if is_ready {
            self.activity.take();
        }
        // Most answers are there from the first, and ask for no lock.
        if self.is_awaited == is_ready {
            self.is_awaited = !is_ready;
            self.activity.change(|phase| {
                phase.awaited = if is_ready {
                    phase.awaited.saturating_sub(1)
                } else {
                    phase.awaited.saturating_add(1)
                };
            });
        }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.activity.change(|phase| {
            phase.awaited = phase.awaited.saturating_sub(u32::from(self.is_awaited));
            phase.sent = phase.sent.saturating_sub(1);
            phase.answered = phase.answered.wrapping_add(1);
        });
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    /// Over HTTP/1 it is asked for when there is room for it. Over HTTP/2 room is what the client's window leaves, of
    /// which no write need tell, and hyper asks a piece ahead: for the next as soon as the one before it found some. So of
    /// whoever takes nothing one piece more is counted as taken, and then none.
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.sending.tell(frame.is_ready());
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
