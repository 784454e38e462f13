//! HTTP: the app, what is around its routes, and one file per endpoint.

mod addresses;
mod app;
mod body_watch;
mod client_address;
mod cookie;
mod cors;
mod csrf;
mod extract;
mod known_device;
mod long_poll;
mod ndjson;
mod openapi;
mod page;
mod problem;
mod request_id;
mod request_time;
mod routes;
pub(crate) mod server_timing;
mod spa;
mod surroundings;
mod visit;
mod waiting_room;
mod written;

pub use app::{Answer, App, app, metrics_app};
pub use client_address::{Client, Peer};
pub use extract::open_admin_door;
pub use openapi::document as openapi_document;
pub use problem::Problem;
pub use request_time::{RequestTime, Stopping, Wait};
pub use routes::{LicenceInForce, SeatsInUse, admin, paths};
pub use visit::Visit;
pub(crate) use waiting_room::WaitingRoom;

#[cfg(test)]
pub(crate) mod testing;
