//! What came of a sign-in or a refresh, as it is answered.

use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use licence_core::{Code, LicenceId, SessionId, UnixTime};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::delivery::{Delivery, Parcel};
use crate::clock::Stopwatch;
use crate::domain::{FullHouse, Grant, Refusal, Scope};
use crate::http::problem::Problem;
use crate::http::routes::v1::state_name;
use crate::http::server_timing::{self, Part};
use crate::http::written::written;
use crate::state::AppState;
use crate::token::{Minted, RefreshToken};

/// How an access token is used (RFC 6750).
pub(super) const TOKEN_TYPE: &str = "bearer";

/// RFC 6749 section 5.1, and what an application needs to show. Times are Unix seconds.
#[derive(Serialize, ToSchema)]
pub(super) struct Granted<'a> {
    /// For `Authorization: Bearer`.
    access_token: &'a str,
    /// `bearer`.
    #[schema(example = "bearer")]
    token_type: &'static str,
    /// Seconds for which the access token is good.
    #[schema(example = 900)]
    expires_in: i64,
    /// What was asked for: `seat` or `admin`.
    #[schema(example = "seat")]
    scope: &'a str,
    /// Good for one refresh; absent where it comes as a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    session: SessionAnswer,
    #[serde(skip_serializing_if = "Option::is_none")]
    seat: Option<SeatAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    licence: Option<LicenceAnswer>,
    #[schema(format = "unixtime")]
    server_time: i64,
}

#[derive(Serialize, ToSchema)]
struct SessionAnswer {
    #[schema(format = "uuid")]
    id: String,
    /// When the person must sign in again, at the latest.
    #[schema(format = "unixtime")]
    expires_at: i64,
}

#[derive(Serialize, ToSchema)]
struct SeatAnswer {
    /// Until when it is held, if it is not renewed.
    #[schema(format = "unixtime")]
    lease_end: i64,
    /// Seats there are.
    total: u32,
    /// Seats taken.
    in_use: u32,
}

#[derive(Serialize, ToSchema)]
struct LicenceAnswer {
    #[schema(format = "uuid")]
    id: String,
    /// `valid`, `expiring` or `grace`.
    state: &'static str,
}

/// A seat is held: the access token, and the refresh token that is good from now on.
pub(super) fn granted(
    grant: &Grant,
    refresh_token: &RefreshToken,
    delivery: &Delivery,
    state: &AppState,
) -> Result<Response, Problem> {
    let watch = Stopwatch::start();
    let Minted { text: access_token, claims } = state.minter().mint(grant)?;
    let took = watch.elapsed();
    state.metrics().sign.observe(took.as_secs_f64());
    server_timing::note(Part::Sign, took);
    state.bearer().keep_own(&access_token, claims);
    // An administrator's tokens never go into a cookie: they are shown by whoever means to use them.
    let delivery = if grant.scope == Scope::Admin { &Delivery::Body } else { delivery };
    let parcel = delivery.pack(refresh_token, grant.session_end, grant.iat, state)?;
    let beside = delivery.beside(Some(&access_token), grant.exp.since(grant.iat), state);
    let body = Granted {
        access_token: &access_token,
        token_type: TOKEN_TYPE,
        expires_in: grant.exp.since(grant.iat),
        scope: grant.scope.name(),
        refresh_token: match &parcel {
            Parcel::Body(text) => Some(text.as_str()),
            Parcel::Cookie(_) => None,
        },
        session: SessionAnswer {
            id: grant.session.to_string(),
            expires_at: grant.session_end.secs(),
        },
        seat: grant.seat.map(|seat| SeatAnswer {
            lease_end: seat.lease_end.secs(),
            total: seat.total,
            in_use: seat.in_use,
        }),
        licence: grant.seat.map(|seat| licence_answer(seat.licence, grant.iat, state)),
        server_time: grant.iat.secs(),
    };
    let response = written(&body)?;
    let refresh = match parcel {
        Parcel::Body(_) => None,
        Parcel::Cookie(cookie) => Some(cookie),
    };
    let cookies = refresh.into_iter().chain(beside).map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(cookies), response).into_response())
}

fn licence_answer(id: LicenceId, now: UnixTime, state: &AppState) -> LicenceAnswer {
    let licence = state.shelf().find(id);
    let name = licence.map_or("valid", |licence| state_name(&licence.accepted, now));
    LicenceAnswer { id: id.to_string(), state: name }
}

/// A sign-in with a right password in a full house: the refresh token of the session that was made,
/// so that nobody types the password again when a seat comes free.
pub(super) fn waiting(
    full: &FullHouse,
    refresh_token: &RefreshToken,
    delivery: &Delivery,
    now: UnixTime,
    state: &AppState,
) -> Result<Problem, Problem> {
    let problem = no_seat(full, now, state);
    let problem = match delivery.pack(refresh_token, full.session_end, now, state)? {
        Parcel::Body(text) => problem.with("refresh_token", text.as_str()),
        Parcel::Cookie(cookie) => problem.header(header::SET_COOKIE, cookie),
    };
    Ok(match delivery.beside(None, 0, state) {
        Some(cookie) => problem.header(header::SET_COOKIE, cookie),
        None => problem,
    })
}

/// What the rules refused, with its evidence.
pub(in crate::http::routes::v1) fn refused(
    refusal: &Refusal,
    now: UnixTime,
    state: &AppState,
) -> Problem {
    let problem = if let Refusal::NoSeat(full) = refusal {
        no_seat(full, now, state)
    } else if let Refusal::TooManySessions(sessions) = refusal {
        too_many(sessions, state)
    } else {
        Problem::from(refusal)
    };
    problem.with("server_time", now.secs())
}

fn no_seat(full: &FullHouse, now: UnixTime, state: &AppState) -> Problem {
    let own = match sessions_told(&full.own, state) {
        Ok(own) => own,
        Err(problem) => return problem,
    };
    let problem = Problem::new(Code::NoSeat)
        .detail(format!("all {} seats of the licence are taken", full.total))
        .with("seats", json!({ "total": full.total, "in_use": full.in_use }))
        .with("sessions", own)
        .with(
            "session",
            json!({ "id": full.session.to_string(), "expires_at": full.session_end.secs() }),
        )
        .with("server_time", now.secs());
    let problem = match full.earliest {
        Some(earliest) => problem.with("earliest", earliest.secs()),
        None => problem,
    };
    match full.place {
        Some(place) => problem.with("place", place),
        None => problem,
    }
}

fn too_many(sessions: &[SessionId], state: &AppState) -> Problem {
    match sessions_told(sessions, state) {
        Ok(sessions) => Problem::new(Code::TooManySessions)
            .detail(format!("this account is active on {} other devices", sessions.len()))
            .with("sessions", sessions),
        Err(problem) => problem,
    }
}

fn sessions_told(sessions: &[SessionId], state: &AppState) -> Result<Vec<Value>, Problem> {
    sessions.iter().map(|id| session_told(*id, state)).collect()
}

/// What tells a person which of the devices it is.
fn session_told(id: SessionId, state: &AppState) -> Result<Value, Problem> {
    let session = state.reader().session(id)?;
    let device = session.as_ref().and_then(|session| session.device.as_ref());
    Ok(json!({
        "id": id.to_string(),
        "device": device.map(ToString::to_string),
        "auth_time": session.as_ref().map(|session| session.auth_time.secs()),
    }))
}
