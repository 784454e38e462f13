mod jwks;
mod oauth_authorization_server;

use axum::Router;

use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().merge(jwks::router()).merge(oauth_authorization_server::router())
}
