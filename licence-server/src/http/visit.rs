//! What is known of a request beside what it says itself.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use licence_core::UnixTime;

use super::client_address::{Client, Peer};
use super::extract::LocalAdmin;
use super::request_time::{RequestTime, Stopping};

/// The one extension for all of it: each is a piece of memory of its own, and they lie in a map that is made
/// anew when it grows. It comes with every request, and is put into it once the surroundings have filled it in.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    /// The other end of the connection.
    pub(super) peer: Option<Peer>,
    /// Who sends the request, once that is resolved.
    pub(super) client: Client,
    /// Whether it came through the door of the server's own machine.
    pub(super) local_admin: Option<LocalAdmin>,
    /// Whether the server was told to stop; whoever limits the request's time takes it.
    pub(super) stopping: Option<Stopping>,
    /// The time that it has.
    pub(super) time: RequestTime,
    /// The time to judge the request by, once somebody asked for it.
    pub(super) now: Option<UnixTime>,
}

impl Visit {
    /// A request that came over a connection from `peer`, to a server that is told to stop by `stopping`.
    #[must_use]
    pub fn new(peer: Peer, stopping: Stopping) -> Self {
        Self { peer: Some(peer), stopping: Some(stopping), ..Self::default() }
    }

    /// What is known; nothing, where a request came through no listener.
    pub(super) fn of(extensions: &mut Extensions) -> &mut Self {
        extensions.get_or_insert_default()
    }
}

impl<S: Sync> FromRequestParts<S> for RequestTime {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Visit::of(&mut parts.extensions).time.clone())
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Visit::of(&mut parts.extensions).client.clone())
    }
}
