//! `GET /v1/admin/clock`, `POST /v1/admin/clock/accept` and `/reset`: what time the server goes by, and
//! an administrator's word about it.

use axum::extract::State;
use axum::{Json, Router, routing};
use licence_core::UnixTime;
use serde::{Deserialize, Serialize};

use crate::domain::{ClockDoubt, Command, Judgement, Reading, ResetClock};
use crate::http::extract::{Administrator, Fields};
use crate::http::problem::{Problem, done};
use crate::state::AppState;

#[cfg(test)]
mod tests;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/clock", routing::get(show))
        .route("/clock/accept", routing::post(accept))
        .route("/clock/reset", routing::post(reset))
}

/// What time it is. Times are Unix seconds.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ClockShown {
    /// The time that the server goes by.
    pub now: i64,
    /// What the machine's clock says.
    pub wall: i64,
    /// The highest time that was trusted and written down.
    pub mark: i64,
    /// `sound`, `behind` or `disputed`.
    pub state: String,
    /// Since when it is disputed, by the time that is trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disputed_since: Option<i64>,
}

async fn show(_: Administrator, State(state): State<AppState>) -> Json<ClockShown> {
    Json(ClockShown::of(&state))
}

async fn accept(
    Administrator(by): Administrator,
    State(state): State<AppState>,
) -> Result<Json<ClockShown>, Problem> {
    done(state.submit(Command::AcceptClock(by)).await?)?;
    Ok(Json(ClockShown::of(&state)))
}

async fn reset(
    Administrator(by): Administrator,
    State(state): State<AppState>,
    fields: Fields,
) -> Result<Json<ClockShown>, Problem> {
    let reason = fields.written("reason")?;
    let reason = reason.ok_or_else(|| Problem::invalid_request("`reason` is missing"))?;
    done(state.submit(Command::ResetClock(ResetClock { reason, by })).await?)?;
    Ok(Json(ClockShown::of(&state)))
}

impl ClockShown {
    fn of(state: &AppState) -> Self {
        let (Reading { wall, .. }, Judgement { now, doubt }) = (state.reading(), state.judge());
        let (standing, since) = match doubt {
            None => ("sound", None),
            Some(ClockDoubt::Behind) => ("behind", None),
            Some(ClockDoubt::Ahead { since }) => ("disputed", Some(since)),
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
