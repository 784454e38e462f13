//! `GET /healthz`: the process answers. Says nothing of the store, so that a full disk does not make
//! a supervisor restart the server over and over.

use axum::{Json, Router, routing};
use serde_json::{Value, json};

use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/healthz", routing::get(healthz))
}

async fn healthz() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}
