//! Administration: what commands ask for, over the socket in the data directory or in process.

mod licences;
mod users;

use axum::Router;

use crate::state::AppState;

pub use licences::{InstalledLicence, LicenceInstallation};
pub use users::NewUser;

pub(super) fn router() -> Router<AppState> {
    Router::new().merge(licences::router()).merge(users::router())
}
