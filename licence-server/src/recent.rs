//! A map that is bounded, because it forgets what was not used lately.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::RandomState;

/// Eviction is by generations: when the young one is full it becomes the old one, and the old one is
/// forgotten; what is found in the old one moves to the young. So what is in use stays, a flood costs a
/// bounded memory, and nothing is ever searched for the least recently used.
///
/// Its keys were drawn or signed by this server, so that nobody can choose some that collide.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    young: HashMap<K, V, RandomState>,
    old: HashMap<K, V, RandomState>,
    generation_max: usize,
}

impl<K: Eq + Hash, V: Clone> Recent<K, V> {
    /// An empty map of twice so many entries at most.
    pub(crate) fn new(generation_max: usize) -> Self {
        Self { young: HashMap::default(), old: HashMap::default(), generation_max }
    }

    /// The value under a key, which is in use from now on.
    pub(crate) fn look_up<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.keep(key, value.clone());
        Some(value)
    }

    /// Puts a value under a key.
    pub(crate) fn keep(&mut self, key: K, value: V) {
        self.old.remove(&key);
        if self.young.len() >= self.generation_max && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }

    /// Forgets what is under a key.
    pub(crate) fn forget(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_what_is_in_use_stays() {
        let mut recent = Recent::new(8);
        recent.keep(0, 0);
        for number in 1..200 {
            recent.keep(number, number);
            assert_eq!(recent.look_up(&0), Some(0), "{number}");
            assert!(recent.young.len() + recent.old.len() <= 16);
        }
        assert_eq!(recent.look_up(&1), None);
    }

    #[test]
    fn what_was_forgotten_is_gone_from_both_generations() {
        let mut recent = Recent::new(1);
        recent.keep(1, "old");
        recent.keep(2, "young");
        recent.forget(&1);
        recent.forget(&2);
        assert_eq!((recent.look_up(&1), recent.look_up(&2)), (None, None));
    }

    #[test]
    fn the_last_value_of_a_key_is_the_one_that_is_found() {
        let mut recent = Recent::new(1);
        recent.keep(1, "first");
        recent.keep(2, "other");
        recent.keep(1, "second");
        recent.keep(3, "another");
        assert_eq!(recent.look_up(&1), Some("second"));
    }
}
