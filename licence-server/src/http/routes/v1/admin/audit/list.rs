//! `GET /v1/admin/audit[?from=&to=&user=&session=&act=&after=&limit=]`: the newest entries first, or
//! with `Accept: application/x-ndjson` all of them, the oldest first, one a line.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::export;
use super::filter::{Filter, NAMES, Read};
use crate::domain::Entry;
use crate::http::extract::{Administrator, Fields};
use crate::http::ndjson;
use crate::http::openapi::{Routes, problems};
use crate::http::problem::Problem;
use crate::http::routes::v1::admin::page::{Page, PageSize, Start, limit, page};
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(list))
}

problems!(Refused: NotFound);

/// An entry of the audit log: its place, `at` in Unix seconds, `act`, and ids of what it is about.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct EntryRow {
    /// Its place, from 1.
    pub seq: u64,
    /// What it says, as it was chained.
    #[serde(flatten)]
    pub entry: Map<String, Value>,
}

#[utoipa::path(
    get,
    path = "/audit",
    tag = "audit",
    operation_id = "list_audit",
    summary = "What happened?",
    params(
        ("from" = Option<i64>, Query, format = "unixtime", description = "From this time on"),
        ("to" = Option<i64>, Query, format = "unixtime", description = "Before this time"),
        ("user" = Option<String>, Query, description = "What is about this person: an id, or a name with which they sign in"),
        ("session" = Option<String>, Query, format = "uuid", description = "What is about this session"),
        ("act" = Option<String>, Query, description = "What was done, in one word", example = "signed_in"),
        ("after" = Option<u64>, Query, description = "`next` of the page before"),
        PageSize,
    ),
    security(("bearer" = ["admin"])),
    responses(
        (status = 200, description = "A page, the newest first; as NDJSON all of them, the oldest first, one a line.", content(
            (Page<EntryRow> = "application/json"),
            (String = "application/x-ndjson"),
        )),
        Refused,
    ),
)]
async fn list(
    _: Administrator,
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = Fields::of_query(query.as_deref(), &NAMES)?;
    let filter = Filter::read(&query, &state)?;
    if ndjson::is_wanted(&headers) {
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
