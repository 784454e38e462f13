//! HTTP: the app, its layers, and one file per endpoint.

mod app;
mod body_watch;
mod cookie;
mod csrf;
mod extract;
mod layers;
mod problem;
mod routes;
mod spa;

pub use app::app;
pub use extract::open_admin_door;
pub use problem::Problem;
pub use routes::{
    InstalledLicence, LicenceInForce, LicenceInstallation, NewUser, SeatsInUse, paths,
};

#[cfg(test)]
mod testing;
