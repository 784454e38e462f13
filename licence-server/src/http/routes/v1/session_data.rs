//! `/v1/session/data`: what an application keeps for one sign-in; gone when that ends.
//!
//! Its member `public`, an object of at most 1,024 bytes, stands in the session's access tokens from
//! the next refresh on, for everyone to read who is shown one.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use utoipa_axum::routes;

use super::data::{self, DataBody, public_part};
use crate::domain::DataOwner;
use crate::http::extract::Seated;
use crate::http::openapi::{Routes, problems};
use crate::http::problem::Problem;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(read, write, remove))
}

problems!(ReadRefused: NotFound);
problems!(WriteRefused: InvalidRequest, PreconditionFailed);

#[utoipa::path(
    get,
    path = "/session/data",
    tag = "me",
    operation_id = "read_session_data",
    summary = "What the application keeps for this sign-in",
    security(("bearer" = ["seat"])),
    params(
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the version at hand: 304 where it is the newest"),
    ),
    responses(
        (status = 200, description = "The object, as it was written.", body = inline(Object), headers(("ETag" = String, description = "The version, in quotes"))),
        (status = 304, description = "It is the version at hand."),
        ReadRefused,
    ),
)]
async fn read(
    State(state): State<AppState>,
    Seated(own): Seated,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    data::read(DataOwner::Session(own.sid), &headers, &state)
}

#[utoipa::path(
    put,
    path = "/session/data",
    tag = "me",
    operation_id = "write_session_data",
    summary = "Keep a JSON object for this sign-in",
    security(("bearer" = ["seat"])),
    params(
        ("If-Match" = Option<String>, Header, description = "Write only over a version with this `ETag`; `*`: over any"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: write only where there is nothing"),
    ),
    request_body(content = inline(Object), description = "A JSON object; its size is bounded by a setting, 64 KiB by default. Its member `public`, an object of at most 1,024 bytes, stands in access tokens from the next refresh on"),
    responses((status = 204, description = "It is kept.", headers(("ETag" = String, description = "The version, in quotes"))), WriteRefused),
)]
async fn write(
    State(state): State<AppState>,
    Seated(own): Seated,
    headers: HeaderMap,
    body: DataBody,
) -> Result<Response, Problem> {
    let (json, public) = body.looked_at(public_part)?;
    data::write(DataOwner::Session(own.sid), &headers, json, public, &state).await
}

#[utoipa::path(
    delete,
    path = "/session/data",
    tag = "me",
    operation_id = "remove_session_data",
    summary = "Take the data of this sign-in away",
    security(("bearer" = ["seat"])),
    params(
        ("If-Match" = Option<String>, Header, description = "Write only over a version with this `ETag`; `*`: over any"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: write only where there is nothing"),
    ),
    responses((status = 204, description = "There is none any more."), WriteRefused),
)]
async fn remove(
    State(state): State<AppState>,
    Seated(own): Seated,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    data::remove(DataOwner::Session(own.sid), &headers, &state).await
}

#[cfg(test)]
mod tests;
