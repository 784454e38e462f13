//! Who may have the ledger open at once: any number who read it, and one who writes.

use std::path::Path;

use licence_cli::Failure;
use redb::{
    Builder, ConcurrencyMode, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase,
    TableHandle as _,
};

use super::refusal::{newer, no_ledger, unopened, unusable};
use super::table::{FORMAT, META};
use super::{Ledger, LedgerWriter};

/// Where the store can lock single bytes of a file, readers go on while an import writes; elsewhere a
/// writer keeps everybody out.
const SHARING: ConcurrencyMode = if cfg!(any(target_os = "linux", target_vendor = "apple", windows))
{
    ConcurrencyMode::SingleWriter
} else {
    ConcurrencyMode::ExclusiveWriter
};

/// How every process opens it: they must agree on how it is shared.
pub(super) fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_concurrency_mode(SHARING);
    builder
}

impl Ledger {
    /// Opens a ledger that `init` made, to read it.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let store = open_to_read(path).map_err(|error| unopened(path, error))?;
        Self::of(&store, path)
    }

    /// The ledger in a store, as it stands.
    pub(super) fn of(store: &impl ReadableDatabase, path: &Path) -> Result<Self, Failure> {
        let snapshot = store.begin_read().map_err(|error| unusable(path, &error.into()))?;
        match format(&snapshot).map_err(|error| unusable(path, &error))? {
            Some(FORMAT) => Ok(Self { snapshot, path: path.to_owned() }),
            Some(other) => Err(newer(path, other)),
            None => Err(no_ledger(path)),
        }
    }
}

impl LedgerWriter {
    /// Opens a ledger that `init` made, to write to it.
    ///
    /// # Errors
    /// Also where another process writes to it.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let store = builder().open(path).map_err(|error| unopened(path, error))?;
        Self::of(store, path)
    }
}

/// A ledger that a crash left behind is mended first, which only a writer can do.
fn open_to_read(path: &Path) -> Result<ReadOnlyDatabase, DatabaseError> {
    match builder().open_read_only(path) {
        Err(DatabaseError::RepairAborted) => match builder().open(path) {
            // Another process has begun to mend it or to write.
            Ok(_) | Err(DatabaseError::DatabaseAlreadyOpen) => builder().open_read_only(path),
            Err(error) => Err(error),
        },
        opened => opened,
    }
}

/// The version of the layout; `None` where this is some other redb store.
fn format(snapshot: &ReadTransaction) -> Result<Option<u64>, redb::Error> {
    if !snapshot.list_tables()?.any(|table| table.name() == META.name()) {
        return Ok(None);
    }
    Ok(snapshot.open_table(META)?.get("format")?.map(|format| format.value()))
}
