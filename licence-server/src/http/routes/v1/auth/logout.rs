//! `POST /v1/auth/logout`: end the session of any genuine token, and free its seat before the answer.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use axum::{Router, routing};
use licence_core::SessionId;

use super::shown::Shown;
use crate::domain::{Command, Outcome, Refusal, SignOut};
use crate::http::cookie::CookieRule;
use crate::http::extract::{EndedBearer, Fields};
use crate::http::problem::Problem;
use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/logout", routing::post(logout))
}

/// The same answer however often it is asked: someone who is signed out already is signed out.
async fn logout(
    State(state): State<AppState>,
    headers: HeaderMap,
    token: Option<EndedBearer>,
    fields: Fields,
) -> Result<Response, Problem> {
    let cookie = CookieRule::of(state.config(), state.site_key().id()).ok();
    let shown = Shown::find(&fields, &headers, cookie.as_ref(), &state)?;
    let by_access_token = token.map(|EndedBearer(claims)| claims.sid);
    let session = shown.as_ref().map(|shown| shown.token().session()).or(by_access_token);
    if let Some(session) = session {
        end(session, &state).await?;
    }
    let brought = cookie.filter(|rule| rule.values(&headers).next().is_some());
    let cleared = brought.and_then(|rule| rule.clear());
    let cleared = cleared.map(|cookie| (header::SET_COOKIE, cookie));
    Ok((StatusCode::NO_CONTENT, AppendHeaders(cleared)).into_response())
}

async fn end(session: SessionId, state: &AppState) -> Result<(), Problem> {
    match state.submit(Command::SignOut(SignOut { session })).await? {
        Outcome::Done | Outcome::Refused(Refusal::InvalidGrant) => Ok(()),
        other @ (Outcome::Installed { .. }
        | Outcome::Added { .. }
        | Outcome::Granted(_)
        | Outcome::NoSeat(_)
        | Outcome::Refused(_)) => Err(Problem::unexpected(&other)),
    }
}
