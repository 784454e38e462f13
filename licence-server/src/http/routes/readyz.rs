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

#[cfg(test)]
mod tests {
    use crate::http::testing::World;

    #[tokio::test]
    async fn a_store_that_failed_is_not_ready_and_the_process_lives() {
        let world = World::new();
        assert_eq!(world.get("/readyz").send().await.status, 200);
        world.state.mirror().fail();
        world.get("/readyz").send().await.assert_problem(503, "busy");
        assert_eq!(world.get("/healthz").send().await.status, 200);
    }
}
