//! `GET /.well-known/oauth-authorization-server`: where the OAuth2 endpoints are (RFC 8414).

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use licence_core::json;
use utoipa_axum::routes;

use crate::domain::Scope;
use crate::http::openapi::Routes;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(metadata))
}

/// The sign-in with a password is not among the grants: it is the application's own, and no client
/// that finds its way by this document should ask people for theirs.
///
/// `issuer` is the address, because a client compares the two (section 3.3). Tokens name the site instead,
/// which stays who it is at another address and on a machine that sees none; `access_token_issuer` says how.
#[utoipa::path(
    get,
    path = "/oauth-authorization-server",
    tag = "proof",
    operation_id = "authorization_server_metadata",
    summary = "Where the OAuth2 endpoints are (RFC 8414)",
    security(()),
    responses((status = 200, description = "The metadata.", body = inline(Object))),
)]
async fn metadata(State(state): State<AppState>) -> impl IntoResponse {
    let issuer = &state.config().public;
    let document = json::object(|members| {
        members.string("issuer", issuer);
        members.string("token_endpoint", format!("{issuer}/v1/auth/token"));
        members.string("revocation_endpoint", format!("{issuer}/v1/auth/revoke"));
        members.string("introspection_endpoint", format!("{issuer}/v1/auth/introspect"));
        members.string("jwks_uri", format!("{issuer}/.well-known/jwks.json"));
        members.strings("grant_types_supported", ["refresh_token"]);
        // There is no authorisation endpoint, and the member must be there (section 2).
        members.strings("response_types_supported", [""; 0]);
        members.strings("scopes_supported", [Scope::Seat, Scope::Admin].map(Scope::name));
        members.strings("token_endpoint_auth_methods_supported", ["none"]);
        members.strings("revocation_endpoint_auth_methods_supported", ["none"]);
        // A service's name and key, or its key alone as a bearer token.
        let of_services = ["client_secret_basic", "Bearer"];
        members.strings("introspection_endpoint_auth_methods_supported", of_services);
        members.string("access_token_issuer", state.minter().issuer());
    });
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, document)
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use serde_json::json;

    use crate::http::testing::World;

    const METADATA: &str = "/.well-known/oauth-authorization-server";

    #[tokio::test]
    async fn what_it_names_is_there() {
        let public = "https://seats.example.org";
        let world = World::with(public, "");
        let answer = world.get(METADATA).send().await;
        assert_eq!(answer.header("content-type"), "application/json");
        let metadata = answer.json();
        assert_eq!(metadata["issuer"], public);
        for (name, method) in [
            ("token_endpoint", Method::POST),
            ("revocation_endpoint", Method::POST),
            ("introspection_endpoint", Method::POST),
            ("jwks_uri", Method::GET),
        ] {
            let path = metadata[name].as_str().unwrap().strip_prefix(public).unwrap();
            let status = world.call(method, path).send().await.status.as_u16();
            assert!(matches!(status, 200 | 400 | 401), "{path}: {status}");
        }
    }

    #[tokio::test]
    async fn tokens_are_issued_by_the_issuer_of_tokens_at_whatever_address() {
        for public in ["https://seats.example.org", "https://seats.example.com"] {
            let world = World::with(public, "");
            let issuer = world.get(METADATA).send().await.string("access_token_issuer");
            let token = world.admin_token().await;
            let payload = token.split('.').nth(1).unwrap();
            let payload = licence_core::base64url::decode(payload).unwrap();
            let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
            assert_eq!(claims["iss"], issuer);
        }
    }

    #[tokio::test]
    async fn it_does_not_advertise_the_sign_in_with_a_password() {
        let answer = World::new().get(METADATA).send().await;
        assert!(!answer.text.contains("password"));
        assert_eq!(answer.json()["grant_types_supported"], json!(["refresh_token"]));
        assert_eq!(answer.json()["response_types_supported"], json!([]));
    }
}
