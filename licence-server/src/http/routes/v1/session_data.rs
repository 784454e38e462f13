//! `/v1/session/data`: what an application keeps for one sign-in; gone when that ends.
//!
//! Its member `public`, an object of at most 1,024 bytes, stands in the session's access tokens from
//! the next refresh on, for everyone to read who is shown one.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::{Router, routing};

use super::data::{self, DataBody, public_part};
use crate::domain::DataOwner;
use crate::http::extract::Seated;
use crate::http::problem::Problem;
use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/session/data", routing::get(read).put(write).delete(remove))
}

async fn read(
    State(state): State<AppState>,
    Seated(own): Seated,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    data::read(DataOwner::Session(own.sid), &headers, &state)
}

async fn write(
    State(state): State<AppState>,
    Seated(own): Seated,
    headers: HeaderMap,
    body: DataBody,
) -> Result<Response, Problem> {
    let (json, public) = body.looked_at(public_part)?;
    data::write(DataOwner::Session(own.sid), &headers, json, public, &state).await
}

async fn remove(
    State(state): State<AppState>,
    Seated(own): Seated,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    data::remove(DataOwner::Session(own.sid), &headers, &state).await
}

#[cfg(test)]
mod tests;
