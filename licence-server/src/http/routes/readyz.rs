//! `GET /readyz`: what is asked for can be made durable. A load balancer goes by it.

use axum::extract::State;
use axum::http::StatusCode;
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
        // Not `busy`: coming back does not help until the disk was mended and the server started again.
        Err(Problem::new(Code::Internal).status(StatusCode::SERVICE_UNAVAILABLE))
    }
}

#[cfg(test)]
mod tests {
    use crate::http::testing::World;

    #[tokio::test]
    async fn a_store_that_failed_is_not_ready_and_the_process_lives() {
        let world = World::new();
        assert_eq!(world.get("/readyz").send().await.status, 200);
        world.state.mirror().fail();
        let not_ready = world.get("/readyz").send().await;
        not_ready.assert_problem(503, "internal");
        assert_eq!(not_ready.headers.get("retry-after"), None, "coming back does not help");
        assert_eq!(world.get("/healthz").send().await.status, 200);
    }
}
