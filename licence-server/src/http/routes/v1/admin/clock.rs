//! `GET /v1/admin/clock`, `POST /v1/admin/clock/accept` and `/reset`: what time the server goes by, and
//! an administrator's word about it.

use axum::Json;
use axum::extract::State;
use licence_core::UnixTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{ClockDoubt, Command, Judgement, Reading, ResetClock};
use crate::housekeeping;
use crate::http::extract::{Administrator, Fields};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done};
use crate::state::AppState;

#[cfg(test)]
mod tests;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(show)).routes(routes!(accept)).routes(routes!(reset))
}

problems!(ResetRefused: Conflict);

/// Why the clock is set back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct ResetRequest {
    /// For the audit log.
    #[schema(min_length = 1, max_length = 200, example = "the board lost its time")]
    reason: String,
}

/// What time it is. Times are Unix seconds.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ClockShown {
    /// The time that the server goes by.
    #[schema(format = "unixtime")]
    pub now: i64,
    /// What the machine's clock says.
    #[schema(format = "unixtime")]
    pub wall: i64,
    /// The highest time that was trusted and written down.
    #[schema(format = "unixtime")]
    pub mark: i64,
    /// `sound`, `behind` or `disputed`.
    pub state: String,
    /// Since when it is disputed, by the time that is trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "unixtime")]
    pub disputed_since: Option<i64>,
}

#[utoipa::path(
    get,
    path = "/clock",
    tag = "house",
    operation_id = "show_clock",
    summary = "What time does the server go by?",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "Three clocks, and whether they agree.", body = ClockShown)),
)]
async fn show(_: Administrator, State(state): State<AppState>) -> Json<ClockShown> {
    Json(ClockShown::of(&state))
}

#[utoipa::path(
    post,
    path = "/clock/accept",
    tag = "house",
    operation_id = "accept_clock",
    summary = "Believe the machine's clock",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The clock after that.", body = ClockShown)),
)]
async fn accept(
    Administrator(by): Administrator,
    State(state): State<AppState>,
) -> Result<Json<ClockShown>, Problem> {
    done(state.submit(Command::AcceptClock(by)).await?)?;
    // The time that is believed now may have ended leases that somebody waits for.
    housekeeping::let_go(&state).await?;
    Ok(Json(ClockShown::of(&state)))
}

#[utoipa::path(
    post,
    path = "/clock/reset",
    tag = "house",
    operation_id = "reset_clock",
    summary = "Go back to the machine's clock, and give every seat back",
    request_body(content(
        (ResetRequest = "application/x-www-form-urlencoded"),
        (ResetRequest = "application/json"),
    )),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The clock after that.", body = ClockShown), ResetRefused),
)]
async fn reset(
    Administrator(by): Administrator,
    State(state): State<AppState>,
    fields: Fields,
) -> Result<Json<ClockShown>, Problem> {
    let reason = fields.written("reason")?;
    let reason = reason.ok_or_else(|| Problem::invalid_request("`reason` is missing"))?;
    let spare = state.spare_ids()?;
    done(state.submit(Command::ResetClock(ResetClock { reason, spare, by })).await?)?;
    Ok(Json(ClockShown::of(&state)))
}

impl ClockShown {
    fn of(state: &AppState) -> Self {
        let (Reading { wall, .. }, Judgement { now, doubt }) = (state.reading(), state.judge());
        let (standing, since) = match doubt {
            None => ("sound", None),
            Some(ClockDoubt::Behind) => ("behind", None),
            Some(ClockDoubt::Ahead { since, .. }) => ("disputed", Some(since)),
        };
        Self {
            now: now.secs(),
            wall: wall.secs(),
            mark: state.mirror().site().mark.secs(),
            state: standing.to_owned(),
            disputed_since: since.map(UnixTime::secs),
        }
    }
}
