//! Memory for requests that are waited for: for the rest of a body, or for what a long poll is to tell.
//!
//! What is there when it is looked for is read at once and needs none of it: there are only as many of those as there
//! are threads.

use super::visit::Visit;
use crate::config::AddressPrefix;
use crate::shares::{Crowded, Share, Shares};

/// Bytes for all of them: with everything else it stays below half a gibibyte.
const ALL_BYTES: usize = 128 * 1024 * 1024;

/// The part that anybody may have: a whole institute comes from one address.
const FREE_PART: usize = 2;

/// The part that each address may have where others have that. Whoever wants all of it for themselves needs as many
/// addresses as for all connections; a larger table of people comes in on the server's own machine then.
const OWN_PART: usize = 64;

/// What a request costs beside its head and its body for as long as it waits: its task, its stream, its time.
const REQUEST_BYTES: usize = 8 * 1024;

/// What all requests have. Cheap to clone.
#[derive(Clone)]
pub(crate) struct WaitingRoom(Shares);

/// What one request has of it; nothing, until it waits.
pub(crate) struct Claim {
    /// `None` for whoever needs no room.
    room: Option<Shares>,
    from: Option<AddressPrefix>,
    share: Option<Share>,
}

impl Default for WaitingRoom {
    fn default() -> Self {
        Self::of_bytes(ALL_BYTES)
    }
}

impl WaitingRoom {
    pub(super) fn of_bytes(all: usize) -> Self {
        let what = "bytes of requests that wait";
        Self(Shares::bounded(what, all / OWN_PART, all / FREE_PART, all))
    }

    /// For a visitor. Whoever administers the server on its own machine comes in when others have filled it.
    pub(super) fn claim_of(&self, visit: &Visit) -> Claim {
        let claim = self.claim(visit.client.prefix());
        if visit.local_admin.is_some() { Claim { room: None, ..claim } } else { claim }
    }

    /// For a request from an address. What comes from this machine is counted only in all: a proxy on it may speak
    /// for everybody.
    pub(super) fn claim(&self, from: Option<AddressPrefix>) -> Claim {
        let from = from.filter(|prefix| !prefix.is_loopback());
        Claim { room: Some(self.0.clone()), from, share: None }
    }

    /// All of it, but for less than any request costs.
    #[cfg(test)]
    pub(crate) fn taken_by_others(&self) -> Claim {
        let mut others = self.claim(None);
        let bytes = (0..).step_by(REQUEST_BYTES / 2);
        bytes.map_while(|bytes| others.keep(bytes).ok()).for_each(drop);
        others
    }

    /// How many bytes are taken.
    #[cfg(test)]
    pub(super) fn taken(&self) -> usize {
        self.0.all()
    }
}

impl Claim {
    /// Has so many bytes of head and body kept while the request waits.
    ///
    /// # Errors
    /// [`Crowded`].
    pub(super) fn keep(&mut self, bytes: usize) -> Result<(), Crowded> {
        let bytes = bytes.saturating_add(REQUEST_BYTES);
        match (&mut self.share, &self.room) {
            (_, None) => Ok(()),
            (Some(share), Some(_)) => share.grow_to(bytes),
            (None, Some(room)) => {
                self.share = Some(room.take_many(self.from, bytes)?);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(room: &WaitingRoom, from: &str) -> Claim {
        room.claim(Some(AddressPrefix::of(from.parse().unwrap())))
    }

    #[test]
    fn one_address_leaves_room_for_the_others_and_all_have_so_much_together() {
        let room = WaitingRoom::default();
        let next = |from: &str| {
            let mut claim = claim(&room, from);
            claim.keep(0).is_ok().then_some(claim)
        };
        let fill = |from: &str| std::iter::from_fn(|| next(from)).collect::<Vec<_>>();
        let one = fill("192.0.2.1");
        assert_eq!(one.len(), ALL_BYTES / REQUEST_BYTES / FREE_PART);
        let other = fill("192.0.2.2");
        assert_eq!(other.len(), ALL_BYTES / REQUEST_BYTES / OWN_PART);
        let own = fill("127.0.0.1");
        assert_eq!(one.len() + other.len() + own.len(), ALL_BYTES / REQUEST_BYTES);
        drop(one);
        assert!(next("192.0.2.3").is_some());
        assert_eq!(other.len() + own.len(), room.taken() / REQUEST_BYTES);
    }
}
