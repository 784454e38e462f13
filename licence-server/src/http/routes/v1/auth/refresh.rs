//! `POST /v1/auth/refresh`: go on with the refresh token of the cookie, or of the body.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::{Router, routing};
use licence_core::{Code, SessionId, TokenId};

use super::answer;
use super::delivery::Delivery;
use super::secure_cookie;
use super::shown::{self, CookieTokens};
use super::token::{end_session, refuse_waiting};
use crate::domain::{Command, NextSecret, Nonce, Outcome, Refresh};
use crate::http::cookie::CookieRule;
use crate::http::extract::Fields;
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::token::RefreshToken;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/refresh", routing::post(refresh))
}

async fn refresh(
    State(state): State<AppState>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let rule = secure_cookie(&state)?;
    refuse_waiting(&fields)?;
    let end_session = end_session(&fields)?;
    if let Some(token) = shown::in_body(&fields, &state)? {
        let delivery = Delivery::wanted(&fields, &headers, rule, &state)?;
        return rotate(&token, end_session, &delivery, &state).await;
    }
    // A request with `Authorization` says who it is by that, and its cookie does not count.
    let token = if headers.contains_key(header::AUTHORIZATION) {
        None
    } else {
        CookieTokens::find(&headers, &rule, &state).only()?
    };
    let token = token.ok_or_else(none_shown)?;
    let answer = rotate(&token, end_session, &Delivery::Cookie(rule.clone()), &state).await;
    answer.map_err(|problem| without_cookie(problem, &rule))
}

fn none_shown() -> Problem {
    Problem::new(Code::InvalidGrant)
        .detail("no refresh token came with the request, in a cookie or in the body")
        .mend("sign in")
}

/// Rotates a genuine token, and renews its seat or takes one.
pub(super) async fn rotate(
    shown: &RefreshToken,
    end_session: Option<SessionId>,
    delivery: &Delivery,
    state: &AppState,
) -> Result<Response, Problem> {
    let now = state.now();
    let nonce = Nonce(state.rng().bytes()?);
    let last = || Problem::new(Code::InvalidGrant);
    let child = state.refresh_key().child(shown, nonce).ok_or_else(last)?;
    let command = Command::Refresh(Refresh {
        session: shown.session(),
        generation: shown.generation(),
        secret: shown.secret_hash(),
        nonce,
        child: child.secret_hash(),
        jti: TokenId(state.rng().uuid(now)?),
        end_session,
    });
    match state.submit(command).await? {
        Outcome::Granted(grant) => {
            // Where the answer to an earlier try was lost, the child is the one that was made then.
            let next = match grant.next {
                NextSecret::Child { nonce: stored, .. } if stored != nonce => {
                    state.refresh_key().child(shown, stored).ok_or_else(last)?
                }
                NextSecret::Child { .. } | NextSecret::First => child,
            };
            answer::granted(&grant, &next, delivery, state)
        }
        Outcome::Refused(refusal) => Err(answer::refused(&refusal, now, state)),
        other @ (Outcome::Installed { .. }
        | Outcome::Added { .. }
        | Outcome::NoSeat(_)
        | Outcome::Done) => Err(Problem::unexpected(&other)),
    }
}

/// Takes the cookie away where the session of its token has ended, and nowhere else: a cookie that a
/// full house, a lost race or a failure took away would be a sign-in lost.
fn without_cookie(problem: Problem, rule: &CookieRule) -> Problem {
    let has_ended = matches!(problem.code(), Code::InvalidGrant | Code::RefreshReused);
    match rule.clear().filter(|_| has_ended) {
        Some(cookie) => problem.header(header::SET_COOKIE, cookie),
        None => problem,
    }
}
