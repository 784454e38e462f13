//! The seat of whoever asks: given back for a while, or taken along offline.

mod borrow;
mod release;

use axum::extract::DefaultBodyLimit;

use crate::http::openapi::Routes;

/// Bytes of a body: a number and a key.
const BODY_BYTES_MAX: usize = 8 * 1024;

pub(super) fn router() -> Routes {
    Routes::new()
        .merge(release::router())
        .merge(borrow::router())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}
