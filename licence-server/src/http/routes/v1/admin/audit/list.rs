//! `GET /v1/admin/audit[?from=&to=&user=&session=&act=&after=&limit=]`: the newest entries first, or
//! with `Accept: application/x-ndjson` all of them, the oldest first, one a line.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router, routing};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::export;
use super::filter::{Filter, NAMES, Read};
use crate::domain::Entry;
use crate::http::extract::{Administrator, Fields};
use crate::http::problem::Problem;
use crate::http::routes::v1::admin::page::{Start, limit, page};
use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/audit", routing::get(list))
}

/// An entry of the audit log: its place, `at` in Unix seconds, `act`, and ids of what it is about.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct EntryRow {
    /// Its place, from 1.
    pub seq: u64,
    /// What it says, as it was chained.
    #[serde(flatten)]
    pub entry: Map<String, Value>,
}

async fn list(
    _: Administrator,
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = Fields::of_query(query.as_deref(), &NAMES)?;
    let filter = Filter::read(&query, &state)?;
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let mut accepted = accepted.unwrap_or_default().split([',', ';']).map(str::trim);
    if accepted.any(|accepted| accepted.eq_ignore_ascii_case(export::MEDIA_TYPE)) {
        return Ok(export::response(filter, state));
    }
    let start = Start { after: place(&query)?, limit: limit(&query)? };
    let read =
        |after: Option<u64>, count| state.reader().entries_before(after.unwrap_or(u64::MAX), count);
    let pick = |entry: Entry| {
        let read = Read::new(entry);
        let is_asked_for = filter.admits(&read);
        let row = EntryRow { seq: read.entry.seq, entry: read.members };
        Ok(is_asked_for.then_some(row))
    };
    page(start, read, |entry| entry.seq, pick).map(|page| Json(page).into_response())
}

/// The place behind which the page begins; the list runs backwards.
fn place(query: &Fields) -> Result<Option<u64>, Problem> {
    let Some(place) = query.integer("after")? else { return Ok(None) };
    let place = u64::try_from(place);
    place.map(Some).map_err(|_| Problem::invalid_request("`after` must be a place in the log"))
}
