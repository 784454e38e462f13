//! So much of something for one address at a time: connections, passwords that wait to be checked, bytes of bodies.

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
    /// What there is for everybody together.
    most: usize,
    taken: Mutex<Taken>,
}

/// All that are taken, and by whom.
#[derive(Debug, Default)]
struct Taken {
    all: usize,
    /// Whether somebody was turned away because there was nothing left, which is told once.
    is_told: bool,
    by: HashMap<AddressPrefix, Count>,
}

#[derive(Debug, Default)]
struct Count {
    count: usize,
    /// Whether somebody was turned away, which is told once.
    is_told: bool,
}

/// What an address has, or somebody whom nobody's limit counts; given back when it is dropped.
#[derive(Debug)]
pub struct Share {
    count: usize,
    prefix: Option<AddressPrefix>,
    shares: Shares,
}

/// This address has as many as it may, or everybody together has.
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
        Self::bounded(what, each, free, usize::MAX)
    }

    /// The same, and no more than `most` in all, whoever asks: of what the machine itself has only so much.
    #[must_use]
    pub fn bounded(what: &'static str, each: usize, free: usize, most: usize) -> Self {
        Self(Arc::new(Shared { what, each, free, most, taken: Mutex::default() }))
    }

    /// Takes one for an address, or for somebody who is never refused.
    ///
    /// # Errors
    /// [`Crowded`].
    pub fn take(&self, prefix: Option<AddressPrefix>) -> Result<Share, Crowded> {
        self.take_many(prefix, 1)
    }

    /// Takes so many at once, all or none.
    ///
    /// # Errors
    /// [`Crowded`].
    pub fn take_many(&self, prefix: Option<AddressPrefix>, count: usize) -> Result<Share, Crowded> {
        self.count(prefix, count)?;
        Ok(Share { count, prefix, shares: self.clone() })
    }

    fn count(&self, prefix: Option<AddressPrefix>, more: usize) -> Result<(), Crowded> {
        let Shared { what, each, free, most, .. } = &*self.0;
        let mut taken = self.taken();
        let all = taken.all.saturating_add(more);
        if all > *most {
            if !taken.is_told {
                taken.is_told = true;
                tracing::warn!(most, "too many {what} in all");
            }
            return Err(Crowded);
        }
        if let Some(prefix) = prefix {
            let own = taken.by.get(&prefix).map_or(0, |entry| entry.count).saturating_add(more);
            if all > *free && own > *each {
                taken.tell_of(prefix, self);
                return Err(Crowded);
            }
            taken.by.entry(prefix).or_default().count = own;
        }
        taken.all = all;
        Ok(())
    }

    /// How many are taken in all.
    #[cfg(test)]
    pub(crate) fn all(&self) -> usize {
        self.taken().all
    }

    fn give_back(&self, Share { prefix, count, .. }: &Share) {
        let mut taken = self.taken();
        taken.all = taken.all.saturating_sub(*count);
        taken.is_told &= taken.all > 0;
        let Some(prefix) = prefix else { return };
        if let Some(entry) = taken.by.get_mut(prefix) {
            entry.count = entry.count.saturating_sub(*count);
            if entry.count == 0 {
                taken.by.remove(prefix);
            }
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Whoever has nothing is not remembered, and so not told of.
    fn tell_of(&mut self, prefix: AddressPrefix, Shares(shared): &Shares) {
        let Shared { what, each, .. } = &**shared;
        let Some(entry) = self.by.get_mut(&prefix).filter(|entry| !entry.is_told) else { return };
        entry.is_told = true;
        tracing::warn!(%prefix, each, "too many {what} from one address");
    }
}

impl Share {
    /// Takes more until it is so many; what it has, it keeps.
    ///
    /// # Errors
    /// [`Crowded`].
    pub fn grow_to(&mut self, count: usize) -> Result<(), Crowded> {
        let more = count.saturating_sub(self.count);
        if more > 0 {
            self.shares.count(self.prefix, more)?;
            self.count = count;
        }
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.shares.give_back(self);
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
    fn a_share_grows_all_or_nothing_and_is_given_back_whole() {
        let shares = Shares::with_free("of them", 4, 6);
        let mut one = shares.take_many(prefix("192.0.2.1"), 2).unwrap();
        one.grow_to(1).unwrap();
        one.grow_to(6).unwrap();
        assert_eq!(one.grow_to(7), Err(Crowded));
        assert_eq!(shares.all(), 6, "what is refused is not taken");
        assert_eq!(shares.take_many(prefix("192.0.2.2"), 5).unwrap_err(), Crowded);
        drop((one, shares.take_many(prefix("192.0.2.2"), 4).unwrap()));
        assert_eq!(shares.all(), 0);
    }

    #[test]
    fn there_is_no_more_than_there_is_even_for_who_is_never_refused() {
        let shares = Shares::bounded("of them", 2, 2, 5);
        let _one = shares.take_many(prefix("192.0.2.1"), 2).unwrap();
        let mut uncounted = shares.take_many(None, 2).unwrap();
        assert_eq!(uncounted.grow_to(4), Err(Crowded));
        uncounted.grow_to(3).unwrap();
        assert_eq!(shares.take(prefix("192.0.2.2")).unwrap_err(), Crowded);
        drop(uncounted);
        shares.take(prefix("192.0.2.2")).unwrap();
    }

    #[test]
    fn who_has_nothing_is_not_remembered() {
        let shares = Shares::new("of them", 1);
        assert_eq!(shares.take_many(prefix("192.0.2.1"), 2).unwrap_err(), Crowded);
        drop(shares.take(prefix("192.0.2.1")).unwrap());
        assert!(shares.taken().by.is_empty());
        assert_eq!(shares.taken().all, 0);
    }
}
