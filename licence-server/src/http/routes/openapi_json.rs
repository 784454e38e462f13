//! `GET /openapi.json`: what this server can be asked, for programs.

use axum::http::{HeaderName, header};
use utoipa_axum::routes;

use crate::http::openapi::{Routes, document};

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(openapi_json))
}

#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "operation",
    operation_id = "openapi",
    summary = "This description",
    security(()),
    responses((status = 200, description = "OpenAPI 3.1.", body = inline(Object))),
)]
async fn openapi_json() -> ([(HeaderName, &'static str); 2], &'static str) {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, document())
}
