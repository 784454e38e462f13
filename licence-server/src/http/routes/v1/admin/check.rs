//! `GET /v1/admin/check`: whether the store is what was written, row by row.

use axum::extract::State;
use axum::{Extension, Json};
use licence_core::{Product, PublicKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::http::extract::Administrator;
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::http::request_time::RequestTime;
use crate::soundness::Soundness;
use crate::state::AppState;
use crate::store::{Reader, StoreError};

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
    /// What is not as it was written: a sentence each, the first few of them.
    pub flaws: Vec<String>,
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
    Extension(time): Extension<RequestTime>,
) -> Result<Json<CheckShown>, Problem> {
    // It takes as long as it takes: a log of years is walked from its first entry to its last.
    let _wait = time.wait();
    let look = move || CheckShown::of(state.reader(), state.site_key(), &state.site().product);
    // It may be long: whoever else is on this thread is not held up.
    let shown = tokio::task::spawn_blocking(look).await.map_err(Problem::internal)?;
    Ok(Json(shown?))
}

impl CheckShown {
    /// Reads every row, and recomputes the counters and the log's hash chain.
    ///
    /// # Errors
    /// Where the store cannot be read at all.
    pub fn of(reader: &dyn Reader, key: &PublicKey, product: &Product) -> Result<Self, StoreError> {
        let found = Soundness::of(reader, key, product)?;
        let flaws = found.flaws().collect();
        let rows = found.rows.into_iter().map(|(table, rows)| TableRows { table, rows });
        Ok(Self {
            rows: rows.collect(),
            epoch: found.position.epoch.to_string(),
            log_entries: found.position.seq,
            flaws,
        })
    }
}
