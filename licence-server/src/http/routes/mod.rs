//! One file per endpoint, laid out as the URL tree.

mod docs;
mod healthz;
#[cfg(test)]
mod malformed;
mod metrics;
mod openapi_json;
mod readyz;
mod v1;
mod well_known;

use axum::http::StatusCode;
use licence_core::Code;

use super::problem::Problem;
use crate::http::openapi::Routes;

pub use v1::{LicenceInForce, SeatsInUse, admin};

/// Where commands find what they call.
pub mod paths {
    pub use super::v1::paths::*;
}

pub(super) fn router() -> Routes {
    Routes::new()
        .merge(docs::router())
        .merge(healthz::router())
        .merge(openapi_json::router())
        .merge(readyz::router())
        .nest("/.well-known", well_known::router())
        .nest("/v1", v1::router())
}

pub(super) fn metrics() -> Routes {
    metrics::router()
}

pub(super) async fn not_found() -> Problem {
    Problem::new(Code::NotFound)
}

pub(super) async fn wrong_method() -> Problem {
    Problem::invalid_request("this address does not take that method")
        .status(StatusCode::METHOD_NOT_ALLOWED)
        .mend("use one of the methods that `Allow` names")
}
