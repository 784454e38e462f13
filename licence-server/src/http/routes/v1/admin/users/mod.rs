//! `/v1/admin/users`: people and their accounts.

mod add;
mod change;
mod list;
#[cfg(test)]
mod tests;

use licence_core::limits::ROLES_MAX;
use licence_core::{Role, UnixTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::User;
use crate::http::extract::Fields;
use crate::http::openapi::Routes;
use crate::http::problem::Problem;

pub use add::NewUser;
pub use change::ChangedUser;
pub use list::UserShown;

pub(super) fn router() -> Routes {
    Routes::new().merge(add::router()).merge(list::router()).merge(change::router())
}

/// A person's account. Times are Unix seconds.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct UserRow {
    /// The id, which is `sub` in access tokens.
    #[schema(format = "uuid")]
    pub id: String,
    /// The name to sign in with.
    pub username: String,
    /// An e-mail address, to sign in with as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What the person may do.
    pub roles: Vec<String>,
    /// The id in an older system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext_id: Option<String>,
    /// When the person was registered.
    #[schema(format = "unixtime")]
    pub created_at: i64,
    /// Whether the person may sign in.
    pub is_enabled: bool,
    /// Whether there is a password to sign in with.
    pub has_password: bool,
}

impl UserRow {
    fn new(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            username: user.username.to_string(),
            email: user.email.as_ref().map(ToString::to_string),
            roles: user.roles.iter().map(ToString::to_string).collect(),
            ext_id: user.ext_id.as_ref().map(ToString::to_string),
            created_at: UnixTime::secs(user.created),
            is_enabled: user.is_enabled,
            has_password: user.credential.is_some(),
        }
    }
}

/// The roles that a body names, in one order and each once.
fn roles(fields: &Fields) -> Result<Vec<Role>, Problem> {
    let wrong = || {
        Problem::invalid_request(format!(
            "`roles` must be at most {ROLES_MAX} identifiers of `A-Z a-z 0-9 . _ -`"
        ))
    };
    let names = fields.list("roles")?;
    let mut roles: Vec<Role> =
        names.iter().map(|name| Role::parse(name).ok_or_else(wrong)).collect::<Result<_, _>>()?;
    roles.sort();
    roles.dedup();
    if roles.len() > ROLES_MAX { Err(wrong()) } else { Ok(roles) }
}
