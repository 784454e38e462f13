//! `GET /readyz`: what is asked for can be made durable. A load balancer goes by it; and whether the
//! wall clock is believed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use licence_core::Code;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::ClockDoubt;
use crate::http::openapi::{Routes, problems};
use crate::http::problem::Problem;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(readyz))
}

problems!(Refused: Internal = 503, Retired);

/// That the server takes what it is asked for.
#[derive(Serialize, ToSchema)]
struct Readiness {
    /// `ready`.
    status: &'static str,
    /// Whether the wall clock is believed: `sound`, `behind` or `disputed`.
    clock: &'static str,
}

#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operation",
    operation_id = "readiness",
    summary = "Can what is asked for be made durable?",
    security(()),
    responses((status = 200, description = "It can.", body = Readiness), Refused),
)]
async fn readyz(State(state): State<AppState>) -> Result<Json<Readiness>, Problem> {
    if state.mirror().site().retired.is_some() {
        return Err(Problem::new(Code::Retired));
    }
    if state.mirror().is_ready() {
        Ok(Json(Readiness { status: "ready", clock: clock(state.judge().doubt) }))
    } else {
        // Not `busy`: coming back does not help until the disk was mended and the server started again.
        Err(Problem::new(Code::Internal).status(StatusCode::SERVICE_UNAVAILABLE))
    }
}

/// A clock in doubt makes nobody wait: it is judged by the time that is trusted. Someone should look
/// at it all the same.
const fn clock(doubt: Option<ClockDoubt>) -> &'static str {
    match doubt {
        None => "sound",
        Some(ClockDoubt::Behind) => "behind",
        Some(ClockDoubt::Ahead { .. }) => "disputed",
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

    #[tokio::test]
    async fn a_clock_in_doubt_is_told_and_makes_nobody_wait() {
        let world = World::new();
        for (set_by, name) in [(0, "sound"), (-3600, "behind"), (3600 + 86_400, "disputed")] {
            world.clock.set_wall_by(set_by);
            let ready = world.get("/readyz").send().await;
            assert_eq!(ready.status, 200);
            assert_eq!(ready.json(), serde_json::json!({ "status": "ready", "clock": name }));
        }
    }
}
