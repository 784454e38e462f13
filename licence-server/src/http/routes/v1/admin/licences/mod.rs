//! `/v1/admin/licences`: what was installed, and what is to be.

mod install;
mod list;
#[cfg(test)]
mod tests;

use crate::http::openapi::Routes;

pub use install::{Installed, InstalledLicence, InstalledRevocations, LicenceInstallation};
pub use list::LicenceRow;

pub(super) fn router() -> Routes {
    Routes::new().merge(install::router()).merge(list::router())
}
