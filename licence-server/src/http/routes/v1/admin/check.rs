//! `GET /v1/admin/check`: whether the store is what was written, row by row.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::http::extract::Administrator;
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::http::request_time::RequestTime;
use crate::soundness::Soundness;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(check))
}

/// What was found by looking at the whole store.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct CheckShown {
    /// How many rows each table has.
    pub rows: Vec<TableRows>,
    /// Which life of the store it is.
    pub epoch: String,
    /// The place of the log's last entry.
    pub log_entries: u64,
    /// What is not as it was written, so that a restore refuses it: a sentence each, the first few of them.
    pub flaws: Vec<String>,
    /// What the vendor signed and does not verify any more: a sentence each, the first few of them.
    pub damaged: Vec<String>,
}

/// A table of the store.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct TableRows {
    /// Its name.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
}

#[utoipa::path(
    get,
    path = "/check",
    tag = "house",
    operation_id = "check_store",
    summary = "Is the store what was written?",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "What was found.", body = CheckShown)),
)]
async fn check(
    _: Administrator,
    State(state): State<AppState>,
    time: RequestTime,
) -> Result<Json<CheckShown>, Problem> {
    // It takes as long as it takes: a log of years is walked from its first entry to its last.
    let _wait = time.wait();
    // And it takes memory for what follows from the rows: all who ask while somebody looks share the next look. One
    // that goes on may have begun before what they ask about: a backup that was just made.
    let looking = state.clone();
    let found = state.checks().join_next(move || Arc::new(looking.soundness())).await;
    match &*found.map_err(Problem::internal)? {
        Ok(found) => Ok(Json(CheckShown::new(found))),
        Err(error) => Err(Problem::internal(error)),
    }
}

impl CheckShown {
    pub(crate) fn new(found: &Soundness) -> Self {
        let row = |(table, rows): &(String, u64)| TableRows { table: table.clone(), rows: *rows };
        Self {
            rows: found.rows.iter().map(row).collect(),
            epoch: found.position.epoch.to_string(),
            log_entries: found.position.seq,
            flaws: found.flaws().collect(),
            damaged: found.damaged().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests;
