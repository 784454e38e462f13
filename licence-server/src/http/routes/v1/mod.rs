pub mod admin;
mod auth;
mod condition;
mod data;
mod licence;
mod log;
mod me;
mod me_data;
mod me_password;
mod new_password;
mod revoked;
mod seats;
mod session_data;
mod sessions;

use licence_core::{AcceptedLicence, Code, UnixTime};

use crate::http::openapi::Routes;

pub use licence::{LicenceInForce, SeatsInUse};

/// Where commands find what they call.
pub(super) mod paths {
    pub use super::admin::paths::*;

    /// The licence in force.
    pub const LICENCE: &str = "/v1/licence";
}

pub(super) fn router() -> Routes {
    Routes::new()
        .nest("/auth", auth::router())
        .nest("/admin", admin::router())
        .merge(licence::router())
        .merge(log::router())
        .merge(me::router())
        .merge(me_data::router())
        .merge(me_password::router())
        .merge(revoked::router())
        .nest("/seats", seats::router())
        .merge(session_data::router())
        .merge(sessions::router())
}

/// Where a licence stands in its life, in one word.
fn state_name(licence: &AcceptedLicence, now: UnixTime) -> &'static str {
    match licence.at(now) {
        Ok(valid) => valid.state().name(),
        Err(refusal) if refusal.code() == Code::NotYetValid => "not_yet",
        Err(refusal) => refusal.code().name(),
    }
}
