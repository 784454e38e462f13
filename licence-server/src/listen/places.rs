//! Places for connections: so many in total, and so many for one address.

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::{AddressPrefix, Network};
use crate::shares::{Crowded, Share, Shares};

/// All places of a door.
#[derive(Clone, Debug)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    shares: Shares,
    /// Those who speak for many.
    uncounted: Arc<[Network]>,
}

/// One place; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _one: OwnedSemaphorePermit,
    _counted: Option<Share>,
}

impl Places {
    pub(super) fn new(max: usize, per_address: usize, uncounted: Vec<Network>) -> Self {
        Self {
            all: Arc::new(Semaphore::new(max)),
            shares: Shares::new("connections", per_address),
            uncounted: uncounted.into(),
        }
    }

    /// How many are free.
    pub(super) fn free(&self) -> usize {
        self.all.available_permits()
    }

    /// Waits for a free one; `None` where there will never be another.
    pub(super) async fn next(&self) -> Option<Place> {
        let one = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Place { _one: one, _counted: None })
    }

    /// Gives a place to an address.
    ///
    /// # Errors
    /// [`Crowded`] where its prefix has as many as it may.
    pub(super) fn give(&self, place: Place, address: IpAddr) -> Result<Place, Crowded> {
        if self.is_uncounted(address) {
            return Ok(place);
        }
        let counted = self.shares.take(Some(AddressPrefix::of(address)))?;
        Ok(Place { _counted: Some(counted), ..place })
    }

    fn is_uncounted(&self, address: IpAddr) -> bool {
        address.to_canonical().is_loopback()
            || self.uncounted.iter().any(|network| network.contains(address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn an_address_has_so_many_places_and_gets_them_back() {
        let places = Places::new(10, 2, Vec::new());
        let give = async |text: &str| places.give(places.next().await.unwrap(), address(text));
        let one = give("2001:db8::1").await.unwrap();
        let _other = give("2001:db8::2").await.unwrap();
        assert_eq!(give("2001:db8::3").await.unwrap_err(), Crowded);
        let _neighbour = give("2001:db8:0:1::1").await.unwrap();
        drop(one);
        let _next = give("2001:db8::3").await.unwrap();
        assert_eq!(places.free(), 7);
    }

    #[tokio::test]
    async fn who_speaks_for_many_is_not_counted() {
        let places = Places::new(10, 0, vec!["10.0.0.0/8".parse().unwrap()]);
        let give = async |text: &str| places.give(places.next().await.unwrap(), address(text));
        for uncounted in ["10.0.0.1", "127.0.0.1", "::1", "::ffff:10.0.0.1"] {
            give(uncounted).await.unwrap();
        }
        give("11.0.0.1").await.unwrap_err();
    }
}
