use redb::{ReadableTable as _, WriteTransaction};

use super::beside::Shared;
use super::index::{Indexes, Moved};
use super::journal::{Journal, Newer, Step};
use super::load::Loading;
use super::open::RedbStore;
use super::schema::{META, META_SITE};
use super::write::Writing;
use super::{load, write};
use crate::domain::{Changes, Draft, Site};
use crate::store::codec::decode;
use crate::store::{Batch, Engine, StoreError};

/// One write transaction, with what is in memory and follows it.
pub struct RedbBatch<'store> {
    transaction: WriteTransaction,
    indexes: &'store mut Indexes,
    journal: &'store mut Journal,
    beside: &'store Shared,
}

impl Engine for RedbStore {
    type Batch<'engine> = RedbBatch<'engine>;

    async fn begin(&mut self) -> Result<(RedbBatch<'_>, Site), StoreError> {
        let transaction = self.database.begin_write()?;
        let site = {
            let meta = transaction.open_table(META)?;
            let site = meta.get(META_SITE)?.ok_or(StoreError::Corrupt { table: "meta" })?;
            decode(site.value())?
        };
        let Self { indexes, journal, beside, .. } = self;
        Ok((RedbBatch { transaction, indexes, journal, beside }, site))
    }
}

impl Batch for RedbBatch<'_> {
    async fn load(&mut self, draft: &mut Draft) -> Result<(), StoreError> {
        let beside = self.beside.read();
        let from = Loading { transaction: &self.transaction, newer: &beside.newer };
        // First, because with a session its person and their leases may be asked for.
        load::sessions(&from, draft)?;
        load::indexed(self.indexes, &beside.own, draft);
        load::rows(&from, draft)
    }

    async fn commit(self, changes: Changes<'_>) -> Result<(), StoreError> {
        let (moved, step) =
            write(&self.transaction, self.journal, &self.beside.read().newer, &changes)?;
        self.transaction.commit()?;
        self.indexes.apply(&changes, &moved);
        let mut beside = self.beside.write();
        beside.own.apply(&moved);
        self.journal.apply(step, &mut beside.newer);
        Ok(())
    }
}

fn write(
    into: &WriteTransaction,
    journal: &Journal,
    newer: &Newer,
    changes: &Changes<'_>,
) -> Result<(Vec<Moved>, Step), StoreError> {
    let mut writing = Writing::new(into, newer);
    let moved = writing.sessions(changes)?;
    writing.users(changes)?;
    write::rows(into, changes)?;
    write::log(into, changes)?;
    let step = journal.write(into, newer, writing.into_piece(), changes.is_first_of_day())?;
    Ok((moved, step))
}
