//! `GET /v1/me`: who am I.

use axum::extract::State;
use axum::{Json, Router, routing};
use licence_core::{Code, Role};
use serde::Serialize;

use crate::domain::{Session, User};
use crate::http::extract::Bearer;
use crate::http::problem::Problem;
use crate::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/me", routing::get(me))
}

/// Times are Unix seconds.
#[derive(Serialize)]
struct Me {
    sub: String,
    username: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    roles: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ext_id: Option<String>,
    session: MySession,
    server_time: i64,
}

#[derive(Serialize)]
struct MySession {
    id: String,
    auth_time: i64,
    expires_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    /// Until when it holds a seat, if it holds one.
    #[serde(skip_serializing_if = "Option::is_none")]
    lease_end: Option<i64>,
}

async fn me(State(state): State<AppState>, Bearer(token): Bearer) -> Result<Json<Me>, Problem> {
    let now = state.now();
    let gone = || Problem::new(Code::InvalidToken).detail("the account or the sign-in is gone");
    let user = state.reader().user(token.sub)?.ok_or_else(gone)?;
    let session = state.reader().session(token.sid)?.ok_or_else(gone)?;
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
