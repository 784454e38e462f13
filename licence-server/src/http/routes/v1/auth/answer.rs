//! What came of a sign-in or a refresh, as it is answered.

use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse as _, Response};
use licence_core::json::{self, ObjectWriter};
use licence_core::{Code, LicenceId, SessionId, UnixTime};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::delivery::{Delivery, Parcel};
use crate::clock::Stopwatch;
use crate::domain::{FullHouse, Grant, Refusal, Scope, SeatGrant};
use crate::http::problem::Problem;
use crate::http::routes::v1::state_name;
use crate::http::server_timing::{self, Part};
use crate::http::written::written;
use crate::state::AppState;
use crate::token::{Minted, RefreshToken};

/// How an access token is used (RFC 6750).
pub(super) const TOKEN_TYPE: &str = "bearer";

/// RFC 6749 section 5.1, and what an application needs to show. Times are Unix seconds.
#[derive(ToSchema)]
#[cfg_attr(not(test), expect(dead_code, reason = "for readers of the API: `write` writes each"))]
#[cfg_attr(test, derive(serde::Deserialize, serde::Serialize))]
pub(super) struct Granted {
    /// For `Authorization: Bearer`.
    access_token: String,
    /// `bearer`.
    #[schema(example = "bearer")]
    token_type: String,
    /// Seconds for which the access token is good.
    #[schema(example = 900)]
    expires_in: i64,
    /// What was asked for: `seat` or `admin`.
    #[schema(example = "seat")]
    scope: String,
    /// Good for one refresh; absent where it comes as a cookie.
    refresh_token: Option<String>,
    session: SessionAnswer,
    seat: Option<SeatAnswer>,
    licence: Option<LicenceAnswer>,
    #[schema(format = "unixtime")]
    server_time: i64,
}

#[derive(ToSchema)]
#[cfg_attr(not(test), expect(dead_code, reason = "for readers of the API: `write` writes each"))]
#[cfg_attr(test, derive(serde::Deserialize, serde::Serialize))]
struct SessionAnswer {
    #[schema(format = "uuid")]
    id: String,
    /// When the person must sign in again, at the latest.
    #[schema(format = "unixtime")]
    expires_at: i64,
}

#[derive(ToSchema)]
#[cfg_attr(not(test), expect(dead_code, reason = "for readers of the API: `write` writes each"))]
#[cfg_attr(test, derive(serde::Deserialize, serde::Serialize))]
struct SeatAnswer {
    /// Until when it is held, if it is not renewed.
    #[schema(format = "unixtime")]
    lease_end: i64,
    /// Seats there are.
    total: u32,
    /// Seats taken.
    in_use: u32,
}

#[derive(ToSchema)]
#[cfg_attr(not(test), expect(dead_code, reason = "for readers of the API: `write` writes each"))]
#[cfg_attr(test, derive(serde::Deserialize, serde::Serialize))]
struct LicenceAnswer {
    #[schema(format = "uuid")]
    id: String,
    /// `valid`, `expiring` or `grace`.
    state: String,
}

/// A seat is held: the access token, and the refresh token that is good from now on.
pub(super) fn granted(
    grant: &Grant,
    refresh_token: &RefreshToken,
    delivery: &Delivery,
    state: &AppState,
) -> Result<Response, Problem> {
    let watch = Stopwatch::start();
    let Minted { text: access_token, claims } = state.tokens_ahead().token_of(grant)?;
    server_timing::note(Part::Sign, watch.elapsed());
    state.bearer().keep_own(access_token.as_bytes(), claims);
    // An administrator's tokens never go into a cookie: they are shown by whoever means to use them.
    let delivery = if grant.scope == Scope::Admin { &Delivery::Body } else { delivery };
    let parcel = delivery.pack(refresh_token, grant.session_end, grant.iat, state)?;
    let beside = delivery.beside(Some(&access_token), grant.exp.since(grant.iat), state);
    let shown = match &parcel {
        Parcel::Body(text) => Some(text.as_str()),
        Parcel::Cookie(_) => None,
    };
    let response = written(json::object(|body| write(grant, &access_token, shown, state, body)));
    let refresh = match parcel {
        Parcel::Body(_) => None,
        Parcel::Cookie(cookie) => Some(cookie),
    };
    let cookies = refresh.into_iter().chain(beside).map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(cookies), response).into_response())
}

/// [`Granted`] in JSON.
fn write(
    grant: &Grant,
    access_token: &str,
    refresh_token: Option<&str>,
    state: &AppState,
    body: &mut ObjectWriter<'_>,
) {
    body.text("access_token", access_token);
    body.text("token_type", TOKEN_TYPE);
    body.integer("expires_in", grant.exp.since(grant.iat));
    body.text("scope", grant.scope.name());
    if let Some(refresh_token) = refresh_token {
        body.text("refresh_token", refresh_token);
    }
    body.object("session", |session| {
        session.id("id", grant.session);
        session.integer("expires_at", grant.session_end.secs());
    });
    if let Some(seat) = &grant.seat {
        body.object("seat", |told| write_seat(seat, told));
        body.object("licence", |told| write_licence(seat.licence, grant.iat, state, told));
    }
    body.integer("server_time", grant.iat.secs());
}

fn write_seat(seat: &SeatGrant, told: &mut ObjectWriter<'_>) {
    told.integer("lease_end", seat.lease_end.secs());
    told.integer("total", seat.total);
    told.integer("in_use", seat.in_use);
}

fn write_licence(id: LicenceId, now: UnixTime, state: &AppState, told: &mut ObjectWriter<'_>) {
    let licence = state.shelf().find(id);
    told.id("id", id);
    told.text("state", licence.map_or("valid", |licence| state_name(&licence.accepted, now)));
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
    let site = state.mirror().site();
    let session = state.reader().session(id)?.map(|session| session.by_clock_of(&site));
    let device = session.as_ref().and_then(|session| session.device.as_ref());
    Ok(json!({
        "id": id.to_string(),
        "device": device.map(ToString::to_string),
        "auth_time": session.as_ref().map(|session| session.auth_time.secs()),
    }))
}

#[cfg(test)]
mod tests {
    use super::Granted;
    use crate::http::testing::World;

    /// The answer is written in one place and declared in another.
    #[tokio::test]
    async fn what_is_answered_is_what_is_declared() {
        let answer = World::licensed(1, 1).await.sign_in("user1").await;
        let granted: Granted = serde_json::from_str(&answer.text).unwrap();
        assert!(granted.refresh_token.is_some());
        assert!(granted.seat.is_some() && granted.licence.is_some());
        assert_eq!(serde_json::to_string(&granted).unwrap(), answer.text);
    }
}
