//! `/v1/admin/licences`: what was installed, and what is to be.

mod install;
mod list;
#[cfg(test)]
mod tests;

use axum::Router;

use crate::state::AppState;

pub use install::{Installed, InstalledLicence, InstalledRevocations, LicenceInstallation};
pub use list::LicenceRow;

pub(super) fn router() -> Router<AppState> {
    Router::new().merge(install::router()).merge(list::router())
}
