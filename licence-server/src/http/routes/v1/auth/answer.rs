//! What came of a sign-in or a refresh, as it is answered.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use licence_core::{Code, SessionId, UnixTime};
use serde::Serialize;
use serde_json::{Value, json};

use super::delivery::{Delivery, Parcel};
use crate::domain::{FullHouse, Grant, Refusal};
use crate::http::problem::Problem;
use crate::http::routes::v1::state_name;
use crate::state::AppState;
use crate::token::RefreshToken;

/// RFC 6749 section 5.1, and what an application needs to show. Times are Unix seconds.
#[derive(Serialize)]
struct Granted<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: i64,
    scope: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    session: SessionAnswer,
    seat: SeatAnswer,
    licence: LicenceAnswer,
    server_time: i64,
}

#[derive(Serialize)]
struct SessionAnswer {
    id: String,
    expires_at: i64,
}

#[derive(Serialize)]
struct SeatAnswer {
    lease_end: i64,
    total: u32,
    in_use: u32,
}

#[derive(Serialize)]
struct LicenceAnswer {
    id: String,
    state: &'static str,
}

/// A seat is held: the access token, and the refresh token that is good from now on.
pub(super) fn granted(
    grant: &Grant,
    refresh_token: &RefreshToken,
    delivery: &Delivery,
    state: &AppState,
) -> Result<Response, Problem> {
    let access_token = state.minter().mint(grant)?;
    let parcel = delivery.pack(refresh_token, grant.session_end, grant.iat, state)?;
    let licence = state.shelf().find(grant.licence);
    let licence_state = licence.map_or("valid", |licence| state_name(&licence.accepted, grant.iat));
    let body = Granted {
        access_token: &access_token,
        token_type: "bearer",
        expires_in: grant.exp.since(grant.iat),
        scope: grant.scope.as_str(),
        refresh_token: match &parcel {
            Parcel::Body(text) => Some(text.as_str()),
            Parcel::Cookie(_) => None,
        },
        session: SessionAnswer {
            id: grant.session.to_string(),
            expires_at: grant.session_end.secs(),
        },
        seat: SeatAnswer {
            lease_end: grant.lease_end.secs(),
            total: grant.seats_total,
            in_use: grant.seats_in_use,
        },
        licence: LicenceAnswer { id: grant.licence.to_string(), state: licence_state },
        server_time: grant.iat.secs(),
    };
    let response = Json(body).into_response();
    Ok(match parcel {
        Parcel::Body(_) => response,
        Parcel::Cookie(cookie) => ([(header::SET_COOKIE, cookie)], response).into_response(),
    })
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
    let problem = no_seat(full, now);
    Ok(match delivery.pack(refresh_token, full.session_end, now, state)? {
        Parcel::Body(text) => problem.with("refresh_token", text.as_str()),
        Parcel::Cookie(cookie) => problem.header(header::SET_COOKIE, cookie),
    })
}

/// What the rules refused, with its evidence.
pub(super) fn refused(refusal: &Refusal, now: UnixTime, state: &AppState) -> Problem {
    let problem = match refusal {
        Refusal::NoSeat(full) => no_seat(full, now),
        Refusal::TooManySessions(sessions) => too_many(sessions, state),
        Refusal::Licence(why) => (*why).into(),
        Refusal::InvalidGrant
        | Refusal::RefreshReused
        | Refusal::StoreBehind
        | Refusal::RegisteredFull
        | Refusal::Conflict => Problem::new(refusal.code()),
    };
    problem.with("server_time", now.secs())
}

fn no_seat(full: &FullHouse, now: UnixTime) -> Problem {
    let problem = Problem::new(Code::NoSeat)
        .detail(format!("all {} seats of the licence are taken", full.seats_total))
        .with("seats", json!({ "total": full.seats_total, "in_use": full.seats_in_use }))
        .with(
            "session",
            json!({ "id": full.session.to_string(), "expires_at": full.session_end.secs() }),
        )
        .with("server_time", now.secs());
    match full.earliest {
        Some(earliest) => problem.with("earliest", earliest.secs()),
        None => problem,
    }
}

fn too_many(sessions: &[SessionId], state: &AppState) -> Problem {
    let told: Result<Vec<Value>, Problem> =
        sessions.iter().map(|id| session_told(*id, state)).collect();
    match told {
        Ok(sessions) => Problem::new(Code::TooManySessions)
            .detail(format!("this account is active on {} other devices", sessions.len()))
            .with("sessions", sessions),
        Err(problem) => problem,
    }
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
