use std::path::Path;
use std::sync::Arc;

use licence_core::claims::Epoch;
use licence_core::{SessionId, UnixTime, UserId, Uuid};
use redb::{
    Builder, Database, DatabaseError, ReadTransaction, ReadableDatabase, ReadableTable,
    ReadableTableMetadata, StorageBackend, WriteTransaction,
};

use super::beside::{OwnSessions, Shared};
use super::index::{Indexes, SessionPlace};
use super::journal::{Journal, Newer, RowsOf};
use super::medium::{Medium, PageCache};
use super::read::RedbReader;
use super::schema::{
    AUDIT, BORROWINGS, CHECKPOINTS, DATA, FORMAT, Id, JOURNAL, LICENCES, META, META_FORMAT,
    META_SITE, QUEUE, REVOKED, SERVICES, SESSIONS, USAGE, USER_KEYS, USERS,
};
use crate::domain::{Session, Site, User};
use crate::store::StoreError;
use crate::store::codec::{decode, encode, glance};

/// Bytes of pages kept in memory: those on the way to the rows, which the system would be asked for again and
/// again. The rows' own pages are in the system's cache, a copy away; eight times as many made nothing faster among
/// ten thousand sessions, and little among a million.
const CACHE_BYTES: usize = 8 * 1024 * 1024;

/// Sessions for which a start makes room beforehand; more make room for themselves.
const SESSIONS_EXPECTED: u64 = 1 << 20;

/// An open store: the engine of the one writer, and the source of its readers.
#[derive(Debug)]
pub struct RedbStore {
    pub(super) database: Arc<Database>,
    pub(super) indexes: Indexes,
    pub(super) journal: Journal,
    pub(super) beside: Shared,
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
        Self::furnish(builder().create_with_backend(Medium::create(path)?)?, new)
    }

    /// Makes a store on something else than a file: memory, or a disk that fails when it is told to.
    ///
    /// # Errors
    /// [`StoreError::Failed`] where it fails.
    pub fn create_on(
        backend: impl StorageBackend,
        cache: impl PageCache,
        new: NewSite,
    ) -> Result<Self, StoreError> {
        Self::furnish(builder().create_with_backend(Medium::new(backend, cache))?, new)
    }

    fn furnish(database: Database, new: NewSite) -> Result<Self, StoreError> {
        let transaction = database.begin_write()?;
        make_tables(&transaction)?;
        {
            let mut meta = transaction.open_table(META)?;
            meta.insert(META_FORMAT, FORMAT.to_be_bytes().as_slice())?;
            meta.insert(META_SITE, encode(&Site::new(new.mark, new.epoch))?.as_slice())?;
        }
        transaction.commit()?;
        let (indexes, journal, beside) = (Indexes::default(), Journal::empty(), Shared::default());
        Ok(Self { database: Arc::new(database), indexes, journal, beside })
    }

    /// Opens the store at a path.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::InUse`], [`StoreError::NewerFormat`]; and
    /// [`StoreError::Corrupt`] or [`StoreError::Failed`] where its content or the disk is not sound.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let database = builder().create_with_backend(Medium::open(path)?);
        Self::check(database.map_err(|error| unopened(error, path))?)
    }

    /// Opens a store that was made [on something else than a file](Self::create_on).
    ///
    /// # Errors
    /// [`StoreError::NewerFormat`], [`StoreError::Corrupt`], [`StoreError::Failed`].
    pub fn open_on(
        backend: impl StorageBackend,
        cache: impl PageCache,
    ) -> Result<Self, StoreError> {
        Self::check(builder().create_with_backend(Medium::new(backend, cache))?)
    }

    pub(super) fn check(database: Database) -> Result<Self, StoreError> {
        check_format(&database)?;
        let snapshot = database.begin_read()?;
        let (journal, newer) = Journal::open(&snapshot)?;
        let (indexes, own) = read_indexes(&snapshot, &newer)?;
        count_again(&database, &indexes, &newer)?;
        let beside = Shared::new(newer, own);
        Ok(Self { database: Arc::new(database), indexes, journal, beside })
    }

    /// A reader of what is committed.
    #[must_use]
    pub fn reader(&self) -> RedbReader {
        RedbReader::new(Arc::clone(&self.database) as _, self.beside.clone())
    }

    /// Begins to fold the journal at so many bytes, so that a short run sees every step of it.
    #[must_use]
    pub const fn folding_at(mut self, bytes: u64) -> Self {
        self.journal.fold_at(bytes);
        self
    }
}

