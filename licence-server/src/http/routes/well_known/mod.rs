mod jwks;
mod oauth_authorization_server;

use crate::http::openapi::Routes;

pub(super) fn router() -> Routes {
    Routes::new().merge(jwks::router()).merge(oauth_authorization_server::router())
}
