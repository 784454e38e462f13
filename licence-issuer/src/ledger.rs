//! The vendor's memory: every signature ever made and all that was taken back, in a hash-chained log
//! that only grows, and beside it the owners.
//!
//! A leaked issuing key can back-date what it signs. The ledger is what tells its signatures from
//! ours, so an entry is on disk before the signed text is handed out, and no text is handed out
//! without one.

mod audit;
mod copy;
mod entry;
mod index;
mod open;
mod owner;
mod read;
mod refusal;
mod stored;
mod table;
#[cfg(test)]
mod tests;

use std::fs::OpenOptions;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use licence_cli::Failure;
use licence_core::{ChainHead, Code};
use redb::backends::FileBackend;
use redb::{Database, ReadTransaction, ReadableTable as _, WriteTransaction};

pub(crate) use self::audit::{Audit, Expected};
pub(crate) use self::entry::{
    Entry, LicenceEntry, OrderMark, Revocation, Revoked, RowDigest, SignedFile,
};
use self::index::Taken;
use self::open::builder;
pub(crate) use self::owner::{Contact, Owner};
pub(crate) use self::read::{Link, Recorded};
use self::refusal::unusable;
use self::table::{
    BY_KIND, FORMAT, LICENCE_BY_ID, LICENCE_BY_REFERENCE, LICENCE_BY_SERIAL, LOG, META, OWNER, TIP,
};

/// A ledger as it stood when it was opened, to be read. Others may read it meanwhile, and one may
/// write: what is asked here is answered from one snapshot, so that no two answers contradict.
pub(crate) struct Ledger {
    snapshot: ReadTransaction,
    path: PathBuf,
}

/// A ledger that is written to. No other process can write to it meanwhile; it is read as a
/// [`Ledger`], which holds what was written here.
pub(crate) struct LedgerWriter {
    // Dropped before the store, which closes cleanly once nobody reads it.
    ledger: Ledger,
    store: Database,
}

/// What is written at once: all of it or nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    /// New entries of the log, in their order.
    pub(crate) entries: Vec<Entry>,
    /// New owners, and owners in place of what they were.
    pub(crate) owners: Vec<Owner>,
}

/// Where an entry stands: what a vendor notes to prove later that the log was not rewritten.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Receipt {
    /// The entry's number, from 1.
    pub(crate) number: u64,
    /// The head of the hash chain after it.
    pub(crate) head: ChainHead,
}

impl Receipt {
    /// That of a log without entries.
    pub(crate) const EMPTY: Self = Self { number: 0, head: ChainHead::EMPTY };
}

impl From<Entry> for Records {
    fn from(entry: Entry) -> Self {
        Self { entries: vec![entry], owners: Vec::new() }
    }
}

impl From<Owner> for Records {
    fn from(owner: Owner) -> Self {
        Self { entries: Vec::new(), owners: vec![owner] }
    }
}

impl Deref for LedgerWriter {
    type Target = Ledger;

    fn deref(&self) -> &Ledger {
        &self.ledger
    }
}

impl LedgerWriter {
    /// Makes an empty ledger where there is none; only `init` does.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = options.open(path).map_err(|error| unusable(path, &error.into()))?;
        let store = FileBackend::new(file).and_then(|file| builder().create_with_backend(file));
        let store = store.map_err(|error| unusable(path, &error.into()))?;
        lay_out(&store).map_err(|error| unusable(path, &error))?;
        Self::of(store, path)
    }

    fn of(store: Database, path: &Path) -> Result<Self, Failure> {
        Ok(Self { ledger: Ledger::of(&store, path)?, store })
    }

    /// Writes records; when this returns, they are on disk. Gives the receipt of the last entry.
    ///
    /// # Errors
    /// `conflict` where an entry is about a licence or an order that another is about; nothing was
    /// written then.
    pub(crate) fn record(&mut self, records: &Records) -> Result<Receipt, Failure> {
        let encoded = records.entries.iter().map(Entry::encode).collect::<Result<Vec<_>, _>>()?;
        let written = self.write(records, &encoded);
        let receipt = written.map_err(|error| unusable(&self.path, &error))?.map_err(|taken| {
            Failure::coded(Code::Conflict, format!("{taken} is in the ledger already"))
                .mend("look at it with `licence-issuer show`: an order is answered once")
        })?;
        self.ledger = Ledger::of(&self.store, &self.path)?;
        Ok(receipt)
    }

    fn write(
        &self,
        records: &Records,
        encoded: &[Vec<u8>],
    ) -> Result<Result<Receipt, Taken>, redb::Error> {
        let transaction = self.store.begin_write()?;
        let mut receipt = last_receipt(&transaction)?;
        for (entry, bytes) in records.entries.iter().zip(encoded) {
            receipt = append_to_log(&transaction, receipt, bytes)?;
            for pointer in entry.pointers() {
                if let Some(taken) = pointer.insert(&transaction, receipt.number)? {
                    transaction.abort()?;
                    return Ok(Err(taken));
                }
            }
        }
        transaction.open_table(TIP)?.insert((), (receipt.number, &receipt.head.to_bytes()))?;
        write_owners(&transaction, &records.owners)?;
        transaction.commit()?;
        Ok(Ok(receipt))
    }
}

/// Every table is there from the start, so that readers need not ask.
fn lay_out(store: &Database) -> Result<(), redb::Error> {
    let transaction = store.begin_write()?;
    transaction.open_table(META)?.insert("format", FORMAT)?;
    transaction.open_table(LOG)?;
    transaction.open_table(TIP)?;
    transaction.open_table(BY_KIND)?;
    transaction.open_table(LICENCE_BY_ID)?;
    transaction.open_table(LICENCE_BY_SERIAL)?;
    transaction.open_table(LICENCE_BY_REFERENCE)?;
    transaction.open_table(OWNER)?;
    Ok(transaction.commit()?)
}

fn last_receipt(transaction: &WriteTransaction) -> Result<Receipt, redb::Error> {
    let log = transaction.open_table(LOG)?;
    let last = log.last()?.map(|(number, value)| (number.value(), *value.value().0));
    Ok(last.map_or(Receipt::EMPTY, |(number, head)| Receipt {
        number,
        head: ChainHead::from_bytes(head),
    }))
}

fn append_to_log(
    transaction: &WriteTransaction,
    Receipt { number, head }: Receipt,
    bytes: &[u8],
) -> Result<Receipt, redb::Error> {
    let receipt =
        Receipt { number: number.saturating_add(1), head: head.append(&entry::digest(bytes)) };
    let mut log = transaction.open_table(LOG)?;
    log.insert(receipt.number, (&receipt.head.to_bytes(), bytes))?;
    Ok(receipt)
}

fn write_owners(transaction: &WriteTransaction, owners: &[Owner]) -> Result<(), redb::Error> {
    let mut table = transaction.open_table(OWNER)?;
    for owner in owners {
        table.insert(&owner.id.0.to_bytes(), owner.to_json().as_str())?;
    }
    Ok(())
}
