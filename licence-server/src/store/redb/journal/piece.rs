use std::collections::BTreeMap;
use std::sync::Arc;

use super::newer::{RowKey, RowsOf};
use crate::store::StoreError;
use crate::store::redb::schema::Id;

/// Stands for the length of a row that is gone.
const GONE: u32 = u32::MAX;

/// The rows that one batch replaces, and those that it removes from their tables.
///
/// On disk each is its table's number, its id, its length (four bytes, big endian), and itself.
#[derive(Debug, Default)]
pub(in crate::store::redb) struct Piece(BTreeMap<RowKey, Option<Arc<[u8]>>>);

impl Piece {
    pub(in crate::store::redb) fn replace(&mut self, rows: RowsOf, id: Id, row: Vec<u8>) {
        self.0.insert((rows, id), Some(row.into()));
    }

    /// Notes that a row is gone from its table, so that an older piece does not bring it back.
    pub(in crate::store::redb) fn remove(&mut self, rows: RowsOf, id: Id) {
        self.0.insert((rows, id), None);
    }

    /// Whether a person is gone, of whom nothing may be left in older pieces.
    pub(super) fn erases(&self) -> bool {
        self.0.iter().any(|((rows, _), row)| *rows == RowsOf::Users && row.is_none())
    }

    pub(super) fn has(&self, key: &RowKey) -> bool {
        self.0.contains_key(key)
    }

    pub(super) fn into_rows(self) -> impl Iterator<Item = (RowKey, Option<Arc<[u8]>>)> {
        self.0.into_iter()
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for ((rows, id), row) in &self.0 {
            // A row is far below four gigabytes: its parts are bounded.
            let length = row.as_ref().map_or(GONE, |row| u32::try_from(row.len()).unwrap_or(GONE));
            bytes.push(*rows as u8);
            bytes.extend_from_slice(id);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(row.as_deref().unwrap_or_default());
        }
        bytes
    }
}

pub(super) fn read_piece(mut bytes: &[u8]) -> Result<Piece, StoreError> {
    let mut piece = Piece::default();
    while !bytes.is_empty() {
        let row;
        (row, bytes) = read_row(bytes).ok_or(StoreError::Corrupt { table: "journal" })?;
        piece.0.extend([row]);
    }
    Ok(piece)
}

type ReadRow = (RowKey, Option<Arc<[u8]>>);

fn read_row(bytes: &[u8]) -> Option<(ReadRow, &[u8])> {
    let (&rows, bytes) = bytes.split_first()?;
    let (id, bytes) = bytes.split_first_chunk::<16>()?;
    let (length, bytes) = bytes.split_first_chunk::<4>()?;
    let key = (RowsOf::number(rows)?, *id);
    match u32::from_be_bytes(*length) {
        GONE => Some(((key, None), bytes)),
        length => {
            let (row, bytes) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
            Some(((key, Some(row.into())), bytes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(piece: Piece) -> Vec<ReadRow> {
        piece.into_rows().collect()
    }

    #[test]
    fn a_piece_is_read_as_it_was_written() {
        let mut piece = Piece::default();
        piece.replace(RowsOf::Users, [1; 16], vec![7; 300]);
        piece.replace(RowsOf::Sessions, [2; 16], Vec::new());
        piece.remove(RowsOf::Sessions, [3; 16]);
        let read = read_piece(&piece.to_bytes()).unwrap();
        assert_eq!(rows(read), rows(piece));
        assert!(Piece::default().to_bytes().is_empty());
    }

    #[test]
    fn a_piece_that_was_never_written_is_refused() {
        let mut piece = Piece::default();
        piece.replace(RowsOf::Sessions, [2; 16], vec![1, 2, 3]);
        let bytes = piece.to_bytes();
        for cut in 1..bytes.len() {
            assert!(read_piece(&bytes[..cut]).is_err(), "{cut}");
        }
        let of_no_table = [&[9], &bytes[1..]].concat();
        assert!(matches!(read_piece(&of_no_table), Err(StoreError::Corrupt { table: "journal" })));
    }
}
