//! `GET /v1/me`: who am I.

use axum::Json;
use axum::extract::State;
use licence_core::{Code, Role};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Session, User};
use crate::http::extract::{Bearer, Now};
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(me))
}

/// Times are Unix seconds.
#[derive(Serialize, ToSchema)]
struct Me {
    #[schema(format = "uuid")]
    sub: String,
    username: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    roles: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ext_id: Option<String>,
    session: MySession,
    #[schema(format = "unixtime")]
    server_time: i64,
}

#[derive(Serialize, ToSchema)]
struct MySession {
    #[schema(format = "uuid")]
    id: String,
    #[schema(format = "unixtime")]
    auth_time: i64,
    #[schema(format = "unixtime")]
    expires_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    /// Until when it holds a seat, if it holds one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "unixtime")]
    lease_end: Option<i64>,
}

#[utoipa::path(
    get,
    path = "/me",
    tag = "me",
    operation_id = "me",
    summary = "Who am I?",
    security(("bearer" = [])),
    responses((status = 200, description = "The person and the session of the token.", body = Me)),
)]
async fn me(
    State(state): State<AppState>,
    Now(now): Now,
    Bearer(token): Bearer,
) -> Result<Json<Me>, Problem> {
    let gone = || Problem::new(Code::InvalidToken).detail("the account or the sign-in is gone");
    let user = state.reader().user(token.claims.sign_in().sub)?.ok_or_else(gone)?;
    let session = state.reader().session(token.claims.sign_in().sid)?.ok_or_else(gone)?;
    Ok(Json(Me::new(user, session, now.secs())))
}

impl Me {
    fn new(user: User, session: Session, server_time: i64) -> Self {
        Self {
            sub: user.id.to_string(),
            username: user.username.to_string(),
            email: user.email.map(|email| email.to_string()),
            roles: user.roles.iter().map(Role::to_string).collect(),
            ext_id: user.ext_id.map(|id| id.to_string()),
            session: MySession {
                id: session.id.to_string(),
                auth_time: session.auth_time.secs(),
                expires_at: session.end.secs(),
                device: session.device.map(|device| device.to_string()),
                lease_end: session.lease_end.map(licence_core::UnixTime::secs),
            },
            server_time,
        }
    }
}

#[cfg(test)]
mod tests {
    use licence_core::PrivateKey;
    use licence_core::claims::Claims as _;

    use crate::http::testing::World;
    use crate::token::testing::claims;

    #[tokio::test]
    async fn nobody_is_asked_who_they_are() {
        let answer = World::new().get("/v1/me").send().await;
        answer.assert_problem(401, "invalid_token");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert_eq!(answer.json().get("error"), None, "RFC 6749's members are for token routes");
    }

    #[tokio::test]
    async fn a_token_is_good_until_its_end_and_not_beyond() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        world.clock.advance(899);
        assert_eq!(world.me(&token).await.status, 200);
        world.clock.advance(1);
        let answer = world.me(&token).await;
        answer.assert_problem(401, "invalid_token");
        assert_eq!(answer.header("www-authenticate"), "Bearer error=\"invalid_token\"");
    }

    #[tokio::test]
    async fn a_token_that_another_key_signed_is_refused() {
        let world = World::licensed(1, 1).await;
        let other = PrivateKey::from_seed(&[8; 32]).unwrap();
        let answer = world.me(&other.sign(claims().signing_input(other.public().id()))).await;
        answer.assert_problem(401, "invalid_token");
        assert_eq!(answer.string("reason"), "unknown_key");
        assert_eq!(answer.string("at"), "access");
    }

    #[tokio::test]
    async fn a_token_that_was_changed_is_refused() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        assert_eq!(world.me(&token).await.status, 200);
        for (changed, reason) in [
            (token.replacen("eyJ", "eyI", 1), "malformed"),
            (format!("{token}A"), "malformed"),
            (format!("{token}.x"), "malformed"),
            (with_another_signature(&token), "bad_signature"),
        ] {
            assert_eq!(world.me(&changed).await.string("reason"), reason, "{changed}");
        }
    }

    fn with_another_signature(token: &str) -> String {
        let (input, signature) = token.rsplit_once('.').unwrap();
        let mut bytes = licence_core::base64url::decode(signature).unwrap();
        bytes[10] ^= 1;
        format!("{input}.{}", licence_core::base64url::encode(&bytes))
    }

    #[tokio::test]
    async fn a_token_is_read_from_its_header_alone() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        let answer = world.get(&format!("/v1/me?access_token={token}")).send().await;
        answer.assert_problem(401, "invalid_token");
    }
}
