//! A store row by row: out of one snapshot, and into a new file.

use std::ops::ControlFlow;
use std::path::Path;

use redb::{Database, Key, ReadTransaction, ReadableTable as _, TableDefinition};

use super::journal::{Newer, RowsOf};
use super::medium::Medium;
use super::open::{RedbStore, builder, make_tables};
use super::portable::{Portable, Visit, visit};
use crate::store::{CopiedRow, StoreError};

/// Rows of one table that are written in one go, and bytes of them.
const STEP: (usize, usize) = (1_000, 4 * 1024 * 1024);

/// What takes one row after another, until it has enough.
pub(super) type Take<'a> = dyn FnMut(CopiedRow<'_>) -> ControlFlow<()> + 'a;

/// Gives every row of a snapshot, table by table.
pub(super) fn copy_out(from: &ReadTransaction, take: &mut Take<'_>) -> Result<(), StoreError> {
    visit(&mut Out { from, newer: Newer::of(from)?, take, is_over: false })
}

struct Out<'a, 'take> {
    from: &'a ReadTransaction,
    newer: Newer,
    take: &'a mut Take<'take>,
    is_over: bool,
}

impl Visit for Out<'_, '_> {
    fn table<K: Portable + Key, V: Portable>(
        &mut self,
        number: u8,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), StoreError> {
        for row in self.from.open_table(table)?.iter()? {
            if self.is_over {
                break;
            }
            let (key, value) = row?;
            let (key, value) = (K::to_plain(key.value()), V::to_plain(value.value()));
            let id = RowsOf::number(number).zip(key.as_slice().try_into().ok());
            let newest = id.map(|(rows, id)| self.newer.newest(rows, id, &value));
            let value = newest.unwrap_or(&value);
            let row = CopiedRow { table: number, key: &key, value };
            self.is_over = (self.take)(row).is_break();
        }
        Ok(())
    }
}

/// A new store that is filled with the rows of another.
#[derive(Debug)]
pub struct StoreCopy {
    database: Database,
    table: u8,
    waiting: Vec<(Vec<u8>, Vec<u8>)>,
    waiting_bytes: usize,
}

impl StoreCopy {
    /// Begins a store where there is none.
    ///
    /// # Errors
    /// [`StoreError::Exists`]; [`StoreError::Failed`] where the disk fails.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let database = builder().create_with_backend(Medium::create(path)?)?;
        let transaction = database.begin_write()?;
        make_tables(&transaction)?;
        transaction.commit()?;
        Ok(Self { database, table: 0, waiting: Vec::new(), waiting_bytes: 0 })
    }

    /// Takes a row over.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for one that no store gave; [`StoreError::Failed`] where the disk fails.
    pub fn put(&mut self, row: CopiedRow<'_>) -> Result<(), StoreError> {
        let is_full = self.waiting.len() >= STEP.0 || self.waiting_bytes >= STEP.1;
        if row.table != self.table || is_full {
            self.write()?;
        }
        self.table = row.table;
        self.waiting_bytes = self.waiting_bytes.saturating_add(row.key.len() + row.value.len());
        self.waiting.push((row.key.to_vec(), row.value.to_vec()));
        Ok(())
    }

    /// Looks at all of it as at every start.
    ///
    /// # Errors
    /// As [`RedbStore::open`].
    pub fn finish(mut self) -> Result<RedbStore, StoreError> {
        self.write()?;
        RedbStore::check(self.database)
    }

    fn write(&mut self) -> Result<(), StoreError> {
        let rows = std::mem::take(&mut self.waiting);
        self.waiting_bytes = 0;
        if rows.is_empty() {
            return Ok(());
        }
        let transaction = self.database.begin_write()?;
        let mut into = In { into: &transaction, number: self.table, rows: &rows, is_known: false };
        visit(&mut into)?;
        if !into.is_known {
            return Err(StoreError::Corrupt { table: "one that is not known" });
        }
        transaction.commit()?;
        Ok(())
    }
}

struct In<'a> {
    into: &'a redb::WriteTransaction,
    number: u8,
    rows: &'a [(Vec<u8>, Vec<u8>)],
    is_known: bool,
}

impl Visit for In<'_> {
    fn table<K: Portable + Key, V: Portable>(
        &mut self,
        number: u8,
        definition: TableDefinition<'static, K, V>,
    ) -> Result<(), StoreError> {
        if number != self.number {
            return Ok(());
        }
        self.is_known = true;
        let mut table = self.into.open_table(definition)?;
        for (key, value) in self.rows {
            let row = K::of_plain(key).zip(V::of_plain(value));
            let (key, value) = row.ok_or(StoreError::Corrupt { table: "a backup" })?;
            table.insert(key, value)?;
        }
        Ok(())
    }
}
