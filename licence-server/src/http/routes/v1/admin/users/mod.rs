//! `/v1/admin/users`: people and their accounts.

mod add;
mod change;
mod code;
mod edit;
mod export;
mod import;
mod list;
mod roles;
#[cfg(test)]
mod tests;

use licence_core::{Text, UnixTime};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{CodeKind, OpenCode, Standing, User};
use crate::http::openapi::Routes;

pub use add::NewUser;
pub use change::ChangedUser;
pub use code::{CodeShown, PictureShown, UserWithCode};
pub use export::{ExportedSession, ExportedUser};
pub use import::{IMPORT_BYTES_MAX, Imported, ImportedRow, RowOutcome};
pub use list::UserShown;

pub(super) fn router() -> Routes {
    Routes::new()
        .merge(add::router())
        .merge(list::router())
        .merge(edit::router())
        .merge(change::router())
        .merge(code::router())
        .merge(import::router())
        .merge(export::router())
}

/// A person's account; no answer says more of a password than whether there is one. Times are Unix
/// seconds.
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
    /// What the person may do on this server: `admin` or nothing.
    pub roles: Vec<String>,
    /// What the person may do in the application. Access tokens carry both under `roles`.
    pub app_roles: Vec<String>,
    /// The id in an older system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ext_id: Option<String>,
    /// When the person was registered.
    #[schema(format = "unixtime")]
    pub created_at: i64,
    /// When the person last took a seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "unixtime")]
    pub last_licence_update: Option<i64>,
    /// Whether a code that was handed to the person came back, or an administrator vouches for them.
    pub is_verified: bool,
    /// Whether the person may sign in.
    pub is_enabled: bool,
    /// Whether the person asked to be registered, and no administrator has said yes.
    pub is_applicant: bool,
    /// Whether there is a password to sign in with.
    pub has_password: bool,
    /// A one-time code that was made for the person, and that nobody has redeemed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<OpenCodeRow>,
    /// Rises with each change that an administrator makes; the `ETag`.
    pub version: u64,
}

/// A one-time code that is out. Nobody can read it any more.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct OpenCodeRow {
    /// What it is for: `invitation` or `reset`.
    pub kind: String,
    /// When it is good no more.
    #[schema(format = "unixtime")]
    pub until: i64,
}

impl UserRow {
    fn new(user: &User) -> Self {
        let text = |text: &Text| text.to_string();
        let (roles, app_roles) = roles::parted(&user.roles);
        Self {
            id: user.id.to_string(),
            username: text(&user.username),
            email: user.email.as_ref().map(text),
            roles,
            app_roles,
            ext_id: user.ext_id.as_ref().map(text),
            created_at: user.created.secs(),
            last_licence_update: user.last_seat.map(UnixTime::secs),
            is_verified: user.is_verified,
            is_enabled: user.is_enabled(),
            is_applicant: user.standing == Standing::Applied,
            has_password: user.credential.is_some(),
            code: user.code.as_ref().map(OpenCodeRow::new),
            version: user.version,
        }
    }
}

impl OpenCodeRow {
    fn new(code: &OpenCode) -> Self {
        Self { kind: CodeKind::name(code.kind).to_owned(), until: code.until().secs() }
    }
}
