//! The audit log: each entry is chained to the one before, from the first or the last checkpoint on.

use std::collections::BTreeMap;

use licence_core::ChainHead;
use licence_server::domain::Entry;

use crate::broken::{Broken, Promise, check};

/// The heads of the log after each entry that is kept, and after the one before them.
#[derive(Clone, Debug)]
pub(crate) struct Log(BTreeMap<u64, ChainHead>);

impl Default for Log {
    fn default() -> Self {
        Self(BTreeMap::from([(0, ChainHead::EMPTY)]))
    }
}

impl Log {
    /// How many entries are kept.
    pub(crate) fn len(&self) -> usize {
        self.0.len() - 1
    }

    /// The last entry's place, and the head after it.
    pub(crate) fn last(&self) -> (u64, ChainHead) {
        self.0.last_key_value().map(|(seq, head)| (*seq, *head)).unwrap()
    }

    /// Follows what was appended.
    pub(crate) fn follow(&mut self, read: impl FnOnce(u64) -> Vec<Entry>) -> Result<(), Broken> {
        let (last, mut head) = self.last();
        for (entry, next) in read(last + 1).iter().zip(last + 1..) {
            check(entry.seq == next, Promise::Durable, || format!("log entry {next} is missing"))?;
            head = entry.chained_to(head);
            self.0.insert(next, head);
        }
        Ok(())
    }

    /// Follows all that is kept once more, as whoever checks the log does.
    pub(crate) fn follow_again(&self, read: impl FnOnce(u64) -> Vec<Entry>) -> Result<(), Broken> {
        let (before, head) = self.0.first_key_value().unwrap();
        let mut again = Self(BTreeMap::from([(*before, *head)]));
        again.follow(read)?;
        check(again.0 == self.0, Promise::Durable, || "the log is another one".to_owned())
    }

    /// Entries before a place were taken away.
    pub(crate) fn prune(&mut self, below: u64) {
        if below > 0 {
            self.0 = self.0.split_off(&(below - 1));
        }
    }
}
