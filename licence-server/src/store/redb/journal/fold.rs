use redb::WriteTransaction;

use super::newer::{Newer, RowKey, RowsOf};
use super::piece::Piece;
use crate::store::StoreError;
use crate::store::redb::schema::{SESSIONS, USERS};

/// Bytes of rows that go with each batch at least, so that a pass comes to its end where little happens.
const AT_ONCE: u64 = 16 * 1024;

/// In the place of a table's number: the pass is over.
const OVER: u8 = 0;
/// In the place of a table's number: no row went so far.
const BEGUN: u8 = 1;

/// How the rows in the journal go into their tables.
#[derive(Clone, Copy, Debug)]
pub(super) struct Folding {
    begin_at: u64,
    /// Bytes of the pieces that no pass is for so far.
    bytes: u64,
    /// Pieces below it are not needed: the last pass that came to its end was for them.
    needed_from: u64,
    pass: Pass,
}

/// Once through all rows in the journal, in the order of their keys: the one that runs, or the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    /// It is for the pieces below this one, so nobody needs them when it is over.
    below: u64,
    /// The row that went last.
    last: Option<RowKey>,
    is_over: bool,
}

impl Folding {
    pub(super) const fn new(begin_at: u64, bytes: u64, pass: Pass) -> Self {
        let needed_from = if pass.is_over { pass.below } else { 0 };
        Self { begin_at, bytes, needed_from, pass }
    }

    pub(super) const fn begin_at(&mut self, bytes: u64) {
        self.begin_at = bytes;
    }

    pub(super) const fn pass(&self) -> Pass {
        self.pass
    }

    /// Pieces below it are not needed.
    pub(super) const fn needed_from(&self) -> u64 {
        self.needed_from
    }

    /// Whether there is something to do with a batch that replaces no row.
    pub(super) const fn is_due(&self, is_first_of_day: bool) -> bool {
        !self.pass.is_over || (is_first_of_day && self.bytes > 0)
    }

    /// Puts into their tables what is due with a piece that has a number and so many bytes, and says which
    /// rows these are.
    ///
    /// A pass begins where the pieces are long enough, and with each day, so that a row which was replaced, with
    /// what somebody had for a password then, is not kept for long where little happens. Twice as many bytes go as
    /// come. So a pass ends before the journal has doubled, even if all that comes meanwhile lies ahead of
    /// it. Where somebody is erased all rows go at once, so that no piece is left in which they stand.
    pub(super) fn step(
        &mut self,
        into: &WriteTransaction,
        newer: &Newer,
        (number, piece, bytes): (u64, &Piece, u64),
        is_first_of_day: bool,
    ) -> Result<Vec<RowKey>, StoreError> {
        let is_called_for = self.bytes.saturating_add(bytes) >= self.begin_at || is_first_of_day;
        let is_erasing = piece.erases();
        if is_erasing || (self.pass.is_over && is_called_for) {
            self.pass = Pass { below: number, last: None, is_over: false };
            self.bytes = 0;
        }
        self.bytes = self.bytes.saturating_add(bytes);
        if self.pass.is_over {
            return Ok(Vec::new());
        }
        let share = bytes.saturating_mul(2).max(AT_ONCE.min(self.begin_at));
        let share = if is_erasing { u64::MAX } else { share };
        let folded = self.pass.fold(into, newer, piece, share)?;
        if self.pass.is_over {
            self.needed_from = self.pass.below;
        }
        Ok(folded)
    }
}

impl Pass {
    /// Before the first.
    pub(super) const NONE: Self = Self { below: 0, last: None, is_over: true };

    /// Whether a row of a piece stands in its table, or in a later piece.
    pub(super) fn is_past(&self, number: u64, key: &RowKey) -> bool {
        number < self.below && (self.is_over || self.last.is_some_and(|last| *key <= last))
    }

    pub(super) const fn below(&self) -> u64 {
        self.below
    }

    /// Whether it is for a piece.
    pub(super) const fn is_for(&self, number: u64) -> bool {
        number < self.below
    }

    /// Puts so many bytes of rows into their tables. Those that the batch itself replaces or removes stand in
    /// its own piece.
    fn fold(
        &mut self,
        into: &WriteTransaction,
        newer: &Newer,
        own: &Piece,
        bytes: u64,
    ) -> Result<Vec<RowKey>, StoreError> {
        let mut sessions = into.open_table(SESSIONS)?;
        let mut users = into.open_table(USERS)?;
        let (mut folded, mut left) = (Vec::new(), bytes);
        for (key @ (rows, id), row) in newer.after(self.last) {
            if left == 0 {
                return Ok(folded);
            }
            self.last = Some(key);
            if own.has(&key) {
                continue;
            }
            match rows {
                RowsOf::Sessions => sessions.insert(id, row)?,
                RowsOf::Users => users.insert(id, row)?,
            };
            left = left.saturating_sub(u64::try_from(row.len()).unwrap_or(u64::MAX));
            folded.push(key);
        }
        (self.last, self.is_over) = (None, true);
        Ok(folded)
    }
}

/// How a pass stands in front of a piece: eight bytes big endian, then [`OVER`], [`BEGUN`], or the row that
/// went last.
impl Pass {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = self.below.to_be_bytes().to_vec();
        match self.last {
            _ if self.is_over => bytes.push(OVER),
            None => bytes.push(BEGUN),
            Some((rows, id)) => {
                bytes.push(rows as u8);
                bytes.extend_from_slice(&id);
            }
        }
        bytes
    }

    /// Reads a pass, and gives what follows it.
    pub(super) fn split_from(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (below, bytes) = bytes.split_first_chunk()?;
        let below = u64::from_be_bytes(*below);
        match bytes.split_first()? {
            (&OVER, bytes) => Some((Self { below, last: None, is_over: true }, bytes)),
            (&BEGUN, bytes) => Some((Self { below, last: None, is_over: false }, bytes)),
            (&rows, bytes) => {
                let (id, bytes) = bytes.split_first_chunk()?;
                let last = Some((RowsOf::number(rows)?, *id));
                Some((Self { below, last, is_over: false }, bytes))
            }
        }
    }
}
