//! `POST /v1/admin/users/{who}/disable`, `/enable` and `DELETE /v1/admin/users/{who}`: what takes something
//! away ends the person's sessions with it.

use axum::Json;
use axum::extract::State;
use licence_core::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::UserRow;
use crate::domain::{ChangeUser, Command, User, UserChange};
use crate::http::extract::Administrator;
use crate::http::openapi::{Routes, problems};
use crate::http::problem::{Problem, done};
use crate::http::routes::v1::admin::person::{self, Who};
use crate::state::AppState;
use crate::store::StoreError;

pub(super) fn router() -> Routes {
    Routes::new().routes(routes!(erase)).routes(routes!(disable)).routes(routes!(enable))
}

problems!(Refused: RegisteredFull);

/// An account that was changed or taken away.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ChangedUser {
    /// The account after the change; before it, where it was taken away.
    #[serde(flatten)]
    pub user: UserRow,
    /// How many sessions ended with the change.
    pub sessions_ended: usize,
    /// How many people may still administer the server over the network; said where the change took
    /// that from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admins_left: Option<usize>,
}

/// What there was before a change.
pub(super) struct Before {
    pub(super) user: User,
    sessions: usize,
}

impl Before {
    pub(super) fn of(user: User, state: &AppState) -> Result<Self, StoreError> {
        let sessions = state.reader().sessions_of(user.id)?.len();
        Ok(Self { user, sessions })
    }
}

impl ChangedUser {
    /// What a change came to.
    pub(super) fn since(before: &Before, state: &AppState) -> Result<Self, StoreError> {
        let after = state.reader().user(before.user.id)?;
        let sessions_left = state.reader().sessions_of(before.user.id)?.len();
        let is_admin_no_more =
            may_administer(&before.user) && !after.as_ref().is_some_and(may_administer);
        Ok(Self {
            user: UserRow::new(after.as_ref().unwrap_or(&before.user)),
            sessions_ended: before.sessions.saturating_sub(sessions_left),
            admins_left: if is_admin_no_more { Some(count_admins(state)?) } else { None },
        })
    }
}

#[utoipa::path(
    post,
    path = "/users/{who}/disable",
    tag = "people",
    operation_id = "disable_user",
    summary = "Keep a person out",
    params(
        ("who" = String, Path, description = "The person's id, or a name with which they sign in", example = "m.curie"),
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The account; its sessions have ended.", body = ChangedUser)),
)]
async fn disable(
    by: Administrator,
    State(state): State<AppState>,
    Who(who): Who,
) -> Result<Json<ChangedUser>, Problem> {
    change(&who, UserChange::Disable, by, &state).await
}

#[utoipa::path(
    post,
    path = "/users/{who}/enable",
    tag = "people",
    operation_id = "enable_user",
    summary = "Let a person in",
    params(
        ("who" = String, Path, description = "The person's id, or a name with which they sign in", example = "m.curie"),
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The account.", body = ChangedUser), Refused),
)]
async fn enable(
    by: Administrator,
    State(state): State<AppState>,
    Who(who): Who,
) -> Result<Json<ChangedUser>, Problem> {
    change(&who, UserChange::Enable, by, &state).await
}

#[utoipa::path(
    delete,
    path = "/users/{who}",
    tag = "people",
    operation_id = "erase_user",
    summary = "Take an account away",
    params(
        ("who" = String, Path, description = "The person's id, or a name with which they sign in", example = "m.curie"),
    ),
    security(("bearer" = ["admin"])),
    responses((status = 200, description = "The account as it was.", body = ChangedUser)),
)]
async fn erase(
    by: Administrator,
    State(state): State<AppState>,
    Who(who): Who,
) -> Result<Json<ChangedUser>, Problem> {
    change(&who, UserChange::Erase, by, &state).await
}

async fn change(
    who: &str,
    change: UserChange,
    Administrator(by): Administrator,
    state: &AppState,
) -> Result<Json<ChangedUser>, Problem> {
    let before = Before::of(person::find(who, state)?, state)?;
    let command = ChangeUser { user: before.user.id, change, by: Some(by) };
    done(state.submit(Command::ChangeUser(command)).await?)?;
    Ok(Json(ChangedUser::since(&before, state)?))
}

fn may_administer(user: &User) -> bool {
    user.is_admin() && user.is_enabled()
}

/// Looks at everybody, which is done seldom. It is no rule, so no counter is kept for it.
fn count_admins(state: &AppState) -> Result<usize, StoreError> {
    const STEP: usize = 1000;
    let (mut count, mut after): (usize, Option<UserId>) = (0, None);
    loop {
        let users = state.reader().users_after(after, STEP)?;
        count += users.iter().filter(|user| may_administer(user)).count();
        after = users.last().map(|user| user.id);
        if users.len() < STEP {
            return Ok(count);
        }
    }
}
