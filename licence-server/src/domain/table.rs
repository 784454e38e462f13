//! Rows under their keys as one batch sees them: what was loaded, and what was changed over it.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::Missing;

/// A table of the draft. A row is looked up, and where it was not loaded, it is wanted.
#[derive(Debug)]
pub(super) struct Table<K, V> {
    rows: BTreeMap<K, Option<V>>,
    changed: BTreeSet<K>,
    wanted: BTreeSet<K>,
    journal: Vec<Step<K, V>>,
}

/// A table that is loaded whole or not at all, because a rule has to know every row of it. It is bounded.
#[derive(Debug)]
pub(super) struct Whole<K, V> {
    pub(super) table: Table<K, V>,
    is_loaded: bool,
    is_wanted: bool,
}

/// What one write replaced.
#[derive(Debug)]
struct Step<K, V> {
    key: K,
    /// The row before; `None` where none was loaded.
    before: Option<Option<V>>,
    was_changed: bool,
}

/// How much of the journal there was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize);

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            changed: BTreeSet::new(),
            wanted: BTreeSet::new(),
            journal: Vec::new(),
        }
    }
}

impl<K: Ord + Clone, V> Table<K, V> {
    /// The row under a key, if there is one.
    pub(super) fn row(&mut self, key: &K) -> Result<Option<&V>, Missing> {
        if !self.rows.contains_key(key) {
            self.wanted.insert(key.clone());
        }
        self.loaded(key)
    }

    /// The same, without asking for it where it was not loaded.
    pub(super) fn loaded(&self, key: &K) -> Result<Option<&V>, Missing> {
        self.rows.get(key).map(Option::as_ref).ok_or(Missing)
    }

    /// Asks for all of these rows in one go.
    pub(super) fn expect<'k>(
        &mut self,
        keys: impl IntoIterator<Item = &'k K>,
    ) -> Result<(), Missing>
    where
        K: 'k,
    {
        let missing = keys.into_iter().filter(|key| self.row(key).is_err()).count();
        if missing > 0 { Err(Missing) } else { Ok(()) }
    }

    /// Puts a row under a key, or takes it away.
    pub(super) fn write(&mut self, key: K, row: Option<V>) {
        let was_changed = !self.changed.insert(key.clone());
        let before = self.rows.insert(key.clone(), row);
        self.journal.push(Step { key, before, was_changed });
    }

    /// Takes what an engine read.
    pub(super) fn load(&mut self, key: K, row: Option<V>) {
        self.wanted.remove(&key);
        // A row that this batch wrote is newer than the store's.
        self.rows.entry(key).or_insert(row);
    }

    pub(super) const fn wanted(&self) -> &BTreeSet<K> {
        &self.wanted
    }

    pub(super) fn changes(&self) -> impl Iterator<Item = (&K, Option<&V>)> {
        self.changed.iter().map(|key| (key, self.rows.get(key).and_then(Option::as_ref)))
    }

    pub(super) fn is_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Every row that is loaded, in the order of the keys.
    pub(super) fn rows(&self) -> impl Iterator<Item = &V> {
        self.rows.values().flatten()
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.journal.len())
    }

    /// Takes back what was written since the mark.
    pub(super) fn roll_back(&mut self, mark: Mark) {
        while self.journal.len() > mark.0 {
            let Some(Step { key, before, was_changed }) = self.journal.pop() else { return };
            if !was_changed {
                self.changed.remove(&key);
            }
            match before {
                Some(row) => self.rows.insert(key, row),
                None => self.rows.remove(&key),
            };
        }
    }
}

impl<K, V> Default for Whole<K, V> {
    fn default() -> Self {
        Self { table: Table::default(), is_loaded: false, is_wanted: false }
    }
}

impl<K: Ord + Clone, V> Whole<K, V> {
    /// Every row, in the order of the keys.
    pub(super) fn rows(&mut self) -> Result<impl Iterator<Item = &V>, Missing> {
        if self.is_loaded {
            return Ok(self.table.rows());
        }
        self.is_wanted = true;
        Err(Missing)
    }

    /// Takes what an engine read.
    pub(super) fn load(&mut self, rows: impl IntoIterator<Item = (K, V)>) {
        for (key, row) in rows {
            self.table.load(key, Some(row));
        }
        (self.is_loaded, self.is_wanted) = (true, false);
    }

    pub(super) const fn is_wanted(&self) -> bool {
        self.is_wanted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_wanted_until_it_is_loaded() {
        let mut table = Table::<u8, &str>::default();
        assert_eq!(table.row(&1), Err(Missing));
        assert_eq!(table.wanted().len(), 1);
        table.load(1, None);
        assert_eq!(table.row(&1), Ok(None));
        assert!(table.wanted().is_empty());
    }

    #[test]
    fn a_whole_table_is_wanted_until_it_is_loaded() {
        let mut whole = Whole::<u8, &str>::default();
        assert!(whole.rows().is_err() && whole.is_wanted());
        whole.load([(2, "b"), (1, "a")]);
        assert!(!whole.is_wanted());
        assert_eq!(whole.rows().unwrap().collect::<Vec<_>>(), [&"a", &"b"]);
    }

    #[test]
    fn what_a_batch_wrote_hides_what_the_store_holds() {
        let mut table = Table::default();
        table.load(1, Some("old"));
        table.write(1, Some("new"));
        table.load(1, Some("old"));
        assert_eq!(table.row(&1), Ok(Some(&"new")));
        assert_eq!(table.changes().collect::<Vec<_>>(), [(&1, Some(&"new"))]);
    }

    #[test]
    fn a_roll_back_leaves_no_trace_but_what_was_loaded() {
        let mut table = Table::default();
        table.load(1, Some("a"));
        table.write(1, Some("b"));
        let mark = table.mark();
        table.write(1, None);
        table.write(2, Some("c"));
        table.write(2, Some("d"));
        table.roll_back(mark);
        assert_eq!(table.changes().collect::<Vec<_>>(), [(&1, Some(&"b"))]);
        assert_eq!(table.row(&2), Err(Missing), "it was never loaded");
    }
}
