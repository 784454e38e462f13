//! The log as lines of JSON (NDJSON), read from the store as fast as the client takes it: however long
//! the log is, one step of it is in memory.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::response::Response;
use hyper::body::Frame;

use super::filter::{Filter, Read};
use crate::domain::Entry;
use crate::http::ndjson;
use crate::state::AppState;
use crate::store::StoreError;

/// Entries that are read at once: some 100 KB.
const STEP: usize = 500;

/// The body of an export.
struct Export {
    filter: Filter,
    state: AppState,
    /// The place of the next entry; `None` when all were read.
    next: Option<u64>,
    /// The log's last place when the export began: it ends there, though the log goes on.
    last: u64,
}

pub(super) fn response(filter: Filter, state: AppState) -> Response {
    let last = state.mirror().site().position.seq;
    ndjson::response(Body::new(Export { filter, state, next: Some(1), last }))
}

impl Export {
    /// The lines of the next entries; empty where none of them is asked for.
    fn step(&mut self, from: u64) -> Result<Bytes, StoreError> {
        let entries = self.state.reader().entries(from, STEP)?;
        let read = entries.last().map(|entry| entry.seq);
        self.next = read.filter(|read| *read < self.last).map(|read| read + 1);
        Ok(self.lines(entries).into())
    }

    fn lines(&self, entries: Vec<Entry>) -> Vec<u8> {
        let mut lines = Vec::new();
        for entry in entries.into_iter().take_while(|entry| entry.seq <= self.last) {
            let read = Read::new(entry);
            if self.filter.admits(&read) {
                lines.extend(line(&read.entry).into_bytes());
            }
        }
        lines
    }
}

/// The entry as it was chained, with its place before it.
fn line(Entry { seq, json }: &Entry) -> String {
    match json.strip_prefix('{') {
        Some(members) => format!("{{\"seq\":{seq},{members}\n"),
        None => format!("{{\"seq\":{seq}}}\n"),
    }
}

impl hyper::body::Body for Export {
    type Data = Bytes;
    type Error = StoreError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StoreError>>> {
        let Some(from) = self.next else { return Poll::Ready(None) };
        match self.step(from) {
            // Others have their turn before the next step.
            Ok(lines) if lines.is_empty() => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Ok(lines) => Poll::Ready(Some(Ok(Frame::data(lines)))),
            Err(error) => {
                tracing::error!(%error, "an export of the audit log broke off");
                self.next = None;
                Poll::Ready(Some(Err(error)))
            }
        }
    }
}
