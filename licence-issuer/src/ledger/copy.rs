//! A copy of the ledger, as it stood when it was opened.

use std::path::Path;

use licence_cli::Failure;
use licence_cli::files::{self, Access, StagedFile};
use redb::{Key, ReadTransaction, ReadableTable as _, TableDefinition, Value, WriteTransaction};

use super::Ledger;
use super::open::builder;
use super::refusal::unusable;
use super::table::{
    BY_KIND, LICENCE_BY_ID, LICENCE_BY_REFERENCE, LICENCE_BY_SERIAL, LOG, META, OWNER, TIP,
};

/// A copy that has no name yet.
pub(crate) struct LedgerCopy {
    /// The copy, open. It must be dropped before the file gets its name.
    pub(crate) ledger: Ledger,
    pub(crate) staged: StagedFile,
}

impl Ledger {
    /// Copies the ledger beside `target`, row by row: its file may change meanwhile, the snapshot does
    /// not.
    ///
    /// # Errors
    /// If the copy cannot be written.
    pub(crate) fn copy(&self, target: &Path) -> Result<LedgerCopy, Failure> {
        let staged = StagedFile::beside(target, b"", Access::Private)?.unclaimed()?;
        copy_all(&self.snapshot, staged.path()).map_err(|error| uncopied(target, &error))?;
        Ok(LedgerCopy { ledger: Self::open(staged.path())?, staged })
    }
}

fn copy_all(from: &ReadTransaction, path: &Path) -> Result<(), redb::Error> {
    let store = builder().create(path)?;
    let to = store.begin_write()?;
    copy_table(from, &to, META)?;
    copy_table(from, &to, LOG)?;
    copy_table(from, &to, TIP)?;
    copy_table(from, &to, BY_KIND)?;
    copy_table(from, &to, LICENCE_BY_ID)?;
    copy_table(from, &to, LICENCE_BY_SERIAL)?;
    copy_table(from, &to, LICENCE_BY_REFERENCE)?;
    copy_table(from, &to, OWNER)?;
    Ok(to.commit()?)
}

fn copy_table<K: Key, V: Value>(
    from: &ReadTransaction,
    to: &WriteTransaction,
    table: TableDefinition<'_, K, V>,
) -> Result<(), redb::Error> {
    let (from, mut to) = (from.open_table(table)?, to.open_table(table)?);
    for row in from.iter()? {
        let (key, value) = row?;
        to.insert(key.value(), value.value())?;
    }
    Ok(())
}

fn uncopied(target: &Path, error: &redb::Error) -> Failure {
    let redb::Error::Io(answer) = error else { return unusable(target, error) };
    files::refused_by_system(format!("the copy `{}` cannot be written", target.display()), answer)
}
