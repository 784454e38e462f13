//! The seat of whoever asks: given back for a while, or taken along offline.

mod borrow;
mod release;

use crate::http::openapi::Routes;

pub(super) fn router() -> Routes {
    Routes::new().merge(release::router()).merge(borrow::router())
}
