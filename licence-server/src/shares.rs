//! So much of something for one address at a time: connections, passwords that wait to be checked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::AddressPrefix;

/// What addresses share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shares(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// What it is, for the log.
    what: &'static str,
    max: usize,
    taken: Mutex<HashMap<AddressPrefix, Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    count: usize,
    /// Whether somebody was turned away, which is told once.
    is_told: bool,
}

/// One of what an address has; given back when it is dropped.
#[derive(Debug)]
pub struct Share {
    prefix: AddressPrefix,
    shares: Shares,
}

/// This address has as many as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowded;

impl Shares {
    /// So many for each address.
    #[must_use]
    pub fn new(what: &'static str, max: usize) -> Self {
        Self(Arc::new(Shared { what, max, taken: Mutex::default() }))
    }

    /// Takes one for an address.
    ///
    /// # Errors
    /// [`Crowded`].
    pub fn take(&self, prefix: AddressPrefix) -> Result<Share, Crowded> {
        let Shared { what, max, taken } = &*self.0;
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = taken.entry(prefix).or_default();
        if entry.count < *max {
            entry.count += 1;
            return Ok(Share { prefix, shares: self.clone() });
        }
        if !entry.is_told {
            entry.is_told = true;
            tracing::warn!(%prefix, max, "too many {what} from one address");
        }
        Err(Crowded)
    }

    fn give_back(&self, prefix: AddressPrefix) {
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = taken.get_mut(&prefix) {
            entry.count = entry.count.saturating_sub(1);
            if entry.count == 0 {
                taken.remove(&prefix);
            }
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.shares.give_back(self.prefix);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> AddressPrefix {
        AddressPrefix::of(text.parse().unwrap())
    }

    #[test]
    fn an_address_has_so_many_and_gets_them_back() {
        let shares = Shares::new("of them", 2);
        let one = shares.take(prefix("2001:db8::1")).unwrap();
        let _other = shares.take(prefix("2001:db8::2")).unwrap();
        assert_eq!(shares.take(prefix("2001:db8::3")).unwrap_err(), Crowded);
        let _neighbour = shares.take(prefix("2001:db8:0:1::1")).unwrap();
        drop(one);
        let _next = shares.take(prefix("2001:db8::3")).unwrap();
    }

    #[test]
    fn who_has_nothing_is_not_remembered() {
        let shares = Shares::new("of them", 1);
        drop(shares.take(prefix("192.0.2.1")).unwrap());
        let none = Shares::new("of them", 0);
        none.take(prefix("192.0.2.1")).unwrap_err();
        assert!(shares.0.taken.lock().unwrap().is_empty());
    }
}
