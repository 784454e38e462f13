//! `POST /v1/admin/seats/held-back/write-off`: gives all seats to others that a restore or a reset of the clock held back. A licence that
//! lends every seat has every seat held back, and an administrator may know that none was lent.

use axum::Json;
use axum::extract::State;
use licence_core::TokenId;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Actor, Command, Outcome, Refusal, WriteOff};
use crate::http::extract::Administrator;
use crate::http::openapi::Routes;
use crate::http::problem::{Problem, done};
use crate::state::AppState;

/// Seats that are written off at once, so that they share commits and the writer's queue has room for others.
const AT_ONCE: usize = 256;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(write_off))
}

/// Seats that were held back, and are no more.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
pub struct HeldBackWrittenOff {
    /// How many.
    pub seats: usize,
}

/// Each is on record. Those that people took along by this server stay theirs.
#[utoipa::path(
    post,
    path = "/seats/held-back/write-off",
    tag = "house",
    operation_id = "write_off_held_back",
    summary = "Give all seats to others that a restore or a reset of the clock held back",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "How many there were.", body = HeldBackWrittenOff)),
)]
async fn write_off(
    Administrator(by): Administrator,
    State(state): State<AppState>,
) -> Result<Json<HeldBackWrittenOff>, Problem> {
    let rows = state.reader().borrowings()?;
    let held_back = rows.iter().filter(|row| row.is_out && row.is_unknown());
    let held_back: Vec<TokenId> = held_back.map(|row| row.id).collect();
    for some in held_back.chunks(AT_ONCE) {
        write_off_some(some, by, &state).await?;
    }
    Ok(Json(HeldBackWrittenOff { seats: held_back.len() }))
}

async fn write_off_some(some: &[TokenId], by: Actor, state: &AppState) -> Result<(), Problem> {
    let mut writing = JoinSet::new();
    for id in some.iter().copied() {
        let state = state.clone();
        writing.spawn(async move { state.submit(Command::WriteOff(WriteOff { id, by })).await });
    }
    while let Some(written) = writing.join_next().await {
        let outcome = written.map_err(Problem::internal)??;
        // One that is not there ended meanwhile, or somebody else wrote it off.
        if !matches!(outcome, Outcome::Refused(Refusal::NotFound)) {
            done(outcome)?;
        }
    }
    Ok(())
}
