//! The tables that follow from the log: one place says which rows an entry has in them, so that what
//! is written and what is checked are the same.

use redb::WriteTransaction;

use super::entry::{Entry, LicenceEntry};
use super::table::{BY_KIND, LICENCE_BY_ID, LICENCE_BY_REFERENCE, LICENCE_BY_SERIAL};

/// A row that points at an entry.
pub(super) enum Pointer<'e> {
    Kind(&'static str),
    Id([u8; 16]),
    Serial(String, u32),
    Reference(&'e str),
}

/// What stands in the way of recording an entry: the words for it.
pub(super) type Taken = String;

impl Entry {
    /// The rows that point at this entry.
    pub(super) fn pointers(&self) -> Vec<Pointer<'_>> {
        let mut pointers = vec![Pointer::Kind(self.kind())];
        if let Self::Licence(LicenceEntry { signed, order }) = self {
            let claims = &signed.claims;
            pointers.push(Pointer::Id(claims.jti.0.to_bytes()));
            pointers.push(Pointer::Serial(claims.serial.to_string(), claims.revision));
            pointers.extend(order.iter().map(|order| Pointer::Reference(order.reference.as_str())));
        }
        pointers
    }
}

impl Pointer<'_> {
    /// Writes the row; `Some` where another entry has it.
    pub(super) fn insert(
        &self,
        transaction: &WriteTransaction,
        number: u64,
    ) -> Result<Option<Taken>, redb::Error> {
        let taken = match self {
            Self::Kind(kind) => {
                transaction.open_table(BY_KIND)?.insert((*kind, number), ())?;
                None
            }
            Self::Id(id) => transaction
                .open_table(LICENCE_BY_ID)?
                .insert(id, number)?
                .map(|_| "this licence's id".to_owned()),
            Self::Serial(serial, revision) => transaction
                .open_table(LICENCE_BY_SERIAL)?
                .insert((serial.as_str(), *revision), number)?
                .map(|_| format!("revision {revision} of serial `{serial}`")),
            Self::Reference(reference) => transaction
                .open_table(LICENCE_BY_REFERENCE)?
                .insert(*reference, number)?
                .map(|_| format!("reference `{reference}`")),
        };
        Ok(taken)
    }
}

/// The pointing tables, opened for reading.
pub(super) struct Pointers {
    by_kind: redb::ReadOnlyTable<(&'static str, u64), ()>,
    by_id: redb::ReadOnlyTable<&'static [u8; 16], u64>,
    by_serial: redb::ReadOnlyTable<(&'static str, u32), u64>,
    by_reference: redb::ReadOnlyTable<&'static str, u64>,
}

impl Pointers {
    pub(super) fn open(transaction: &redb::ReadTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            by_kind: transaction.open_table(BY_KIND)?,
            by_id: transaction.open_table(LICENCE_BY_ID)?,
            by_serial: transaction.open_table(LICENCE_BY_SERIAL)?,
            by_reference: transaction.open_table(LICENCE_BY_REFERENCE)?,
        })
    }

    /// Whether the row is there and points at the entry.
    pub(super) fn holds(&self, pointer: &Pointer<'_>, number: u64) -> Result<bool, redb::Error> {
        let found = match pointer {
            Pointer::Kind(kind) => self.by_kind.get((*kind, number))?.map(|_| number),
            Pointer::Id(id) => self.by_id.get(id)?.map(|found| found.value()),
            Pointer::Serial(serial, revision) => {
                self.by_serial.get((serial.as_str(), *revision))?.map(|found| found.value())
            }
            Pointer::Reference(reference) => {
                self.by_reference.get(*reference)?.map(|found| found.value())
            }
        };
        Ok(found == Some(number))
    }

    /// How many rows there are in all.
    pub(super) fn count(&self) -> Result<u64, redb::Error> {
        use redb::ReadableTableMetadata as _;
        Ok([
            self.by_kind.len()?,
            self.by_id.len()?,
            self.by_serial.len()?,
            self.by_reference.len()?,
        ]
        .iter()
        .sum())
    }
}
