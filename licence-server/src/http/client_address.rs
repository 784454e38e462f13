//! Who sends a request, as far as it can be known: the peer of the connection, or whom a trusted
//! proxy speaks for.
//!
//! What anyone else says in such headers is taken off the request, so that no route reads it.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, header};

use crate::config::{AddressPrefix, ForwardedHeader, Network};
use crate::state::AppState;

mod chain;

use self::chain::Hop;

/// The other end of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// It came over the network.
    Network(IpAddr),
    /// It came through the socket in the data directory.
    Local,
}

/// Who sent the request, as far as it came through a listener.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// The address; `None` for who came through the socket in the data directory.
    pub address: Option<IpAddr>,
    /// The scheme that the client used, where a trusted proxy says so: `http` or `https`.
    pub scheme: Option<String>,
    /// The host that the client asked for, where a trusted proxy says so.
    pub host: Option<String>,
}

impl Client {
    /// Who shares limits with this client; `None` for who came through the socket.
    #[must_use]
    pub fn prefix(&self) -> Option<AddressPrefix> {
        self.address.map(AddressPrefix::of)
    }

    fn of(peer: Option<Peer>, headers: &HeaderMap, rule: Rule<'_>) -> Self {
        match peer {
            Some(Peer::Network(peer)) if rule.trusts(peer) => rule.spoken_for(peer, headers),
            Some(Peer::Network(peer)) => {
                Self { address: Some(peer.to_canonical()), ..Self::default() }
            }
            Some(Peer::Local) | None => Self::default(),
        }
    }
}

/// The headers with which proxies say whom they speak for.
const FORWARDED: [HeaderName; 4] =
    [header::FORWARDED, chain::X_FORWARDED_FOR, chain::X_FORWARDED_PROTO, chain::X_FORWARDED_HOST];

/// What programs that watch the server ask for.
const WATCHED: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Whom to believe, and where to read.
#[derive(Clone, Copy)]
struct Rule<'c> {
    trusted: &'c [Network],
    header: ForwardedHeader,
}

impl Rule<'_> {
    fn trusts(self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    /// Goes back along the chain of proxies for as long as each is trusted, and stops at the first
    /// that is not: that is the client, and what it says of those before it is its own invention.
    fn spoken_for(self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let mut client = Client { address: Some(peer.to_canonical()), ..Client::default() };
        for Hop { address, scheme, host } in chain::backwards(self.header, headers) {
            // The proxy hides it, or wrote nonsense: what is known ends with the proxy itself.
            let Some(address) = address else { break };
            client = Client { address: Some(address.to_canonical()), scheme, host };
            if !self.trusts(address) {
                break;
            }
        }
        client
    }
}

/// The [`Client`] of a request that came over a connection from `peer`.
pub(super) fn resolve(request: &mut Request, peer: Option<Peer>, state: &AppState) -> Client {
    let config = state.config();
    let rule = Rule { trusted: &config.trusted_proxies, header: config.forwarded_header };
    let client = Client::of(peer, request.headers(), rule);
    // Most requests say nothing, and have fewer headers than each of these would cost to look for.
    let says = request.headers().keys().any(|name| FORWARDED.contains(name));
    if says {
        FORWARDED.iter().for_each(|name| drop(request.headers_mut().remove(name)));
    }
    if let Some(Peer::Network(peer)) = peer {
        // Whoever watches the server comes often, and not by the way that people come.
        if !WATCHED.contains(&request.uri().path()) {
            let unbelieved = (says && !rule.trusts(peer)).then(|| peer.to_canonical());
            state.note_network_request(unbelieved);
        }
    }
    client
}

#[cfg(test)]
mod tests;
