use std::collections::BTreeMap;
use std::collections::btree_map::Range;
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::Arc;

use redb::{ReadTransaction, ReadableTable as _};

use super::fold::Pass;
use super::piece::{Piece, read_piece};
use crate::store::StoreError;
use crate::store::redb::schema::{Id, JOURNAL};

/// A table whose rows the journal replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(in crate::store::redb) enum RowsOf {
    Sessions = 2,
    Users = 3,
}

impl RowsOf {
    /// The table with a number, as pieces and backups carry it.
    pub(in crate::store::redb) const fn number(number: u8) -> Option<Self> {
        match number {
            2 => Some(Self::Sessions),
            3 => Some(Self::Users),
            _ => None,
        }
    }
}

/// Where a row stands.
pub(in crate::store::redb) type RowKey = (RowsOf, Id);

/// The newest form of every row whose table has an older one.
#[derive(Debug, Default)]
pub(in crate::store::redb) struct Newer(BTreeMap<RowKey, Arc<[u8]>>);

/// What stands on disk.
#[derive(Debug)]
pub(super) struct OnDisk {
    pub(super) newer: Newer,
    /// The number after that of the last piece.
    pub(super) end: u64,
    /// Bytes of the pieces that no pass is for so far.
    pub(super) bytes: u64,
    pub(super) pass: Pass,
}

impl OnDisk {
    pub(super) fn read(from: &ReadTransaction) -> Result<Self, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt { table: "journal" };
        let pieces = from.open_table(JOURNAL)?;
        let (mut newer, mut bytes) = (Newer::default(), 0_u64);
        let Some((last, piece)) = pieces.last()? else {
            return Ok(Self { newer, end: 0, bytes, pass: Pass::NONE });
        };
        let (end, (pass, _)) = (last.value(), Pass::split_from(piece.value()).ok_or(CORRUPT)?);
        let first = pieces.first()?.map_or(0, |(number, _)| number.value());
        // Only what a pass was for is ever taken away, and no pass is for what comes after it.
        if pass.is_for(end) || first > pass.below() {
            return Err(CORRUPT);
        }
        let mut expected = None;
        for row in pieces.iter()? {
            let (number, piece) = row?;
            let (number, piece) = (number.value(), piece.value());
            if expected.is_some_and(|expected| number != expected) {
                return Err(CORRUPT);
            }
            expected = number.checked_add(1);
            let (_, piece) = Pass::split_from(piece).ok_or(CORRUPT)?;
            let rows = read_piece(piece)?.into_rows();
            newer.put(rows.filter(|(key, _)| !pass.is_past(number, key)));
            if !pass.is_for(number) {
                bytes = bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            }
        }
        Ok(Self { newer, end: end.saturating_add(1), bytes, pass })
    }
}

/// The newest forms of one table's rows, in the order of their keys.
pub(in crate::store::redb) struct Along<'n>(Peekable<Range<'n, RowKey, Arc<[u8]>>>);

impl<'n> Along<'n> {
    /// A row in its newest form, after those whose keys come before its own.
    pub(in crate::store::redb) fn newest<'r>(&mut self, id: Id, stored: &'r [u8]) -> &'r [u8]
    where
        'n: 'r,
    {
        while self.0.next_if(|((_, key), _)| *key < id).is_some() {}
        self.0.next_if(|((_, key), _)| *key == id).map_or(stored, |(_, row)| row)
    }
}

impl Newer {
    /// What stands in the journal of a snapshot: the only one that agrees with the rest of the snapshot.
    pub(in crate::store::redb) fn of(from: &ReadTransaction) -> Result<Self, StoreError> {
        Ok(OnDisk::read(from)?.newer)
    }

    pub(in crate::store::redb) fn get(&self, rows: RowsOf, id: Id) -> Option<&Arc<[u8]>> {
        self.0.get(&(rows, id))
    }

    /// A row in its newest form; given is what its table has.
    pub(in crate::store::redb) fn newest<'r>(
        &'r self,
        rows: RowsOf,
        id: Id,
        stored: &'r [u8],
    ) -> &'r [u8] {
        self.get(rows, id).map_or(stored, |row| row)
    }

    /// The same for whoever reads a whole table in the order of its keys: both go side by side, and nothing is
    /// looked for.
    pub(in crate::store::redb) fn along(&self, rows: RowsOf) -> Along<'_> {
        Along(self.0.range((rows, [0; 16])..=(rows, [0xff; 16])).peekable())
    }

    /// Every row, in the order of their keys.
    pub(in crate::store::redb) fn rows(&self) -> impl Iterator<Item = (RowKey, &[u8])> {
        self.after(None)
    }

    /// The rows after one, in that order.
    pub(super) fn after(&self, key: Option<RowKey>) -> impl Iterator<Item = (RowKey, &[u8])> {
        let start = key.map_or(Bound::Unbounded, Bound::Excluded);
        self.0.range((start, Bound::Unbounded)).map(|(key, row)| (*key, &**row))
    }

    pub(super) fn forget(&mut self, key: &RowKey) {
        self.0.remove(key);
    }

    pub(super) fn take_over(&mut self, piece: Piece) {
        self.put(piece.into_rows());
    }

    fn put(&mut self, rows: impl Iterator<Item = (RowKey, Option<Arc<[u8]>>)>) {
        for (key, row) in rows {
            match row {
                Some(row) => self.0.insert(key, row),
                None => self.0.remove(&key),
            };
        }
    }
}
