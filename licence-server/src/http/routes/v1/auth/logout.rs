//! `POST /v1/auth/logout`: end the session of every genuine token that is shown, and free its seat
//! before the answer.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use licence_core::SessionId;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::shown::{self, CookieTokens};
use crate::domain::{Command, SignOut};
use crate::http::cookie::CookieRule;
use crate::http::extract::{Fields, PastBearer};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done};
use crate::state::AppState;
use crate::token::RefreshToken;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(logout))
}

problems!(Refused: Malformed = 401);

/// What a sign-out shows; with the cookie or an access token it may be empty.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct LogoutRequest {
    /// A refresh token of the session.
    refresh_token: Option<String>,
}

/// The same answer however often it is asked: someone who is signed out already is signed out.
///
/// A request with `Authorization` says who it is by that, so its cookie ends no session. A cookie is
/// taken away unless a session that lives on needs it; one that no session needs is of no use.
#[utoipa::path(
    post,
    path = "/logout",
    tag = "sign-in",
    operation_id = "logout",
    summary = "Sign out",
    request_body(content(
        (LogoutRequest = "application/x-www-form-urlencoded"),
        (LogoutRequest = "application/json"),
    )),
    security((), ("cookie" = []), ("bearer" = [])),
    responses((status = 204, description = "Whoever asked is signed out, now or already."), Refused),
)]
async fn logout(
    State(state): State<AppState>,
    headers: HeaderMap,
    bearer: Option<PastBearer>,
    fields: Fields,
) -> Result<Response, Problem> {
    let rule = CookieRule::of(state.config(), state.site_key().id()).ok();
    let cookies = rule.as_ref().map(|rule| CookieTokens::find(&headers, rule, &state));
    let in_cookies = cookies.as_ref().map_or(&[][..], CookieTokens::genuine);
    let in_body = shown::in_body(&fields, &state)?;

    let counted = if bearer.is_some() { &[] } else { in_cookies };
    let by_bearer = bearer.map(|PastBearer(token)| token.claims.sign_in().sid);
    let by_refresh = in_body.iter().chain(counted).map(RefreshToken::session);
    let ended: Vec<SessionId> = by_bearer.into_iter().chain(by_refresh).collect();
    for session in &ended {
        end(*session, &state).await?;
    }

    let is_needed = in_cookies.iter().any(|token| !ended.contains(&token.session()));
    let is_brought = cookies.as_ref().is_some_and(CookieTokens::is_any_brought);
    let cleared = rule.filter(|_| is_brought && !is_needed);
    let cleared = cleared.iter().flat_map(|rule| rule.cleared(state.config()));
    let cleared = cleared.map(|cookie| (header::SET_COOKIE, cookie));
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cleared)).into_response())
}

async fn end(session: SessionId, state: &AppState) -> Result<(), Problem> {
    done(state.submit(Command::SignOut(SignOut { session })).await?)
}
