//! What an application keeps on the server: one JSON object for each session and each person.
//!
//! Each version has an `ETag` of its own, so that two tabs which write at once are told: who gives
//! `If-Match` overwrites nothing that they have not seen.

mod body;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use licence_core::claims::SessionData;
use licence_core::{Code, json};

use crate::domain::{Command, DataOwner, Outcome, Refusal, WriteData};
use crate::http::problem::{Problem, not};
use crate::http::routes::v1::condition::{etag, expected, is_known};
use crate::state::AppState;

pub(super) use body::DataBody;

/// The data, as it was written.
pub(super) fn read(
    owner: DataOwner,
    headers: &HeaderMap,
    state: &AppState,
) -> Result<Response, Problem> {
    let data = state.reader().data(owner)?;
    let data =
        data.ok_or_else(|| Problem::new(Code::NotFound).detail("nothing is kept here yet"))?;
    let etag = [(header::ETAG, etag(data.version)), (header::CACHE_CONTROL, no_cache())];
    if is_known(headers, data.version) {
        return Ok((StatusCode::NOT_MODIFIED, etag).into_response());
    }
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Ok((etag, kind, data.json).into_response())
}

/// A browser may keep it, and asks each time whether it is still the newest.
fn no_cache() -> HeaderValue {
    HeaderValue::from_static("private, no-cache")
}

/// Writes the data, if what is there is what the caller has seen.
pub(super) async fn write(
    owner: DataOwner,
    headers: &HeaderMap,
    json: String,
    public: Option<SessionData>,
    state: &AppState,
) -> Result<Response, Problem> {
    let version = submit(owner, headers, Some(json), public, state).await?;
    Ok((StatusCode::NO_CONTENT, [(header::ETAG, etag(version))]).into_response())
}

/// Takes the data away; the same answer where there is none.
pub(super) async fn remove(
    owner: DataOwner,
    headers: &HeaderMap,
    state: &AppState,
) -> Result<StatusCode, Problem> {
    submit(owner, headers, None, None, state).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn submit(
    owner: DataOwner,
    headers: &HeaderMap,
    json: Option<String>,
    public: Option<SessionData>,
    state: &AppState,
) -> Result<u64, Problem> {
    let expected = expected(headers, || Ok(state.reader().data(owner)?.map(|data| data.version)))?;
    let write = WriteData { owner, expected, json, public };
    let outcome = state.submit(Command::WriteData(write)).await?;
    if let Outcome::Written { version } = outcome {
        return Ok(version);
    }
    if outcome == Outcome::Refused(Refusal::NotFound) {
        // It ended between the check of the token and the write.
        let gone = Problem::new(Code::InvalidToken);
        return Err(gone.detail("the account or the sign-in is gone"));
    }
    Err(not(outcome))
}

/// The part that everyone may read who is shown an access token.
pub(super) fn public_part(data: &json::Object<'_>) -> Result<Option<SessionData>, Problem> {
    let Some(value) = data.value("public") else { return Ok(None) };
    let public = value.as_object().map(|public| {
        json::object(|text| public.members().for_each(|(name, value)| text.value(name, value)))
    });
    let public = public.and_then(|text| SessionData::parse(&text));
    public.map(Some).ok_or_else(|| {
        Problem::invalid_request("`public` must be a JSON object of at most 1,024 bytes")
            .mend("keep in `public` only what an access token has to carry")
    })
}
