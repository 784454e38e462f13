//! `GET /.well-known/jwks.json`: the key that signs access tokens, for services that verify them
//! with a JOSE library (RFC 7517).

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::{Router, routing};
use licence_core::json;

use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/jwks.json", routing::get(jwks))
}

async fn jwks(State(state): State<AppState>) -> impl IntoResponse {
    let keys = json::object(|set| {
        set.array("keys", |keys| keys.object(|key| state.site_key().write_jwks_member(key)));
    });
    // Five minutes: a replaced key is seen soon, and a service does not ask at each request.
    let headers = [
        (header::CONTENT_TYPE, "application/jwk-set+json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, keys)
}