impl RedbReader {
    /// Opens the store at a path without changing a byte of it, to
    /// [`check`](crate::store::Reader::check) it. What follows from rows that cannot be read is left out.
    ///
    /// # Errors
    /// As [`RedbStore::open`], but none for a row that cannot be read; and [`StoreError::NotClosed`] where
    /// the last program that had it was killed, so that it is to be repaired first.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::NotFound(path.to_owned()));
        }
        let database = builder().open_read_only(path).map_err(|error| {
            if matches!(error, DatabaseError::RepairAborted) {
                StoreError::NotClosed(path.to_owned())
            } else {
                unopened(error, path)
            }
        })?;
        check_format(&database)?;
        // A damaged store is opened too: whoever looks for flaws reads every row again, and asks for none.
        let beside = read_beside(&database).unwrap_or_default();
        Ok(Self::new(Arc::new(database), beside))
    }
}

fn read_beside(database: &impl ReadableDatabase) -> Result<Shared, StoreError> {
    let snapshot = database.begin_read()?;
    let newer = Newer::of(&snapshot)?;
    let (_, own) = read_indexes(&snapshot, &newer)?;
    Ok(Shared::new(newer, own))
}

fn unopened(error: DatabaseError, path: &Path) -> StoreError {
    if matches!(error, DatabaseError::DatabaseAlreadyOpen) {
        StoreError::InUse(path.to_owned())
    } else {
        error.into()
    }
}

pub(super) fn builder() -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    builder
}

/// Makes every table, so that a reader never meets one that is not there.
pub(super) fn make_tables(transaction: &WriteTransaction) -> Result<(), StoreError> {
    transaction.open_table(SESSIONS)?;
    transaction.open_table(USERS)?;
    transaction.open_table(USER_KEYS)?;
    transaction.open_table(BORROWINGS)?;
    transaction.open_table(QUEUE)?;
    transaction.open_table(DATA)?;
    transaction.open_table(SERVICES)?;
    transaction.open_table(LICENCES)?;
    transaction.open_table(REVOKED)?;
    transaction.open_table(AUDIT)?;
    transaction.open_table(CHECKPOINTS)?;
    transaction.open_table(USAGE)?;
    transaction.open_table(JOURNAL)?;
    Ok(())
}

fn check_format(database: &impl ReadableDatabase) -> Result<(), StoreError> {
    let corrupt = StoreError::Corrupt { table: "meta" };
    let transaction = database.begin_read()?;
    let meta = transaction.open_table(META)?;
    let Some(format) = meta.get(META_FORMAT)? else { return Err(corrupt) };
    let found = format.value().try_into().map(u32::from_be_bytes).map_err(|_| corrupt)?;
    if found == 0 {
        return Err(StoreError::Corrupt { table: "meta" });
    }
    if found > FORMAT {
        return Err(StoreError::NewerFormat { found, known: FORMAT });
    }
    Ok(())
}

pub(super) fn read_indexes(
    transaction: &ReadTransaction,
    newer: &Newer,
) -> Result<(Indexes, OwnSessions), StoreError> {
    let sessions = transaction.open_table(SESSIONS)?;
    let mut along = newer.along(RowsOf::Sessions);
    let places = sessions.iter()?.map(|row| {
        let (id, row) = row?;
        session_place(id.value(), along.newest(id.value(), row.value()))
    });
    // A length is not part of what is summed: a wrong one must not ask for all the memory.
    let count = usize::try_from(sessions.len()?.min(SESSIONS_EXPECTED)).unwrap_or(0);
    let (mut indexes, own) = Indexes::of_sessions(count, places)?;
    for row in transaction.open_table(BORROWINGS)?.iter()? {
        indexes.add_borrowing(&decode(row?.1.value())?);
    }
    for row in transaction.open_table(QUEUE)?.iter()? {
        indexes.add_place(decode(row?.1.value())?);
    }
    Ok((indexes, own))
}

/// Looks at a session's row without reading all of it: at a start every row is looked at.
fn session_place(id: Id, row: &[u8]) -> Result<SessionPlace, StoreError> {
    glance::<Session, _>(row, |stored| {
        let session = SessionId(Uuid::from_bytes(stored.id));
        let lease_end = stored.lease_end.map(UnixTime::from_secs);
        (stored.id == id).then_some(())?;
        Some(SessionPlace {
            id: session,
            user: UserId(Uuid::from_bytes(stored.user)),
            due: UnixTime::from_secs(stored.due)?,
            lease_end: if let Some(end) = lease_end { Some(end?) } else { None },
        })
    })
}

