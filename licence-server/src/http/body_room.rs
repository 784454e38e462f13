//! Memory for bodies of which the client still owes a part.
//!
//! What has come whole is read at once and needs none of it: there are only as many of those as there are threads.

use crate::config::AddressPrefix;
use crate::shares::{Crowded, Share, Shares};

/// Bytes for all of them: with everything else it stays below half a gibibyte.
const ALL_BYTES: usize = 128 * 1024 * 1024;

/// The part that anybody may have: a whole institute comes from one address.
const FREE_PART: usize = 2;

/// The part that each address may have where others have the rest: the largest table of people has room in it.
const OWN_PART: usize = 8;

/// What a request costs beside its head and its body for as long as it waits: its task, its stream, its time.
const REQUEST_BYTES: usize = 8 * 1024;

/// What all bodies have. Cheap to clone.
#[derive(Clone)]
pub(crate) struct BodyRoom(Shares);

/// What one request has of it; nothing, until it waits.
pub(super) struct Claim {
    room: Shares,
    from: Option<AddressPrefix>,
    share: Option<Share>,
}

impl Default for BodyRoom {
    fn default() -> Self {
        Self::of_bytes(ALL_BYTES)
    }
}

impl BodyRoom {
    pub(super) fn of_bytes(all: usize) -> Self {
        let what = "bytes of bodies under way";
        Self(Shares::bounded(what, all / OWN_PART, all / FREE_PART, all))
    }

    /// For a request from an address. What comes from this machine is counted only in all: a proxy on it may speak
    /// for everybody.
    pub(super) fn claim(&self, from: Option<AddressPrefix>) -> Claim {
        let from = from.filter(|prefix| !prefix.is_loopback());
        Claim { room: self.0.clone(), from, share: None }
    }

    /// How many bytes are under way.
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
        match &mut self.share {
            Some(share) => share.grow_to(bytes),
            None => {
                self.share = Some(self.room.take_many(self.from, bytes)?);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(room: &BodyRoom, from: &str) -> Claim {
        room.claim(Some(AddressPrefix::of(from.parse().unwrap())))
    }

    #[test]
    fn one_address_leaves_room_for_the_others_and_all_have_so_much_together() {
        let room = BodyRoom::default();
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
