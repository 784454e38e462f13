//! `GET /.well-known/jwks.json`: the key that signs access tokens, for services that verify them
//! with a JOSE library (RFC 7517).

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use licence_core::json;
use utoipa_axum::routes;

use crate::http::openapi::Routes;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(jwks))
}

#[utoipa::path(
    get,
    path = "/jwks.json",
    tag = "proof",
    operation_id = "jwks",
    summary = "The key that signs access tokens (RFC 7517)",
    security(()),
    responses((status = 200, description = "A set of one key.", body = inline(Object), content_type = "application/jwk-set+json")),
)]
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

#[cfg(test)]
mod tests {
    use licence_core::PublicKey;

    use crate::http::testing::World;

    #[tokio::test]
    async fn the_key_is_the_one_that_signs() {
        let world = World::new();
        let answer = world.get("/.well-known/jwks.json").send().await;
        assert_eq!(answer.header("content-type"), "application/jwk-set+json");
        let set = answer.json();
        let key = PublicKey::parse(set["keys"][0].to_string().as_bytes()).unwrap();
        assert_eq!(&key, world.state.site_key());
        assert_eq!(set["keys"].as_array().unwrap().len(), 1);
        assert_eq!(set["keys"][0]["use"], "sig");
    }
}
