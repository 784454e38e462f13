//! What comes back of a call: a value, pieces as they come, or a problem.

use std::fmt;
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use axum::http::{HeaderValue, Response, header};
use http_body_util::{BodyExt as _, Limited};
use licence_cli::Failure;
use licence_core::Code;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Bytes of an answer at most: what became of each row of the largest table of people.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Reads a value.
pub(super) async fn value<T, B>(response: Response<B>) -> Result<T, Failure>
where
    T: DeserializeOwned,
    B: HttpBody,
    B::Error: Into<axum::BoxError>,
{
    let status = response.status();
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await;
    let body = body.map_err(broke_off)?.to_bytes();
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|error| not_understood(&error));
    }
    Err(serde_json::from_slice::<ProblemRead>(&body).map_or_else(
        |_| Failure::usage(format!("the server answered with status {status}")),
        ProblemRead::into_failure,
    ))
}

/// Passes the answer on piece by piece, however long it is. Each piece may take so long to come.
pub(super) async fn pieces<B>(
    response: Response<B>,
    patience: Duration,
    mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure>
where
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<axum::BoxError>,
{
    if !response.status().is_success() {
        return value::<serde::de::IgnoredAny, B>(response).await.map(|_| ());
    }
    let mut body = response.into_body();
    loop {
        let frame = tokio::time::timeout(patience, body.frame()).await;
        let Some(frame) = frame.map_err(|_| super::silent(patience))? else { return Ok(()) };
        let frame = frame.map_err(|error| broke_off(error.into()))?;
        if let Some(piece) = frame.data_ref() {
            take(piece)?;
        }
    }
}

/// How far some work has come.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(in crate::command) struct Step {
    /// Of the whole.
    pub(in crate::command) done: usize,
    /// The whole.
    pub(in crate::command) of: usize,
}

/// A line of an answer that tells of its progress.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line<T> {
    Step(Step),
    End { result: T },
    Failed { problem: ProblemRead },
}

/// Reads a value that comes in the last line, and tells of those before it. Each may take so long to come. Where
/// there are no steps to tell of, the answer is the value itself.
pub(super) async fn watched<T, B>(
    response: Response<B>,
    patience: Duration,
    watch: &mut dyn FnMut(Step),
) -> Result<T, Failure>
where
    T: DeserializeOwned,
    B: HttpBody<Data = Bytes> + Unpin,
    B::Error: Into<axum::BoxError>,
{
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if kind != Some(b"application/x-ndjson") {
        return value(response).await;
    }
    let mut body = Limited::new(response.into_body(), ANSWER_BYTES_MAX);
    // What was looked through and has no end of a line in it is not looked through again.
    let (mut text, mut searched) = (Vec::new(), 0);
    loop {
        let frame = tokio::time::timeout(patience, body.frame()).await;
        let frame = frame.map_err(|_| super::silent(patience))?;
        let frame = frame.ok_or_else(|| broke_off("there is no end"))?.map_err(broke_off)?;
        text.extend_from_slice(frame.data_ref().map_or(&[][..], Bytes::as_ref));
        while let Some(at) = text.iter().skip(searched).position(|byte| *byte == b'\n') {
            let line: Vec<u8> = text.drain(..=searched + at).collect();
            searched = 0;
            match serde_json::from_slice(&line) {
                Ok(Line::Step(step)) => watch(step),
                Ok(Line::End { result }) => return Ok(result),
                Ok(Line::Failed { problem }) => return Err(problem.into_failure()),
                Err(error) => return Err(not_understood(&error)),
            }
        }
        searched = text.len();
    }
}

fn broke_off(why: impl fmt::Display) -> Failure {
    Failure::usage(format!("the answer broke off: {why}"))
}

fn not_understood(error: &serde_json::Error) -> Failure {
    Failure::usage(format!("the answer is not understood: {error}"))
}

/// What a problem says, on the other side of the call.
#[derive(Deserialize)]
struct ProblemRead {
    code: String,
    title: String,
    detail: Option<String>,
    mend: Option<String>,
}

impl ProblemRead {
    fn into_failure(self) -> Failure {
        let sentence = self.detail.unwrap_or(self.title);
        match Code::ALL.iter().find(|code| code.name() == self.code) {
            // The command wrote the request, so it is what was typed that has to change.
            Some(Code::InvalidRequest) => {
                Failure::coded(Code::InvalidRequest, sentence).mend("change that and try again")
            }
            Some(code) => {
                let failure = Failure::coded(*code, sentence);
                match self.mend {
                    Some(mend) => failure.mend(mend),
                    None => failure,
                }
            }
            None => Failure::usage(sentence),
        }
    }
}
