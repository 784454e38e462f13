//! `/v1/admin/seats`: who holds a seat, who waits for one, and how one is made free.

mod borrowed;
mod held_back;
mod list;
mod queue;
mod release;
#[cfg(test)]
mod tests;

use crate::http::openapi::Routes;

pub use borrowed::WrittenOff;
pub use held_back::HeldBackWrittenOff;
pub use list::{SeatList, SeatRow};
pub use queue::PlaceRow;
pub use release::ReleasedSeat;

pub(super) fn router() -> Routes {
    Routes::new()
        .merge(list::router())
        .merge(queue::router())
        .merge(release::router())
        .merge(borrowed::router())
        .merge(held_back::router())
}
