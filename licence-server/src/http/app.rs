//! The whole service as one value that takes a request and gives an answer.

use axum::Router;

use super::{layers, page, routes, spa};
use crate::state::AppState;

/// The service over a state.
///
/// A request over the network comes through it as it is; one that may administer comes through
/// [`open_admin_door`](super::open_admin_door).
pub fn app(state: AppState) -> Router {
    let routes = match state.config().metrics_listen {
        Some(_) => routes::router(),
        None => routes::router().merge(routes::metrics()),
    };
    let router = Router::from(routes).merge(page::router());
    let router = router.method_not_allowed_fallback(routes::wrong_method);
    let router = match &state.config().app {
        Some(folder) => router.fallback_service(spa::service(folder)),
        None => router.fallback(routes::not_found),
    };
    layers::around(router, &state).with_state(state)
}

/// What a listener of its own serves to monitoring, and nothing else.
pub fn metrics_app(state: AppState) -> Router {
    Router::from(routes::metrics()).with_state(state)
}
