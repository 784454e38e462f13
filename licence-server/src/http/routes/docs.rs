//! `GET /docs`: the description as a page, with a button to sign in and to try each call.
//!
//! Swagger UI comes out of this program and asks nobody else for anything.

use std::sync::{Arc, LazyLock};

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use licence_core::Code;
use utoipa_axum::routes;
use utoipa_swagger_ui::{Config, SwaggerFile};

use crate::http::openapi::{Routes, problems};
use crate::http::problem::Problem;

/// What the page may do: its own scripts and styles, its icons, and calls to this server. The icons stand
/// in the style sheet as `data:`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; \
    script-src 'self'; \
    style-src 'self'; \
    img-src 'self' data:; \
    connect-src 'self'; \
    base-uri 'none'; \
    form-action 'none'; \
    frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 4] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::CACHE_CONTROL, "no-cache"),
];

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(docs)).routes(routes!(file))
}

#[utoipa::path(
    get,
    path = "/docs",
    tag = "operation",
    operation_id = "docs",
    summary = "This description as a page",
    security(()),
    responses((status = 307, description = "To the page.")),
)]
async fn docs() -> Redirect {
    Redirect::temporary("/docs/index.html")
}

problems!(Refused: NotFound);

#[utoipa::path(
    get,
    path = "/docs/{file}",
    tag = "operation",
    operation_id = "docs_file",
    summary = "A file of the page",
    security(()),
    params(("file" = String, Path, description = "Its name", example = "index.html")),
    responses((status = 200, description = "The file.", content_type = "*/*"), Refused),
)]
async fn file(name: Result<Path<String>, PathRejection>) -> Result<Response, Problem> {
    let Path(name) = name.map_err(|_| Problem::new(Code::NotFound))?;
    static CONFIG: LazyLock<Arc<Config<'_>>> = LazyLock::new(|| {
        let config = Config::from("/openapi.json").use_base_layout();
        // Swagger UI would have the description judged by a server of its makers.
        Arc::new(config.validator_url("none").try_it_out_enabled(true).doc_expansion("none"))
    });
    let file = utoipa_swagger_ui::serve(&name, Arc::clone(&CONFIG)).map_err(Problem::internal)?;
    file.map(answer).ok_or_else(|| Problem::new(Code::NotFound))
}

fn answer(file: SwaggerFile<'static>) -> Response {
    let mut response = file.bytes.into_owned().into_response();
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(kind) = HeaderValue::try_from(file.content_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    // As it stands in this program; there is no browser that cannot read it.
    if file.gzpipped {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}
