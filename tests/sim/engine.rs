//! The real engine with a witness beside it, and crashes inside it.

use std::collections::BTreeMap;

use licence_core::{SessionId, TokenId};
use licence_server::domain::{Borrowing, Changes, Draft, Needs, Place, Session, Site, Ticket};
use licence_server::store::{Batch, Engine, RedbStore, StoreError};

use super::disk::{Disk, Trouble};
use super::faults::Fault;

/// Where a process dies, as seen from the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crash {
    Before,
    /// The power fails after so many operations of the disk: before, in or after the commit.
    Within(u32),
    After,
}

/// What the commits so far make of the rows that the rules decide by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    pub(crate) sessions: BTreeMap<SessionId, Session>,
    pub(crate) borrowings: BTreeMap<TokenId, Borrowing>,
    pub(crate) queue: BTreeMap<Ticket, Place>,
}

/// The real engine, watched.
pub(crate) struct Witness {
    pub(crate) store: RedbStore,
    pub(crate) rows: Rows,
    pub(crate) loads: usize,
    pub(crate) rows_loaded: usize,
    /// The site's row of the last turn's commit, where it came to one.
    pub(crate) committed: Option<Site>,
    pub(crate) crash: Option<Crash>,
    pub(crate) disk: Disk,
    pub(crate) fault: Option<Fault>,
}

pub(crate) struct WitnessBatch<'engine> {
    batch: <RedbStore as Engine>::Batch<'engine>,
    rows: &'engine mut Rows,
    loads: &'engine mut usize,
    rows_loaded: &'engine mut usize,
    committed: &'engine mut Option<Site>,
    crash: Option<Crash>,
    disk: &'engine Disk,
    fault: Option<Fault>,
}

impl Rows {
    fn apply(&mut self, changes: &Changes<'_>) {
        put(&mut self.sessions, changes.sessions());
        put(&mut self.borrowings, changes.borrowings());
        put(&mut self.queue, changes.queue());
    }
}

fn put<'a, K: Ord + Copy + 'a, V: Clone + 'a>(
    rows: &mut BTreeMap<K, V>,
    changes: impl Iterator<Item = (&'a K, Option<&'a V>)>,
) {
    for (key, row) in changes {
        match row {
            Some(row) => rows.insert(*key, row.clone()),
            None => rows.remove(key),
        };
    }
}

impl Engine for Witness {
    type Batch<'engine> = WitnessBatch<'engine>;

    async fn begin(&mut self) -> Result<(WitnessBatch<'_>, Site), StoreError> {
        (self.loads, self.rows_loaded, self.committed) = (0, 0, None);
        let (batch, site) = self.store.begin().await?;
        let batch = WitnessBatch {
            batch,
            rows: &mut self.rows,
            loads: &mut self.loads,
            rows_loaded: &mut self.rows_loaded,
            committed: &mut self.committed,
            crash: self.crash,
            disk: &self.disk,
            fault: self.fault,
        };
        Ok((batch, site))
    }
}

impl Batch for WitnessBatch<'_> {
    async fn load(&mut self, draft: &mut Draft) -> Result<(), StoreError> {
        *self.loads += 1;
        *self.rows_loaded = self.rows_loaded.saturating_add(rows_asked_for(draft.needs()));
        if let Some(fault) = self.fault {
            fault.load(self.rows, draft);
        }
        self.batch.load(draft).await
    }

    async fn commit(self, changes: Changes<'_>) -> Result<(), StoreError> {
        let is_lying = self.fault == Some(Fault::MirrorBeforeCommit) && self.crash.is_some();
        *self.committed = Some(*changes.site);
        match self.crash {
            _ if is_lying => return Ok(()),
            Some(Crash::Before) => return Err(StoreError::Corrupt { table: "power" }),
            Some(Crash::Within(operations)) => {
                self.disk.fail_after(operations, Trouble::PowerCut);
                self.rows.apply(&changes);
                // Whether it was durable is seen when the store is opened again.
                let _ = self.batch.commit(changes).await;
                return Ok(());
            }
            Some(Crash::After) | None => {}
        }
        self.rows.apply(&changes);
        self.batch.commit(changes).await
    }
}

/// Rows that the rules asked for, those of an index counted as the least that it gives.
fn rows_asked_for(needs: Needs<'_>) -> usize {
    let fronts = [
        needs.leases_by_end,
        needs.revocations_by_end,
        needs.sessions_by_end,
        needs.sessions_by_end_last,
        needs.borrowings_by_end,
    ];
    let fronts = fronts.iter().fold(0, |sum: usize, front| sum.saturating_add(*front));
    let rows = needs.sessions.len()
        + needs.users.len()
        + needs.keys.len()
        + needs.leases.len()
        + needs.own_sessions.len()
        + needs.borrowings.len()
        + needs.own_borrowings.len()
        + needs.data.len();
    fronts.saturating_add(rows)
}
