use std::fmt::Debug;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::recent::Recent;

/// Rows of one generation; twice as many are kept at most, which is some 5 MB.
const GENERATION_MAX: usize = 4096;

/// Rows of one table that were read lately.
///
/// INVARIANT: what is kept is what was committed last. Whoever commits has the rows that it changed
/// forgotten before it acknowledges the change; and what was read before such a commit and comes after it
/// is given to its reader alone, because it may be older.
#[derive(Debug)]
pub(super) struct Rows<K, R>(Mutex<Kept<K, R>>);

#[derive(Debug)]
struct Kept<K, R> {
    recent: Recent<K, Arc<R>>,
    /// Counts the commits that changed rows of the table.
    commits: u64,
}

impl<K: Copy + Eq + Hash, R> Rows<K, R> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Kept { recent: Recent::new(GENERATION_MAX), commits: 0 }))
    }

    /// The row under a key, read where it is not kept.
    pub(super) fn get_or_read<E>(
        &self,
        key: K,
        read: impl FnOnce() -> Result<Option<R>, E>,
    ) -> Result<Option<Arc<R>>, E> {
        let mut kept = self.lock();
        if let Some(row) = kept.recent.look_up(&key) {
            return Ok(Some(row));
        }
        let commits = kept.commits;
        drop(kept);
        let Some(row) = read()?.map(Arc::new) else { return Ok(None) };
        let mut kept = self.lock();
        if kept.commits == commits {
            kept.recent.keep(key, Arc::clone(&row));
        }
        Ok(Some(row))
    }

    /// Forgets the rows that a commit changed.
    pub(super) fn forget<'k>(&self, changed: impl Iterator<Item = &'k K>)
    where
        K: 'k,
    {
        let mut changed = changed.peekable();
        if changed.peek().is_none() {
            return;
        }
        let mut kept = self.lock();
        kept.commits += 1;
        changed.for_each(|key| kept.recent.forget(key));
    }

    // A map is whole between any two of its calls, so a poisoned lock guards a sound one.
    fn lock(&self) -> MutexGuard<'_, Kept<K, R>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn get(rows: &Rows<u8, &'static str>, row: &'static str) -> &'static str {
        let read = || Ok::<_, Infallible>(Some(row));
        let Ok(row) = rows.get_or_read(1, read);
        *row.unwrap()
    }

    #[test]
    fn a_row_is_read_once_until_a_commit_changes_it() {
        let rows = Rows::new();
        assert_eq!(get(&rows, "first"), "first");
        assert_eq!(get(&rows, "never read"), "first");
        rows.forget([2].iter());
        assert_eq!(get(&rows, "never read"), "first");
        rows.forget([1].iter());
        assert_eq!(get(&rows, "second"), "second");
    }

    #[test]
    fn what_was_read_before_a_commit_and_comes_after_it_is_not_kept() {
        let rows = Rows::new();
        let read = || {
            rows.forget([1].iter());
            Ok::<_, Infallible>(Some("old"))
        };
        let Ok(row) = rows.get_or_read(1, read);
        assert_eq!(row.as_deref(), Some(&"old"));
        assert_eq!(get(&rows, "new"), "new");
    }

    #[test]
    fn a_row_that_is_not_there_is_looked_for_again() {
        let rows: Rows<u8, &str> = Rows::new();
        let Ok(none) = rows.get_or_read(1, || Ok::<_, Infallible>(None));
        assert_eq!(none, None);
        assert_eq!(get(&rows, "made since"), "made since");
    }
}
