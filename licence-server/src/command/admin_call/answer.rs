//! What comes back of a call: a value, lines as they come, or a problem.

use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use axum::http::Response;
use http_body_util::{BodyExt as _, Limited};
use licence_cli::Failure;
use licence_cli::output::print_bytes;
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
    let body = body.map_err(|error| Failure::usage(format!("the answer broke off: {error}")))?;
    let body = body.to_bytes();
    if status.is_success() {
        return serde_json::from_slice(&body)
            .map_err(|error| Failure::usage(format!("the answer is not understood: {error}")));
    }
    Err(serde_json::from_slice::<ProblemRead>(&body).map_or_else(
        |_| Failure::usage(format!("the server answered with status {status}")),
        ProblemRead::into_failure,
    ))
}

/// Writes lines to standard output as they come, however many there are. Each may take so long to come.
pub(super) async fn lines<B>(response: Response<B>, patience: Duration) -> Result<(), Failure>
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
        let frame = frame.map_err(|error| {
            let error = error.into();
            Failure::usage(format!("the answer broke off: {error}"))
        })?;
        if let Some(lines) = frame.data_ref() {
            print_bytes(lines)?;
        }
    }
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
