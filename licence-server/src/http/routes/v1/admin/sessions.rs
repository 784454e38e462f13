//! `GET /v1/admin/sessions[?user=&after=&limit=]`, `DELETE /v1/admin/sessions/{id}` and
//! `POST /v1/admin/sessions/purge`.

use axum::Json;
use axum::extract::{RawQuery, State};
use licence_core::{SessionId, UnixTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::page::{Page, PageSize, Start, limit, not_found, page};
use super::person::{self, Named};
use crate::domain::{Command, EndSession, Session, Swept};
use crate::housekeeping;
use crate::http::extract::{Administrator, Fields, Now, PathId};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done};
use crate::state::AppState;

#[cfg(test)]
mod tests;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(list)).routes(routes!(end)).routes(routes!(purge))
}

problems!(Refused: NotFound);

/// A sign-in on a device. Times are Unix seconds.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct SessionRow {
    /// Its id.
    #[schema(format = "uuid")]
    pub id: String,
    /// Whose it is.
    #[serde(flatten)]
    pub person: Named,
    /// What the person called the device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// What the sign-in asked for: `seat` or `admin`.
    pub scope: String,
    /// When the person signed in.
    #[schema(format = "unixtime")]
    pub started_at: i64,
    /// When it was last heard of, to five minutes.
    #[schema(format = "unixtime")]
    pub seen_at: i64,
    /// When it ends if it is not used before.
    #[schema(format = "unixtime")]
    pub ends_at: i64,
    /// Until when it holds a seat, if it holds one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "unixtime")]
    pub lease_end: Option<i64>,
}

#[utoipa::path(
    get,
    path = "/sessions",
    tag = "house",
    operation_id = "list_sessions",
    summary = "Who is signed in, and where?",
    params(
        ("user" = Option<String>, Query, description = "Only this person's: an id, or a name with which they sign in"),
        ("after" = Option<String>, Query, format = "uuid", description = "`next` of the page before"),
        PageSize,
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "A page of sessions.", body = Page<SessionRow>), Refused),
)]
async fn list(
    _: Administrator,
    State(state): State<AppState>,
    Now(now): Now,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<SessionRow>>, Problem> {
    let query = Fields::of_query(query.as_deref(), &["user", "after", "limit"])?;
    let after = query.parsed("after", "the id of a session", SessionId::parse)?;
    let start = Start { after, limit: limit(&query)? };
    let show = |session: Session| SessionRow::new(session, now, &state).map(Some);
    let Some(who) = query.text("user")? else {
        let read = |after, count| state.reader().sessions_after(after, count);
        return page(start, read, |session| session.id, show).map(Json);
    };
    let user = person::find(who, &state)?;
    let read = |after: Option<SessionId>, count| {
        // A person has few, so all of them are read and the page is cut from them.
        let own = state.reader().sessions_of(user.id)?.into_iter();
        Ok(own.filter(|session| Some(session.id) > after).take(count).collect())
    };
    page(start, read, |session| session.id, show).map(Json)
}

#[utoipa::path(
    delete,
    path = "/sessions/{id}",
    tag = "house",
    operation_id = "end_session",
    summary = "End a session",
    params(
        ("id" = String, Path, format = "uuid", description = "The session"),
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The session as it was.", body = SessionRow)),
)]
async fn end(
    Administrator(by): Administrator,
    State(state): State<AppState>,
    Now(now): Now,
    PathId(id): PathId,
) -> Result<Json<SessionRow>, Problem> {
    let gone = || {
        not_found(
            "there is no session with that id, or it has ended".to_owned(),
            "see which there are with `licence-server session list`",
        )
    };
    let session = SessionId(id);
    let row = state.reader().session(session)?.ok_or_else(gone)?;
    let row = SessionRow::new(row, now, &state)?;
    let command = EndSession { session, of: None, by: Some(by) };
    done(state.submit(Command::EndSession(command)).await?)?;
    Ok(Json(row))
}

/// What had lapsed and was let go.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
pub struct Purged {
    /// Sessions whose time was over.
    pub sessions: u32,
    /// Seats that were not renewed in time.
    pub leases: u32,
    /// Seats taken along offline whose time was over.
    pub borrowed: u32,
    /// Revocations that no token needs any more.
    pub revocations: u32,
}

#[utoipa::path(
    post,
    path = "/sessions/purge",
    tag = "house",
    operation_id = "purge_sessions",
    summary = "Let go of what has lapsed",
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "How much was let go.", body = Purged)),
)]
async fn purge(_: Administrator, State(state): State<AppState>) -> Result<Json<Purged>, Problem> {
    let Swept { leases, borrowings, sessions, revocations, .. } =
        housekeeping::let_go(&state).await?;
    Ok(Json(Purged { sessions, leases, borrowed: borrowings, revocations }))
}

impl SessionRow {
    pub(super) fn new(session: Session, now: UnixTime, state: &AppState) -> Result<Self, Problem> {
        let site = state.mirror().site();
        let session = session.by_clock_of(&site);
        // A lease that has ended is let go when somebody needs its seat.
        let lease_end = session.lease_end.filter(|end| !now.is_expired(*end));
        Ok(Self {
            id: session.id.to_string(),
            person: Named::of(session.user, state)?,
            device: session.device.as_ref().map(ToString::to_string),
            scope: session.scope.name().to_owned(),
            started_at: session.auth_time.secs(),
            seen_at: session.seen_at.secs(),
            ends_at: session.idle_end(&site).secs(),
            lease_end: lease_end.map(UnixTime::secs),
        })
    }
}