/// Takes the counters from the rows, so that whoever edits one of the two gains nothing.
fn count_again(database: &Database, indexes: &Indexes, newer: &Newer) -> Result<(), StoreError> {
    let snapshot = database.begin_read()?;
    let stored = snapshot.open_table(META)?.get(META_SITE)?.map(|row| decode::<Site>(row.value()));
    let stored = stored.ok_or(StoreError::Corrupt { table: "meta" })??;
    let site = counted(&snapshot, indexes, newer, stored)?;
    if site == stored {
        return Ok(());
    }
    tracing::warn!(?stored, ?site, "the counters were not those of the rows");
    let transaction = database.begin_write()?;
    transaction.open_table(META)?.insert(META_SITE, encode(&site)?.as_slice())?;
    transaction.commit()?;
    Ok(())
}

/// The site's row with the counters that follow from the rows.
pub(super) fn counted(
    from: &ReadTransaction,
    indexes: &Indexes,
    newer: &Newer,
    stored: Site,
) -> Result<Site, StoreError> {
    let users = from.open_table(USERS)?;
    let (people, applicants) = (rows_of(&users)?, applicants_of(&users, newer)?);
    Ok(Site {
        users_seated: indexes.users_seated(),
        sessions_seated: indexes.sessions_seated(),
        borrowed: indexes.borrowed(),
        waiting: indexes.waiting(),
        users: people.saturating_sub(applicants),
        applicants,
        revoked: rows_of(&from.open_table(REVOKED)?)?,
        ..stored
    })
}

/// How many of the people only applied.
fn applicants_of(
    users: &impl ReadableTable<Id, &'static [u8]>,
    newer: &Newer,
) -> Result<u32, StoreError> {
    let (mut applicants, mut along) = (0_u32, newer.along(RowsOf::Users));
    for row in users.iter()? {
        let (id, row) = row?;
        let row = along.newest(id.value(), row.value());
        let has_applied = glance::<User, _>(row, |stored| Some(stored.has_applied()))?;
        applicants = applicants.saturating_add(u32::from(has_applied));
    }
    Ok(applicants)
}

fn rows_of(table: &impl ReadableTableMetadata) -> Result<u32, StoreError> {
    Ok(u32::try_from(table.len()?).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Reader as _;

    const NEW: NewSite = NewSite { epoch: Epoch { counter: 1, tag: 7 }, mark: UnixTime::MIN };

    fn create() -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.redb");
        drop(RedbStore::create(&path, NEW).unwrap());
        (dir, path)
    }

    fn write_meta(path: &Path, key: &str, value: &[u8]) {
        let database = Database::open(path).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction.open_table(META).unwrap().insert(key, value).unwrap();
        transaction.commit().unwrap();
    }

    #[test]
    fn a_store_is_made_once_and_opened_by_one() {
        let (_dir, path) = create();
        assert!(matches!(RedbStore::create(&path, NEW), Err(StoreError::Exists(_))));
        let _open = RedbStore::open(&path).unwrap();
        assert!(matches!(RedbStore::open(&path), Err(StoreError::InUse(_))));
        let elsewhere = path.with_extension("other");
        assert!(matches!(RedbStore::open(&elsewhere), Err(StoreError::NotFound(_))));
    }

    #[test]
    fn a_store_of_a_newer_version_is_refused() {
        let (_dir, path) = create();
        write_meta(&path, META_FORMAT, &2_u32.to_be_bytes());
        let refused = RedbStore::open(&path);
        assert!(matches!(refused, Err(StoreError::NewerFormat { found: 2, known: 1 })));
    }

    #[test]
    fn a_row_that_was_never_written_is_refused() {
        let (_dir, path) = create();
        write_meta(&path, META_SITE, &[1, 2, 3]);
        assert!(matches!(RedbStore::open(&path), Err(StoreError::Corrupt { table: "site" })));
    }

    #[test]
    fn counters_that_were_edited_are_counted_again() {
        let (_dir, path) = create();
        let site = RedbStore::open(&path).unwrap().reader().site().unwrap();
        let edited = Site { sessions_seated: 40, users_seated: 40, users: 40, revoked: 40, ..site };
        write_meta(&path, META_SITE, &encode(&edited).unwrap());
        assert_eq!(RedbStore::open(&path).unwrap().reader().site().unwrap(), site);
    }
}
