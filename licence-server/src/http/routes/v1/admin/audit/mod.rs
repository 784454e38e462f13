//! `/v1/admin/audit`: what happened, whether the log is whole, and taking its beginning away.

mod export;
mod filter;
mod list;
mod prune;
#[cfg(test)]
mod tests;
mod verify;

use crate::http::openapi::Routes;

pub(super) use filter::Read;
pub use list::EntryRow;
pub use prune::PrunedLog;
pub use verify::VerifiedLog;
pub(super) use verify::walked;

pub(super) fn router() -> Routes {
    Routes::new().merge(list::router()).merge(verify::router()).merge(prune::router())
}
