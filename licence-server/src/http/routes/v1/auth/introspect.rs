//! `POST /v1/auth/introspect`: is this token good, and whose is it? For services that do not verify
//! tokens themselves (RFC 7662).

use axum::extract::State;
use axum::response::Response;
use licence_core::UnixTime;
use licence_core::claims::Claims as _;
use licence_core::json::{self, ObjectWriter};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::answer::TOKEN_TYPE;
use crate::domain::{Scope, ServiceScope, Session};
use crate::http::extract::{Fields, Now, ServiceCaller};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::Problem;
use crate::http::written::written;
use crate::state::AppState;
use crate::token::{RefreshToken, TokenClaims};

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(introspect))
}

problems!(Refused: InvalidToken, Forbidden);

/// The token that a service was shown.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct IntrospectRequest {
    /// An access token, or a refresh token.
    token: String,
    /// Not needed: the two kinds look different.
    #[schema(example = "access_token")]
    token_type_hint: Option<String>,
}

/// `token_type_hint` is not needed, because the two kinds look different.
///
/// What no service can use is not active to it (section 4): that is an administrator's token, too, which
/// is for another audience. Nothing is said of why a token is not active (section 2.2).
#[utoipa::path(
    post,
    path = "/introspect",
    tag = "sign-in",
    operation_id = "introspect",
    summary = "Is this token good, and whose is it? (RFC 7662)",
    request_body(content(
        (IntrospectRequest = "application/x-www-form-urlencoded"),
        (IntrospectRequest = "application/json"),
    )),
    security(("service" = []), ("service-name" = [])),
    responses((status = 200, description = "What the token says beside `active`; that alone where it is not good.", body = inline(Object)), Refused),
)]
async fn introspect(
    State(state): State<AppState>,
    Now(now): Now,
    service: ServiceCaller,
    fields: Fields,
) -> Result<Response, Problem> {
    service.may(ServiceScope::Introspect)?;
    let token = fields.needed("token")?;
    fields.text("token_type_hint")?;
    let known = match state.refresh_key().parse(token) {
        Some(shown) => refresh_token(&shown, now, &state)?,
        None => access_token(token, now, &state)?,
    };
    let body = known.unwrap_or_else(|| json::object(|answer| answer.boolean("active", false)));
    Ok(written(body))
}

/// Whatever the token says, so that a service learns the same as one that verifies it.
fn access_token(token: &str, now: UnixTime, state: &AppState) -> Result<Option<String>, Problem> {
    let Ok(verified) = state.bearer().verify(token.as_bytes(), state.mirror(), now) else {
        return Ok(None);
    };
    // It came back, though to somebody else.
    state.sightings().note(&verified, now);
    let TokenClaims::Application(claims) = &verified.claims else { return Ok(None) };
    let user = state.reader().user(claims.sign_in.sub)?;
    Ok(Some(json::object(|answer| {
        answer.boolean("active", true);
        answer.text("token_type", TOKEN_TYPE);
        if let Some(user) = user {
            answer.text("username", user.username.as_str());
        }
        claims.write(answer);
    })))
}

/// Only the token that is good now: one that was rotated away opens nothing but a second's grace.
fn refresh_token(
    shown: &RefreshToken,
    now: UnixTime,
    state: &AppState,
) -> Result<Option<String>, Problem> {
    let session = state.reader().session(shown.session())?;
    let current = session.filter(|session| {
        session.scope == Scope::Seat
            && session.generation == shown.generation()
            && session.current == shown.secret_hash()
    });
    let site = state.mirror().site();
    let Some(session) = current.map(|session| session.by_clock_of(&site)) else { return Ok(None) };
    let end = session.idle_end(&site);
    if now.is_expired(end) {
        return Ok(None);
    }
    let Some(user) = state.reader().user(session.user)? else { return Ok(None) };
    Ok(Some(json::object(|answer| {
        answer.boolean("active", true);
        answer.text("username", user.username.as_str());
        write_session(&session, end, answer, state);
        answer.strings("roles", &user.roles);
        if let Some(ext_id) = &user.ext_id {
            answer.text("ext_id", ext_id.as_str());
        }
    })))
}

/// A refresh token is for this server alone, which `aud` says, and has no `token_type`: it opens nothing
/// at a service that takes it for an access token.
fn write_session(
    session: &Session,
    end: UnixTime,
    answer: &mut ObjectWriter<'_>,
    state: &AppState,
) {
    let issuer = state.minter().issuer();
    let made = session.rotation.map_or(session.auth_time, |rotation| rotation.at);
    answer.string("iss", issuer);
    answer.string("aud", issuer);
    answer.string("sub", session.user);
    answer.string("client_id", state.minter().client());
    answer.integer("iat", made.secs());
    answer.integer("exp", end.secs());
    answer.string("sid", session.id);
    answer.integer("auth_time", session.auth_time.secs());
    answer.text("scope", session.scope.name());
}

#[cfg(test)]
mod tests;
