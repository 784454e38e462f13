//! An import that says how far it has come: a line for each step, and what became of the table in the last one.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::response::Response;
use hyper::body::Frame;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;

use super::{Imported, Step, carry_out};
use crate::http::ndjson;
use crate::http::problem::Problem;
use crate::state::AppState;

/// Lines that wait to be taken. The import waits with them, and not in memory.
const LINES_MAX: usize = 4;

/// One line.
#[derive(Serialize)]
#[serde(untagged)]
enum Line<'a> {
    Step { done: usize, of: usize },
    End { result: &'a Imported },
    Failed { problem: &'a Value },
}

/// Carries out what the rows come to, and tells of it while that goes on. Whoever hangs up does not stop it.
pub(super) fn response(mut steps: Vec<Step>, state: AppState) -> Response {
    let (lines, taken) = mpsc::channel(LINES_MAX);
    tokio::spawn(async move {
        let of = steps.len();
        let mut done = 0;
        for some in steps.chunks_mut(super::STEP) {
            if let Err(unavailable) = carry_out(some, &state).await {
                let problem = Problem::from(unavailable).to_json();
                send(&Line::Failed { problem: &problem }, &lines).await;
                return;
            }
            done += some.len();
            send(&Line::Step { done, of }, &lines).await;
        }
        send(&Line::End { result: &Imported::of(steps, false) }, &lines).await;
    });
    ndjson::response(Body::new(Lines(taken)))
}

async fn send(line: &Line<'_>, lines: &mpsc::Sender<Bytes>) {
    // Numbers and texts are always written.
    let mut text = serde_json::to_vec(line).unwrap_or_default();
    text.push(b'\n');
    // Nobody may be there to take it any more.
    let _ = lines.send(text.into()).await;
}

struct Lines(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Lines {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|line| line.map(|line| Ok(Frame::data(line))))
    }
}
