//! Whose turn it is while a request is under way: the client's, to send the rest of its body, or ours.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

/// Tells whether the client owes bytes that someone here waits for: never, where no body comes.
#[derive(Debug)]
pub(super) struct BodyWatch(Option<Arc<AtomicBool>>);

/// A body that keeps the watch.
struct Watched {
    body: Body,
    is_awaited: Arc<AtomicBool>,
}

impl BodyWatch {
    /// Watches the body of a request.
    pub(super) fn over(body: &mut Body) -> Self {
        if body.is_end_stream() {
            return Self(None);
        }
        let is_awaited = Arc::default();
        let watched = Watched { body: std::mem::take(body), is_awaited: Arc::clone(&is_awaited) };
        *body = Body::new(watched);
        Self(Some(is_awaited))
    }

    /// Whether the client owes bytes. Nobody else changes it while the request is not polled.
    pub(super) fn is_clients_turn(&self) -> bool {
        self.0.as_ref().is_some_and(|is_awaited| is_awaited.load(Ordering::Relaxed))
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.is_awaited.store(frame.is_pending(), Ordering::Relaxed);
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
