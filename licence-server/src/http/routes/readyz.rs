//! `GET /readyz`: what is asked for can be made durable. A load balancer goes by it.

use axum::extract::State;
use axum::{Json, Router, routing};
use licence_core::Code;
use serde_json::{Value, json};

use crate::http::problem::Problem;
use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/readyz", routing::get(readyz))
}

async fn readyz(State(state): State<AppState>) -> Result<Json<Value>, Problem> {
    if state.mirror().is_ready() {
        Ok(Json(json!({ "status": "ready" })))
    } else {
        Err(Problem::new(Code::Busy))
    }
}
