use std::path::Path;
use std::sync::Arc;

use licence_core::claims::{Epoch, LogPosition};
use licence_core::{ChainHead, UnixTime};
use redb::{Database, DatabaseError, ReadableDatabase as _, ReadableTable as _};

use super::index::LeaseIndex;
use super::read::RedbReader;
use super::schema::{
    AUDIT, FORMAT, LICENCES, META, META_FORMAT, META_SITE, NAMES, REVOKED, SESSIONS, USERS,
};
use crate::domain::{Session, Site};
use crate::store::StoreError;
use crate::store::codec::{decode, encode};

/// Bytes of pages kept in memory. A million sessions have some 250 MB; those of one morning fit.
const CACHE_BYTES: usize = 64 * 1024 * 1024;

/// An open store: the engine of the one writer, and the source of its readers.
#[derive(Debug)]
pub struct RedbStore {
    pub(super) database: Arc<Database>,
    pub(super) index: LeaseIndex,
}

/// What a new store begins with.
#[derive(Clone, Copy, Debug)]
pub struct NewSite {
    /// The first life of the store.
    pub epoch: Epoch,
    /// Now.
    pub mark: UnixTime,
}

impl RedbStore {
    /// Makes a store where there is none.
    ///
    /// # Errors
    /// [`StoreError::Exists`]; [`StoreError::Failed`] where the disk fails.
    pub fn create(path: &Path, new: NewSite) -> Result<Self, StoreError> {
        if path.exists() {
            return Err(StoreError::Exists(path.to_owned()));
        }
        let database = Database::builder().set_cache_size(CACHE_BYTES).create(path)?;
        let position = LogPosition { epoch: new.epoch, seq: 0, head: ChainHead::EMPTY };
        let site =
            Site { mark: new.mark, position, serial: None, users: 0, users_seated: 0, leases: 0 };
        let transaction = database.begin_write()?;
        {
            let mut meta = transaction.open_table(META)?;
            meta.insert(META_FORMAT, FORMAT.to_be_bytes().as_slice())?;
            meta.insert(META_SITE, encode(&site)?.as_slice())?;
            // Made here, so that a reader never meets a table that is not there.
            transaction.open_table(SESSIONS)?;
            transaction.open_table(USERS)?;
            transaction.open_table(NAMES)?;
            transaction.open_table(LICENCES)?;
            transaction.open_table(AUDIT)?;
            transaction.open_multimap_table(REVOKED)?;
        }
        transaction.commit()?;
        Ok(Self { database: Arc::new(database), index: LeaseIndex::default() })
    }

    /// Opens the store at a path.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::InUse`], [`StoreError::NewerFormat`]; and
    /// [`StoreError::Corrupt`] or [`StoreError::Failed`] where its content or the disk is not sound.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::NotFound(path.to_owned()));
        }
        let database = Database::builder().set_cache_size(CACHE_BYTES).open(path);
        let database = database.map_err(|error| {
            if matches!(error, DatabaseError::DatabaseAlreadyOpen) {
                StoreError::InUse(path.to_owned())
            } else {
                error.into()
            }
        })?;
        check_format(&database)?;
        let index = read_leases(&database)?;
        Ok(Self { database: Arc::new(database), index })
    }

    /// A reader of what is committed.
    #[must_use]
    pub fn reader(&self) -> RedbReader {
        RedbReader::new(Arc::clone(&self.database))
    }
}

fn check_format(database: &Database) -> Result<(), StoreError> {
    let corrupt = StoreError::Corrupt { table: "meta" };
    let transaction = database.begin_read()?;
    let meta = transaction.open_table(META)?;
    let Some(format) = meta.get(META_FORMAT)? else { return Err(corrupt) };
    let found = format.value().try_into().map(u32::from_be_bytes).map_err(|_| corrupt)?;
    if found > FORMAT {
        return Err(StoreError::NewerFormat { found, known: FORMAT });
    }
    Ok(())
}

fn read_leases(database: &Database) -> Result<LeaseIndex, StoreError> {
    let transaction = database.begin_read()?;
    let sessions = transaction.open_table(SESSIONS)?;
    let mut index = LeaseIndex::default();
    for row in sessions.iter()? {
        let (_, row) = row?;
        index.add(&decode::<Session>(row.value())?);
    }
    Ok(index)
}
