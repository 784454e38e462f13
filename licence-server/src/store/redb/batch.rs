use redb::{ReadableTable as _, WriteTransaction};

use super::index::Indexes;
use super::open::RedbStore;
use super::schema::{META, META_SITE};
use super::{load, write};
use crate::domain::{Changes, Draft, Site};
use crate::store::codec::decode;
use crate::store::{Batch, Engine, StoreError};

/// One write transaction, with the indexes that follow it.
pub struct RedbBatch<'store> {
    transaction: WriteTransaction,
    indexes: &'store mut Indexes,
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
        Ok((RedbBatch { transaction, indexes: &mut self.indexes }, site))
    }
}

impl Batch for RedbBatch<'_> {
    async fn load(&mut self, draft: &mut Draft) -> Result<(), StoreError> {
        // First, because with a session its person and their leases may be asked for.
        load::sessions(&self.transaction, draft)?;
        load::indexed(self.indexes, draft);
        load::rows(&self.transaction, draft)
    }

    async fn commit(self, changes: Changes<'_>) -> Result<(), StoreError> {
        let moved = write::sessions(&self.transaction, &changes)?;
        write::rows(&self.transaction, &changes)?;
        write::log(&self.transaction, &changes)?;
        self.transaction.commit()?;
        self.indexes.apply(&changes, &moved);
        Ok(())
    }
}
