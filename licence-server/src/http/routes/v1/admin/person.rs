//! People as an administrator names them: by id, or by a name with which they sign in.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use licence_core::{Text, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::page::not_found;
use crate::domain::{LoginName, User};
use crate::http::problem::Problem;
use crate::state::AppState;
use crate::store::StoreError;

/// A person's id or name in a path.
pub(super) struct Who(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // What is not in UTF-8 is nobody's name.
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(who)| Self(who)).map_err(|_| nobody(""))
    }
}

/// The person with that id or name.
///
/// # Errors
/// `not_found`.
pub(super) fn find(who: &str, state: &AppState) -> Result<User, Problem> {
    let by_id = match UserId::parse(who) {
        Some(id) => state.reader().user(id)?,
        None => None,
    };
    let found = match Text::parse(who) {
        Some(name) if by_id.is_none() => state.reader().user_by_name(&LoginName::of(&name))?,
        Some(_) | None => by_id,
    };
    found.ok_or_else(|| nobody(who))
}

fn nobody(who: &str) -> Problem {
    let detail = match Text::parse(who) {
        Some(who) => format!("nobody is registered as `{who}`"),
        None => "nobody is registered under that name".to_owned(),
    };
    not_found(detail, "see who is there with `licence-server user list`")
}

/// A person as lists name them.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct Named {
    /// The id, which is `sub` in access tokens.
    #[schema(format = "uuid")]
    pub user: String,
    /// The name to sign in with; absent where the account was taken away since, and of a seat
    /// that is held back after a restore or a reset of the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// An e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Named {
    /// Looks a person up.
    pub(super) fn of(id: UserId, state: &AppState) -> Result<Self, StoreError> {
        let user = state.reader().user(id)?;
        Ok(Self {
            user: id.to_string(),
            username: user.as_ref().map(|user| user.username.to_string()),
            email: user.and_then(|user| user.email).map(|email| email.to_string()),
        })
    }
}
