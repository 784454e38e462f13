//! `POST /v1/admin/seats/release`: takes a person's seat away. The logins stay, their access tokens
//! open nothing from then on, and the seat is the queue's, or is kept for `for` for five minutes.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::{Command, ReleaseSeat};
use crate::http::extract::{Administrator, Fields, Now};
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done};
use crate::http::routes::v1::admin::person;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(release))
}

problems!(Refused: NotFound);

/// Whose seat is released, and for whom.
#[derive(ToSchema)]
#[expect(dead_code, reason = "for readers of the API: the handler takes each field by its name")]
struct ReleaseRequest {
    /// Who has it: an id, or a name with which they sign in.
    #[schema(example = "m.curie")]
    user: String,
    /// For whom it is kept for five minutes; else it is the queue's.
    #[schema(rename = "for")]
    heir: Option<String>,
}

/// What was released.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ReleasedSeat {
    /// Whose seat it was.
    #[schema(format = "uuid")]
    pub user: String,
    /// The name of that person.
    pub username: String,
    /// How many sessions held it; none where there was nothing to release.
    pub sessions: usize,
    /// Leases with which the person keeps a seat all the same, because it was taken along offline.
    pub borrowed: Vec<String>,
    /// The name of the person for whom it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept_for: Option<String>,
}

#[utoipa::path(
    post,
    path = "/seats/release",
    tag = "house",
    operation_id = "release_seat",
    summary = "Take a person's seat away",
    request_body(content(
        (ReleaseRequest = "application/x-www-form-urlencoded"),
        (ReleaseRequest = "application/json"),
    )),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "What was released.", body = ReleasedSeat), Refused),
)]
async fn release(
    Administrator(by): Administrator,
    State(state): State<AppState>,
    Now(now): Now,
    fields: Fields,
) -> Result<Json<ReleasedSeat>, Problem> {
    let user = person::find(fields.needed("user")?, &state)?;
    let heir = fields.text("for")?.map(|who| person::find(who, &state)).transpose()?;
    if let Some(heir) = heir.as_ref().filter(|heir| !heir.is_enabled()) {
        return Err(Problem::invalid_request(format!(
            "`{}` is disabled and cannot use a seat",
            heir.username
        )));
    }
    let sessions = state.reader().sessions_of(user.id)?;
    let held = |end| !now.is_expired(end);
    let sessions = sessions.iter().filter(|session| session.lease_end.is_some_and(held)).count();
    let reserve_for = heir.as_ref().map(|heir| heir.id);
    let command = ReleaseSeat { user: user.id, reserve_for, by };
    done(state.submit(Command::ReleaseSeat(command)).await?)?;
    let borrowed = state.reader().borrowings()?.into_iter();
    let borrowed = borrowed.filter(|row| row.user == user.id && row.is_out && held(row.end));
    Ok(Json(ReleasedSeat {
        user: user.id.to_string(),
        username: user.username.to_string(),
        sessions,
        borrowed: borrowed.map(|row| row.id.to_string()).collect(),
        kept_for: heir.map(|heir| heir.username.to_string()),
    }))
}
