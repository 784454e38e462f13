//! So much of something for one address at a time: connections, passwords that wait to be checked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::config::AddressPrefix;

/// What addresses share. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Shares(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// What it is, for the log.
    what: &'static str,
    each: usize,
    free: usize,
    taken: Mutex<Taken>,
}

/// All that are taken, and by whom.
#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by: HashMap<AddressPrefix, Count>,
}

#[derive(Debug, Default)]
struct Count {
    count: usize,
    /// Whether somebody was turned away, which is told once.
    is_told: bool,
}

/// One of what an address has, or of what nobody's limit counts; given back when it is dropped.
#[derive(Debug)]
pub struct Share {
    prefix: Option<AddressPrefix>,
    shares: Shares,
}

/// This address has as many as it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowded;

impl Shares {
    /// So many for each address.
    #[must_use]
    pub fn new(what: &'static str, each: usize) -> Self {
        Self::with_free(what, each, 0)
    }

    /// The same, but as long as fewer than `free` are taken in all, anybody has as many as they like: what nobody
    /// else asks for is denied to nobody. So one address has `free` at most, where that is more than `each`.
    #[must_use]
    pub fn with_free(what: &'static str, each: usize, free: usize) -> Self {
        Self(Arc::new(Shared { what, each, free, taken: Mutex::default() }))
    }

    /// Takes one for an address, or for somebody who is never refused.
    ///
    /// # Errors
    /// [`Crowded`].
    pub fn take(&self, prefix: Option<AddressPrefix>) -> Result<Share, Crowded> {
        let mut taken = self.taken();
        if let Some(prefix) = prefix {
            self.count(prefix, &mut taken)?;
        }
        taken.all = taken.all.saturating_add(1);
        Ok(Share { prefix, shares: self.clone() })
    }

    fn count(&self, prefix: AddressPrefix, taken: &mut Taken) -> Result<(), Crowded> {
        let Shared { what, each, free, .. } = &*self.0;
        let has_free = taken.all < *free;
        let entry = taken.by.entry(prefix).or_default();
        if has_free || entry.count < *each {
            entry.count = entry.count.saturating_add(1);
            return Ok(());
        }
        if !entry.is_told {
            entry.is_told = true;
            tracing::warn!(%prefix, each, "too many {what} from one address");
        }
        Err(Crowded)
    }

    /// How many are taken in all.
    #[cfg(test)]
    pub(crate) fn all(&self) -> usize {
        self.taken().all
    }

    fn give_back(&self, prefix: Option<AddressPrefix>) {
        let mut taken = self.taken();
        taken.all = taken.all.saturating_sub(1);
        let Some(prefix) = prefix else { return };
        if let Some(entry) = taken.by.get_mut(&prefix) {
            entry.count = entry.count.saturating_sub(1);
            if entry.count == 0 {
                taken.by.remove(&prefix);
            }
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
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

    fn prefix(text: &str) -> Option<AddressPrefix> {
        Some(AddressPrefix::of(text.parse().unwrap()))
    }

    #[test]
    fn an_address_has_so_many_and_gets_them_back() {
        let shares = Shares::new("of them", 2);
        let one = shares.take(prefix("2001:db8::1")).unwrap();
        let _other = shares.take(prefix("2001:db8::2")).unwrap();
        assert_eq!(shares.take(prefix("2001:db8::3")).unwrap_err(), Crowded);
        let _neighbour = shares.take(prefix("2001:db8:0:1::1")).unwrap();
        let _uncounted = shares.take(None).unwrap();
        drop(one);
        let _next = shares.take(prefix("2001:db8::3")).unwrap();
    }

    #[test]
    fn an_address_has_what_nobody_else_wants_and_the_others_their_share_of_the_rest() {
        let shares = Shares::with_free("of them", 2, 5);
        let take = |text: &str| shares.take(prefix(text));
        let mut many: Vec<_> = (0..5).map(|_| take("192.0.2.1").unwrap()).collect();
        assert_eq!(take("192.0.2.1").unwrap_err(), Crowded);
        let other = [take("192.0.2.2").unwrap(), take("192.0.2.2").unwrap()];
        assert_eq!(take("192.0.2.2").unwrap_err(), Crowded);
        drop(other);
        assert_eq!(take("192.0.2.1").unwrap_err(), Crowded, "what others gave back is for others");
        many.pop();
        take("192.0.2.1").unwrap();
    }

    #[test]
    fn who_is_never_refused_takes_of_what_is_free() {
        let shares = Shares::with_free("of them", 1, 2);
        let _uncounted = [shares.take(None).unwrap(), shares.take(None).unwrap()];
        let _one = shares.take(prefix("192.0.2.1")).unwrap();
        assert_eq!(shares.take(prefix("192.0.2.1")).unwrap_err(), Crowded);
    }

    #[test]
    fn who_has_nothing_is_not_remembered() {
        let shares = Shares::new("of them", 1);
        drop(shares.take(prefix("192.0.2.1")).unwrap());
        assert!(shares.taken().by.is_empty());
        assert_eq!(shares.taken().all, 0);
    }
}
