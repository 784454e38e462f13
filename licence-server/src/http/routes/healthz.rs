//! `GET /healthz`: the process answers. Says nothing of the store, so that a full disk does not make
//! a supervisor restart the server over and over.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::http::openapi::Routes;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(healthz))
}

/// That the process answers.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
}

#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operation",
    operation_id = "health",
    summary = "Does the process answer?",
    security(()),
    responses((status = 200, description = "It does.", body = Health)),
)]
async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}
