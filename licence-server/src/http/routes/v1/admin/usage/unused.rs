//! `GET /v1/admin/usage/unused[?names=&after=&limit=]`: accounts with which nobody ever took a seat.

use axum::Json;
use axum::extract::{RawQuery, State};
use licence_core::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::domain::User;
use crate::http::extract::{Administrator, Fields};
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::http::routes::v1::admin::page::{Page, PageSize, Start, limit, page};
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(list))
}

/// An account with which nobody ever took a seat.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct UnusedRow {
    /// The person's id.
    #[schema(format = "uuid")]
    pub id: String,
    /// When the person was registered, in Unix seconds.
    #[schema(format = "unixtime")]
    pub created_at: i64,
    /// Whether the person may sign in.
    pub is_enabled: bool,
    /// Whether there is a password to sign in with.
    pub has_password: bool,
    /// The name to sign in with, where names were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The e-mail address, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

#[utoipa::path(
    get,
    path = "/usage/unused",
    tag = "house",
    operation_id = "list_unused",
    summary = "Which accounts were never used?",
    params(
        ("names" = Option<bool>, Query, description = "Whether to say whose they are"),
        ("after" = Option<String>, Query, format = "uuid", description = "`next` of the page before"),
        PageSize,
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "A page of accounts that never had a seat.", body = Page<UnusedRow>)),
)]
async fn list(
    _: Administrator,
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<UnusedRow>>, Problem> {
    let query = Fields::of_query(query.as_deref(), &["names", "after", "limit"])?;
    let with_names = query.switch("names")?.unwrap_or(false);
    let after = query.parsed("after", "the id of a person", UserId::parse)?;
    let start = Start { after, limit: limit(&query)? };
    let read = |after, count| state.reader().users_after(after, count);
    let pick = |user: User| {
        let row = UnusedRow::of(&user);
        let named = |row: UnusedRow| UnusedRow {
            username: Some(user.username.to_string()),
            email: user.email.as_ref().map(ToString::to_string),
            ..row
        };
        let is_unused = user.last_seat.is_none();
        Ok(is_unused.then(|| if with_names { named(row) } else { row }))
    };
    page(start, read, |user| user.id, pick).map(Json)
}

impl UnusedRow {
    fn of(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            created_at: user.created.secs(),
            is_enabled: user.is_enabled(),
            has_password: user.credential.is_some(),
            username: None,
            email: None,
        }
    }
}
