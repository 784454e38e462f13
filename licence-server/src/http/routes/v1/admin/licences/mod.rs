//! `/v1/admin/licences`: what was installed, and what is to be.

mod install;
mod list;
mod standing;
#[cfg(test)]
mod tests;

use crate::http::openapi::Routes;

pub use install::{Installed, InstalledLicence, InstalledRevocations};
pub use list::LicenceRow;
pub use standing::LicenceStanding;

pub(super) fn router() -> Routes {
    Routes::new().merge(install::router()).merge(list::router())
}
