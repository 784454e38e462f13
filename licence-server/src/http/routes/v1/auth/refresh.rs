//! `POST /v1/auth/refresh`: go on with the refresh token of the cookie, or of the body.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use licence_core::{Code, SessionId, TokenId};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::answer;
use super::delivery::Delivery;
use super::secure_cookie;
use super::shown::{self, CookieTokens};
use super::token::end_session;
use super::waiting::Patience;
use crate::domain::{Command, DeviceMark, NextSecret, Nonce, Outcome, PaceKey, Refresh};
use crate::http::cookie::CookieRule;
use crate::http::extract::{Device, Fields};
use crate::http::long_poll::LongPoll;
use crate::http::openapi::{Routes, problems};
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::token::RefreshToken;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(refresh))
}

problems!(Refused:
    InsecureTransport, Malformed = 401, InvalidGrant, RefreshReused, StoreBehind, Forbidden, NoLicence,
    NotYetValid, LicenceExpired, Revoked, NoSeat, TooManySessions, Throttled);

/// What a refresh asks for. With the cookie it may be empty.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct RefreshRequest {
    /// The token, where it is not in the cookie.
    refresh_token: Option<String>,
    /// How the refresh token comes: `body` (the default), or `cookie`, out of the reach of scripts.
    #[schema(pattern = "^(body|cookie)$")]
    delivery: Option<String>,
    /// Seconds to wait in a full house; the server's setting bounds it.
    #[schema(minimum = 0, maximum = 30)]
    wait: Option<u32>,
    /// A session of the same person to end in the same step, where they are active on too many devices.
    #[schema(format = "uuid")]
    end_session: Option<String>,
}

#[utoipa::path(
    post,
    path = "/refresh",
    tag = "sign-in",
    operation_id = "refresh",
    summary = "Go on with the refresh token of the cookie, or of the body",
    request_body(content(
        (RefreshRequest = "application/x-www-form-urlencoded"),
        (RefreshRequest = "application/json"),
    )),
    security((), ("cookie" = [])),
    responses((status = 200, description = "A seat is held.", body = answer::Granted), Refused),
)]
async fn refresh(
    State(state): State<AppState>,
    poll: LongPoll,
    Device(mark): Device,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let rule = secure_cookie(&state)?;
    let wish = Wish::read(&fields, mark, Patience::asked(&fields, poll, &state)?)?;
    if let Some(token) = shown::in_body(&fields, &state)? {
        let delivery = Delivery::wanted(&fields, &headers, rule, &state)?;
        drop((headers, fields));
        return rotate(&token, &wish, &delivery, &state).await;
    }
    // A request with `Authorization` says who it is by that, and its cookie does not count.
    let token = if headers.contains_key(header::AUTHORIZATION) {
        None
    } else {
        CookieTokens::find(&headers, &rule, &state).only()?
    };
    let token = token.ok_or_else(none_shown)?;
    drop((headers, fields));
    let answer = rotate(&token, &wish, &Delivery::Cookie(rule.clone()), &state).await;
    answer.map_err(|problem| without_cookie(problem, &rule, &state))
}

fn none_shown() -> Problem {
    Problem::new(Code::InvalidGrant)
        .detail("no refresh token came with the request, in a cookie or in the body")
        .mend("sign in")
}

/// What a refresh asks for besides.
pub(super) struct Wish {
    mark: DeviceMark,
    end_session: Option<SessionId>,
    patience: Patience,
}

impl Wish {
    pub(super) fn read(
        fields: &Fields,
        mark: DeviceMark,
        patience: Patience,
    ) -> Result<Self, Problem> {
        Ok(Self { mark, end_session: end_session(fields)?, patience })
    }
}

/// Rotates a genuine token, and renews its seat or takes one.
pub(super) async fn rotate(
    shown: &RefreshToken,
    wish: &Wish,
    delivery: &Delivery,
    state: &AppState,
) -> Result<Response, Problem> {
    let now = state.now();
    state.pace(PaceKey::Refresh(shown.session()), now).map_err(Problem::too_many_changes)?;
    let nonce = Nonce(state.rng().bytes()?);
    let last = || Problem::new(Code::InvalidGrant);
    let child = state.refresh_key().child(shown, nonce).ok_or_else(last)?;
    let command = |wait_secs| {
        Ok(Command::Refresh(Refresh {
            session: shown.session(),
            generation: shown.generation(),
            secret: shown.secret_hash(),
            nonce,
            child: child.secret_hash(),
            jti: TokenId(state.rng().uuid(now)?),
            mark: wish.mark,
            seen_seq: state.sightings().seen_seq(shown.session()),
            end_session: wish.end_session,
            wait_secs,
        }))
    };
    let first = command(wish.patience.secs())?;
    let outcome = wish.patience.seat(first, || command(0), state).await?;
    if let Outcome::Refused(refusal) = outcome {
        return Err(answer::refused(&refusal, now, state));
    }
    let Outcome::Granted(grant) = outcome else { return Err(Problem::unexpected(&outcome)) };
    // Where the answer to an earlier try was lost, the child is the one that was made then.
    let next = match grant.next {
        NextSecret::Child { nonce: stored, .. } if stored != nonce => {
            state.refresh_key().child(shown, stored).ok_or_else(last)?
        }
        NextSecret::Child { .. } | NextSecret::First => child,
    };
    answer::granted(&grant, &next, delivery, state)
}

/// Takes the cookie away where the session of its token has ended, and nowhere else: a cookie that a
/// full house, a lost race or a failure took away would be a sign-in lost.
fn without_cookie(problem: Problem, rule: &CookieRule, state: &AppState) -> Problem {
    let has_ended = matches!(problem.code(), Code::InvalidGrant | Code::RefreshReused);
    if !has_ended {
        return problem;
    }
    let cleared = rule.cleared(state.config());
    cleared.fold(problem, |problem, cookie| problem.header(header::SET_COOKIE, cookie))
}
