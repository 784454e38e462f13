//! The newest rows of sessions and people, before they stand in their tables.
//!
//! A refresh changes one row somewhere among all sessions, so a batch of them would write one page of the
//! file for each. Scattered pages are what a disk is slow at, and the rows of a batch together are a few
//! kilobytes: so they are written as one piece, at the end of the journal, and kept in memory. Only when
//! the journal is long, or a day is over, do rows go into their tables, in the order of their keys, a few with
//! each batch. By then there are several to a page, and many were replaced meanwhile.
//!
//! INVARIANT: a row in the journal has an older form in its table. The journal replaces rows, and neither
//! adds one nor takes one away: which rows a table has, the table alone knows.

mod fold;
mod newer;
mod piece;
#[cfg(test)]
mod tests;

use redb::{ReadTransaction, ReadableTable as _, WriteTransaction};

use self::fold::{Folding, Pass};
use self::newer::OnDisk;
pub(super) use self::newer::{Newer, RowKey, RowsOf};
pub(super) use self::piece::Piece;
use super::schema::JOURNAL;
use crate::store::StoreError;

/// Bytes of pieces at which their rows begin to go into their tables. When all have gone there are twice as
/// many, and some more that wait to be taken away: a start reads them, and memory holds the newest of each row.
/// The more there are, the more rows share a page when they go: memory is better spent here than on pages.
const FOLD_AT: u64 = 64 * 1024 * 1024;

/// Pieces that are taken away with one batch at most: more than one, so that they go faster than they come;
/// few, so that no batch waits for it but one that erases somebody. Where little happens each is of one row.
const TRIMMED_AT_ONCE: usize = 64;

/// The journal of a store that is written: where it stands. Its rows are in [`Newer`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Journal {
    /// The number of the next piece.
    next: u64,
    folding: Folding,
}

/// What becomes of the journal when its batch is committed.
#[derive(Debug)]
pub(super) struct Step {
    piece: Piece,
    folded: Vec<RowKey>,
    after: Journal,
}

impl Journal {
    /// The journal of a new store.
    pub(super) const fn empty() -> Self {
        Self { next: 0, folding: Folding::new(FOLD_AT, 0, Pass::NONE) }
    }

    /// The journal as it stands on disk, with its rows.
    pub(super) fn open(from: &ReadTransaction) -> Result<(Self, Newer), StoreError> {
        let OnDisk { newer, end, bytes, pass } = OnDisk::read(from)?;
        Ok((Self { next: end, folding: Folding::new(FOLD_AT, bytes, pass) }, newer))
    }

    /// Begins to fold at so many bytes.
    pub(super) const fn fold_at(&mut self, bytes: u64) {
        self.folding.begin_at(bytes);
    }

    /// Writes the rows that a batch replaces, and does a batch's share of what is left to do.
    pub(super) fn write(
        &self,
        into: &WriteTransaction,
        newer: &Newer,
        piece: Piece,
        is_first_of_day: bool,
    ) -> Result<Step, StoreError> {
        let (mut after, mut folded) = (*self, Vec::new());
        let rows = piece.to_bytes();
        let is_erasing = piece.erases();
        // A piece without rows says how far the pass has come.
        if !rows.is_empty() || self.folding.is_due(is_first_of_day) {
            let written = (self.next, &piece, u64::try_from(rows.len()).unwrap_or(u64::MAX));
            folded = after.folding.step(into, newer, written, is_first_of_day)?;
            let bytes = [after.folding.pass().to_bytes(), rows].concat();
            into.open_table(JOURNAL)?.insert(self.next, bytes.as_slice())?;
            after.next = self.next.saturating_add(1);
        }
        let needed_from = after.folding.needed_from();
        trim(into, needed_from, if is_erasing { usize::MAX } else { TRIMMED_AT_ONCE })?;
        Ok(Step { piece, folded, after })
    }

    /// Takes over what was committed.
    pub(super) fn apply(&mut self, step: Step, newer: &mut Newer) {
        let Step { piece, folded, after } = step;
        *self = after;
        folded.iter().for_each(|key| newer.forget(key));
        newer.take_over(piece);
    }
}

/// Takes away so many pieces that nobody needs.
fn trim(into: &WriteTransaction, needed_from: u64, count: usize) -> Result<(), StoreError> {
    let mut pieces = into.open_table(JOURNAL)?;
    for _ in 0..count {
        let first = pieces.first()?.map(|(number, _)| number.value());
        if first.is_none_or(|first| first >= needed_from) {
            break;
        }
        pieces.pop_first()?;
    }
    Ok(())
}
