use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use axum::RequestExt as _;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use http_body_util::LengthLimitError;
use hyper::body::Frame;
use licence_core::Code;

use crate::http::problem::Problem;
use crate::http::visit::Visit;
use crate::http::waiting_room::Claim;
use crate::shares::Crowded;
use crate::state::AppState;

/// What a field costs beside its name and its value: RFC 9113 section 6.5.2 counts it so.
const FIELD_BYTES: usize = 32;

/// A body that came to its end, of as many bytes as its route takes.
///
/// It is copied into one piece as it comes. The pieces that it comes in may be of one byte or of none, and each would
/// keep alive what it was read into. Whoever has to be waited for while there is no room for more is told to come
/// again, and nothing more of theirs is read.
pub(crate) struct WholeBody(pub(crate) Vec<u8>);

impl FromRequest<AppState> for WholeBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let (mut parts, body) = request.with_limited_body().into_parts();
        let claim = state.waiting_room().claim_of(Visit::of(&mut parts.extensions));
        read(body, &parts.headers, claim).await.map(Self)
    }
}

async fn read(mut body: Body, head: &HeaderMap, mut claim: Claim) -> Result<Vec<u8>, Problem> {
    let mut whole = Vec::new();
    while let Some(frame) = next(&mut body, || claim.keep(size(head) + whole.capacity())).await? {
        // Fields behind the body mean nothing here.
        whole.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
    }
    Ok(whole)
}

/// The next piece, once there is `room` to wait for it; `None` at the end.
async fn next(
    body: &mut Body,
    mut room: impl FnMut() -> Result<(), Crowded>,
) -> Result<Option<Frame<Bytes>>, Problem> {
    poll_fn(|context| match Pin::new(&mut *body).poll_frame(context) {
        Poll::Ready(frame) => Poll::Ready(frame.transpose().map_err(|error| unread(&error))),
        Poll::Pending => match room() {
            Ok(()) => Poll::Pending,
            Err(Crowded) => Poll::Ready(Err(Problem::new(Code::Busy))),
        },
    })
    .await
}

fn size(head: &HeaderMap) -> usize {
    head.iter().map(|(name, value)| name.as_str().len() + value.len() + FIELD_BYTES).sum()
}

/// Why a body did not come to its end: it is too large, or it broke off.
fn unread(error: &(dyn Error + 'static)) -> Problem {
    if is_too_large(error) {
        Problem::new(Code::TooLarge).detail("the body is larger than this call takes")
    } else {
        Problem::invalid_request("the body could not be read to its end")
    }
}

fn is_too_large(error: &(dyn Error + 'static)) -> bool {
    error.is::<LengthLimitError>() || error.source().is_some_and(is_too_large)
}

#[cfg(test)]
mod tests;
