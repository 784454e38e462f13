//! `POST /v1/auth/revoke`: take a token back (RFC 7009). A refresh token ends its session, an access
//! token ends alone.

use axum::extract::State;
use axum::http::StatusCode;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Command, PaceKey, RevokeToken, SignOut};
use crate::http::extract::{Fields, Now};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done};
use crate::state::AppState;
use crate::token::ServiceKey;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(revoke))
}

problems!(Refused: Throttled);

/// The token that is to be good no more.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct RevokeRequest {
    /// A refresh token, which ends its session, or an access token, which ends alone.
    token: String,
    /// Not needed: the two kinds look different.
    #[schema(example = "refresh_token")]
    token_type_hint: Option<String>,
}

/// Whoever has a token may take it back: there are no clients with secrets of their own here. The
/// answer to a token that is none is the same (section 2.2): what it wanted is so already. It would be a
/// lie of a service key, which only an administrator takes back (section 2.2.1).
///
/// `token_type_hint` is not needed, because the two kinds look different.
#[utoipa::path(
    post,
    path = "/revoke",
    tag = "sign-in",
    operation_id = "revoke",
    summary = "Take a token back (RFC 7009)",
    request_body(content(
        (RevokeRequest = "application/x-www-form-urlencoded"),
        (RevokeRequest = "application/json"),
    )),
    security(()),
    responses((status = 200, description = "It is good no more, or never was."), Refused),
)]
async fn revoke(
    State(state): State<AppState>,
    Now(now): Now,
    fields: Fields,
) -> Result<StatusCode, Problem> {
    let token = fields.needed("token")?;
    fields.text("token_type_hint")?;
    if let Some(refresh_token) = state.refresh_key().parse(token) {
        let sign_out = SignOut { session: refresh_token.session() };
        done(state.submit(Command::SignOut(sign_out)).await?)?;
    } else if let Ok(verified) = state.bearer().verify_past(token.as_bytes(), state.mirror(), now) {
        if state.mirror().is_revoked(verified.claims.place()) {
            return Ok(StatusCode::OK);
        }
        let own = verified.claims.sign_in();
        state.pace(PaceKey::Session(own.sid), now).map_err(Problem::too_many_changes)?;
        let seq = verified.claims.position().seq;
        let revoke = RevokeToken { session: own.sid, jti: own.jti, exp: own.exp, seq };
        done(state.submit(Command::RevokeToken(revoke)).await?)?;
    } else if ServiceKey::parse(token).is_some() {
        return Err(Problem::invalid_request("a service key is not taken back here")
            .mend("revoke it with `licence-server service revoke`")
            .oauth_error("unsupported_token_type"));
    }
    Ok(StatusCode::OK)
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use serde_json::json;

    use crate::http::paths;
    use crate::http::testing::{Answer, World};

    const REVOKE: &str = "/v1/auth/revoke";

    async fn revoke(world: &World, token: &str) -> Answer {
        world.post(REVOKE, &format!("token={token}")).send().await
    }

    #[tokio::test]
    async fn a_refresh_token_that_is_taken_back_ends_its_session() {
        let world = World::licensed(1, 1).await;
        let signed_in = world.sign_in("user1").await;
        let form =
            format!("token_type_hint=access_token&token={}", signed_in.string("refresh_token"));
        for _ in 0..2 {
            let revoked = world.post(REVOKE, &form).send().await;
            assert_eq!((revoked.status.as_u16(), revoked.text.as_str()), (200, ""), "again, too");
        }
        assert_eq!(world.state.mirror().seats_in_use(world.state.now()), 0);
        world.me(&signed_in.string("access_token")).await.assert_problem(401, "invalid_token");
        let refreshed = world.refresh(&signed_in.string("refresh_token")).await;
        refreshed.assert_problem(401, "invalid_grant");
    }

    #[tokio::test]
    async fn an_access_token_that_is_taken_back_ends_alone() {
        let world = World::licensed(1, 1).await;
        let signed_in = world.sign_in("user1").await;
        let token = signed_in.string("access_token");
        let refreshed = world.refresh(&signed_in.string("refresh_token")).await;
        assert_eq!(revoke(&world, &token).await.status, 200);
        world.me(&token).await.assert_problem(401, "invalid_token");
        assert_eq!(world.me(&refreshed.string("access_token")).await.status, 200);
        let world = world.restarted().await;
        world.me(&token).await.assert_problem(401, "invalid_token");
        world.clock.advance(2000);
        assert_eq!(revoke(&world, &token).await.status, 200, "when it has ended, too");
    }

    #[tokio::test]
    async fn an_administrators_token_is_taken_back_without_a_licence() {
        let world = World::new();
        let token = world.admin_token().await;
        assert_eq!(revoke(&world, &token).await.status, 200);
        world.me(&token).await.assert_problem(401, "invalid_token");
    }

    #[tokio::test]
    async fn what_is_no_token_is_gone_already() {
        let world = World::licensed(1, 1).await;
        let token = world.sign_in("user1").await.string("access_token");
        let (input, _) = token.rsplit_once('.').unwrap();
        let forged = format!("{input}.{}", "A".repeat(86));
        let seq = world.state.mirror().site().position.seq;
        for nothing in ["x", "lrt1_x", "a.b.c", &forged] {
            let answer = revoke(&world, nothing).await;
            assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""), "{nothing}");
        }
        assert_eq!(world.me(&token).await.status, 200);
        assert_eq!(world.state.mirror().site().position.seq, seq, "and nothing was written");
    }

    #[tokio::test]
    async fn whoever_would_take_a_service_key_back_learns_that_it_is_still_good() {
        let world = World::new();
        let service = json!({ "name": "api", "scopes": ["introspect"] });
        let key = world.admin(paths::ADMIN_SERVICES, &service).await.string("key");
        let refused = revoke(&world, &key).await;
        refused.assert_problem(400, "invalid_request");
        assert_eq!(refused.string("error"), "unsupported_token_type");
        let introspected = world.post("/v1/auth/introspect", "token=x").bearer(&key).send().await;
        assert_eq!(introspected.status, 200);
    }

    #[tokio::test]
    async fn a_request_that_is_not_right_is_told_so_in_rfc_6749s_words() {
        let world = World::new();
        for form in ["", "token=", "token=a&token=b", "token_type_hint=refresh_token"] {
            let refused = world.post(REVOKE, form).send().await;
            refused.assert_problem(400, "invalid_request");
            assert_eq!(refused.string("error"), "invalid_request");
        }
        let call = world.call(Method::POST, REVOKE).header("content-type", "application/json");
        call.body(r#"{"token":1}"#).send().await.assert_problem(400, "invalid_request");
        let large = format!("token={}", "x".repeat(70_000));
        world.post(REVOKE, &large).send().await.assert_problem(413, "too_large");
        world.get(REVOKE).send().await.assert_problem(405, "invalid_request");
    }
}
