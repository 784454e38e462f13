//! A request that waits for what may happen at any time: for a seat, or for news.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::request_time::{RequestTime, Wait};
use super::visit::Visit;
use super::waiting_room::Claim;
use crate::config::AddressPrefix;
use crate::shares::Crowded;
use crate::state::AppState;

/// What a handler needs to wait for as long as its caller asks it to.
#[derive(Clone, Debug)]
pub(crate) struct LongPoll {
    time: RequestTime,
    from: Option<AddressPrefix>,
}

/// The request's time does not count, and there is room for it, for as long as this is kept.
#[must_use = "the request's time counts again when this is dropped"]
pub(crate) struct LongWait {
    _time: Wait,
    _room: Claim,
}

impl LongPoll {
    /// Begins to wait. The room is for what any request costs: its head and its body are to be let go before.
    ///
    /// # Errors
    /// [`Crowded`], where too many wait already.
    pub(crate) fn begin(&self, state: &AppState) -> Result<LongWait, Crowded> {
        let mut room = state.waiting_room().claim(self.from);
        room.keep(0)?;
        Ok(LongWait { _time: self.time.wait(), _room: room })
    }
}

impl<S: Sync> FromRequestParts<S> for LongPoll {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let visit = Visit::of(&mut parts.extensions);
        Ok(Self { time: visit.time.clone(), from: visit.client.prefix() })
    }
}
