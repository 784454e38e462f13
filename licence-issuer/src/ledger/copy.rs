//! A copy of the ledger, as it stands on disk.

use std::path::Path;

use licence_cli::Failure;
use licence_cli::files::{Access, StagedFile};
use redb::{Database, DatabaseError, ReadOnlyDatabase};

use super::Ledger;
use super::refusal::unopened;

/// A copy that has no name yet.
pub(crate) struct LedgerCopy {
    /// The copy, open. It must be dropped before the file gets its name.
    pub(crate) ledger: Ledger,
    pub(crate) staged: StagedFile,
}

impl Ledger {
    /// Copies the ledger at `path`, which nobody writes to meanwhile, beside `target`.
    ///
    /// # Errors
    /// If another process has the ledger open, or the copy cannot be written.
    pub(crate) fn copy(path: &Path, target: &Path) -> Result<LedgerCopy, Failure> {
        let held = open_to_read(path)?;
        let staged = StagedFile::copy_beside(target, path, Access::Private)?;
        drop(held);
        Ok(LedgerCopy { ledger: Self::open(staged.path())?, staged })
    }
}

/// Opens it for readers only, which keeps writers away. A ledger that a crash left behind is mended
/// first, as every other command would.
fn open_to_read(path: &Path) -> Result<ReadOnlyDatabase, Failure> {
    match ReadOnlyDatabase::open(path) {
        Err(DatabaseError::RepairAborted) => {
            drop(Database::open(path).map_err(|error| unopened(path, error))?);
            ReadOnlyDatabase::open(path)
        }
        opened => opened,
    }
    .map_err(|error| unopened(path, error))
}
