//! `GET /v1/admin/users[?search=&disabled=&applicants=&after=&limit=]` and `GET /v1/admin/users/{who}`.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use licence_core::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::UserRow;
use crate::domain::{LoginName, Standing, User};
use crate::http::extract::{Administrator, Fields};
use crate::http::openapi::Routes;
use crate::http::problem::Problem;
use crate::http::routes::v1::admin::page::{Page, PageSize, Start, limit, page};
use crate::http::routes::v1::admin::person::{self, Who};
use crate::http::routes::v1::condition::etag;
use crate::state::AppState;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(list)).routes(routes!(show))
}

/// A person's account, and where the person is signed in.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct UserShown {
    /// The account.
    #[serde(flatten)]
    pub user: UserRow,
    /// How many sessions there are.
    pub sessions: usize,
    /// How many of them hold a seat.
    pub sessions_seated: usize,
}

#[utoipa::path(
    get,
    path = "/users",
    tag = "people",
    operation_id = "list_users",
    summary = "Who is registered?",
    params(
        ("search" = Option<String>, Query, min_length = 1, max_length = 200, description = "A part of a name or an address"),
        ("disabled" = Option<bool>, Query, description = "Only those who may not sign in, or only those who may"),
        ("applicants" = Option<bool>, Query, description = "Only those who asked to be registered, or only the others"),
        ("after" = Option<String>, Query, format = "uuid", description = "`next` of the page before"),
        PageSize,
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "A page of accounts.", body = Page<UserRow>)),
)]
async fn list(
    _: Administrator,
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
) -> Result<Json<Page<UserRow>>, Problem> {
    let query = Fields::of_query(
        query.as_deref(),
        &["search", "disabled", "applicants", "after", "limit"],
    )?;
    let filter = Filter::read(&query)?;
    let after = query.parsed("after", "the id of a person", UserId::parse)?;
    let start = Start { after, limit: limit(&query)? };
    let read = |after, count| state.reader().users_after(after, count);
    let pick = |user: User| Ok(filter.admits(&user).then(|| UserRow::new(&user)));
    page(start, read, |user| user.id, pick).map(Json)
}

/// Whom a list is asked for.
struct Filter {
    /// A part of a name or an address, as names are looked up.
    search: Option<LoginName>,
    is_disabled: Option<bool>,
    is_applicant: Option<bool>,
}

impl Filter {
    fn read(query: &Fields) -> Result<Self, Problem> {
        Ok(Self {
            search: query.written("search")?.as_ref().map(LoginName::of),
            is_disabled: query.switch("disabled")?,
            is_applicant: query.switch("applicants")?,
        })
    }

    fn admits(&self, user: &User) -> bool {
        let names = || [Some(&user.username), user.email.as_ref()].into_iter().flatten();
        let is_found = |part: &LoginName| {
            names().any(|name| LoginName::of(name).as_str().contains(part.as_str()))
        };
        self.search.as_ref().is_none_or(is_found)
            && self.is_disabled.is_none_or(|wanted| wanted != user.is_enabled())
            && self.is_applicant.is_none_or(|wanted| wanted == (user.standing == Standing::Applied))
    }
}

#[utoipa::path(
    get,
    path = "/users/{who}",
    tag = "people",
    operation_id = "show_user",
    summary = "One account",
    params(
        ("who" = String, Path, description = "The person's id, or a name with which they sign in", example = "m.curie"),
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The account, and where the person is signed in.", body = UserShown, headers(("ETag" = String, description = "The version, to give as `If-Match`")))),
)]
async fn show(
    _: Administrator,
    State(state): State<AppState>,
    Who(who): Who,
) -> Result<Response, Problem> {
    let user = person::find(&who, &state)?;
    let sessions = state.reader().sessions_of(user.id)?;
    let shown = UserShown {
        user: UserRow::new(&user),
        sessions: sessions.len(),
        sessions_seated: sessions.iter().filter(|row| row.lease_end.is_some()).count(),
    };
    // Of what administrators change: that the person signed in meanwhile is in nobody's way.
    Ok(([(header::ETAG, etag(user.version))], Json(shown)).into_response())
}
