use std::fmt;
use std::ops::{Bound, ControlFlow};
use std::sync::{Arc, RwLockReadGuard};

use licence_core::{LicenceId, SessionId, TokenId, UnixTime, UserId};
use redb::{
    Key, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable as _,
    ReadableTableMetadata as _, TableDefinition,
};

use super::beside::{Beside, Shared};
use super::check::check;
use super::copy::copy_out;
use super::journal::RowsOf;
use super::load::revocation;
use super::schema::{
    AUDIT, BORROWINGS, CHECKPOINTS, DATA, Id, LICENCES, META, META_LIST, META_SITE, QUEUE, REVOKED,
    SERVICES, SESSIONS, USAGE, USER_KEYS, USERS,
};
use crate::domain::{
    Borrowing, Data, DataOwner, Entry, Hour, PasswordHash, Place, Revocation, Service, Session,
    Site, User, UserKey,
};
use crate::store::codec::{Row, decode, glance};
use crate::store::{Checkup, CopiedRow, LogPiece, Reader, Sizes, StoreError};

/// Reads what is committed, beside the writer.
#[derive(Clone)]
pub struct RedbReader {
    /// One that is written as well, or one that was opened to be read alone.
    database: Arc<dyn ReadableDatabase + Send + Sync>,
    beside: Shared,
}

/// What is committed at one moment, for a reader that is done soon: the writer waits for it.
///
/// INVARIANT: the tables' snapshot is taken while what is beside them cannot change. So it may be ahead by a
/// batch that is not acknowledged, and never behind: a row that leaves the journal stands in its table before.
struct Snapshot<'a> {
    beside: RwLockReadGuard<'a, Beside>,
    tables: ReadTransaction,
}

/// Rows that are read while the writer waits at most.
const AT_ONCE: usize = 64;

/// A table whose rows the journal replaces.
type Journaled = (TableDefinition<'static, Id, &'static [u8]>, RowsOf);

fn behind(after: Option<Id>) -> (Bound<Id>, Bound<Id>) {
    (after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded)
}

impl Snapshot<'_> {
    /// The newest form of a row, read.
    fn newest<R: Row>(&self, rows: RowsOf, id: Id, stored: &[u8]) -> Result<R, StoreError> {
        decode(self.beside.newer.newest(rows, id, stored))
    }

    /// So many rows after one, oldest first.
    fn after<R: Row>(
        &self,
        (table, rows): Journaled,
        after: Option<Id>,
        count: usize,
    ) -> Result<Vec<(Id, R)>, StoreError> {
        let table = self.tables.open_table(table)?;
        let newest = table.range::<Id>(behind(after))?.take(count).map(|row| {
            let (id, row) = row?;
            Ok((id.value(), self.newest(rows, id.value(), row.value())?))
        });
        newest.collect()
    }
}

impl RedbReader {
    pub(super) const fn new(
        database: Arc<dyn ReadableDatabase + Send + Sync>,
        beside: Shared,
    ) -> Self {
        Self { database, beside }
    }

    fn snapshot(&self) -> Result<Snapshot<'_>, StoreError> {
        let beside = self.beside.read();
        Ok(Snapshot { beside, tables: self.database.begin_read()? })
    }

    /// So many rows after one, oldest first: a few of one moment, and then the next few.
    ///
    /// Their pages come from the disk before the lock is taken. The writer waits for whoever has it, and everybody
    /// else for the writer.
    fn after<R: Row>(
        &self,
        table: Journaled,
        mut after: Option<Id>,
        count: usize,
    ) -> Result<Vec<R>, StoreError> {
        let mut found = Vec::new();
        loop {
            let asked = AT_ONCE.min(count - found.len());
            self.bring_home(table, after, asked)?;
            let rows = self.snapshot()?.after(table, after, asked)?;
            let is_end = rows.len() < asked;
            after = rows.last().map(|(id, _)| *id);
            found.extend(rows.into_iter().map(|(_, row)| row));
            if is_end || found.len() == count {
                return Ok(found);
            }
        }
    }

    fn bring_home(
        &self,
        (table, _): Journaled,
        after: Option<Id>,
        count: usize,
    ) -> Result<(), StoreError> {
        let table = self.database.begin_read()?.open_table(table)?;
        for row in table.range::<Id>(behind(after))?.take(count) {
            row?;
        }
        Ok(())
    }

    fn bring_each_home(&self, sessions: &[Id]) -> Result<(), StoreError> {
        let table = self.database.begin_read()?.open_table(SESSIONS)?;
        sessions.iter().try_for_each(|id| table.get(id).map(drop))?;
        Ok(())
    }

    /// The row under an id, in its newest form.
    ///
    /// The journal is looked at first, and let go before the table is: a row that leaves it stands in the
    /// table by then.
    fn newest<R: Row>(&self, (table, rows): Journaled, id: Id) -> Result<Option<R>, StoreError> {
        let newest = self.beside.read().newer.get(rows, id).cloned();
        match newest {
            Some(row) => decode(&row).map(Some),
            None => self.row(table, id),
        }
    }

    /// The row under a key.
    ///
    /// The table stands in a variable, because it keeps the snapshot alive and the row does not: a row that
    /// outlived its snapshot would lie on a page that the writer may free.
    fn row<K: Key + 'static, R: Row>(
        &self,
        table: TableDefinition<'_, K, &'static [u8]>,
        key: K::SelfType<'_>,
    ) -> Result<Option<R>, StoreError> {
        let table = self.database.begin_read()?.open_table(table)?;
        let row = table.get(key)?;
        row.map(|row| decode(row.value())).transpose()
    }

    /// Every revocation that was not purged.
    ///
    /// # Errors
    /// Where the store fails or holds what was never written.
    pub fn revocations(&self) -> Result<Vec<Revocation>, StoreError> {
        let table = self.database.begin_read()?.open_table(REVOKED)?;
        table.iter()?.map(|entry| revocation(entry?.0.value())).collect()
    }

    /// Every service.
    ///
    /// # Errors
    /// Where the store fails or holds what was never written.
    pub fn services(&self) -> Result<Vec<Service>, StoreError> {
        let table = self.database.begin_read()?.open_table(SERVICES)?;
        table.iter()?.map(|row| decode(row?.1.value())).collect()
    }
}

#[cfg(test)]
impl RedbReader {
    /// Every session, so that tests can compare counters with rows.
    pub(crate) fn sessions(&self) -> Result<Vec<Session>, StoreError> {
        self.after((SESSIONS, RowsOf::Sessions), None, usize::MAX)
    }
}

impl fmt::Debug for RedbReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedbReader")
    }
}

impl Reader for RedbReader {
    fn user_by(&self, key: &UserKey) -> Result<Option<User>, StoreError> {
        // One snapshot for both tables, so that they agree.
        let snapshot = self.snapshot()?;
        let Some(id) = snapshot.tables.open_table(USER_KEYS)?.get(key.to_key())? else {
            return Ok(None);
        };
        let row = snapshot.tables.open_table(USERS)?.get(id.value())?;
        row.map(|row| snapshot.newest(RowsOf::Users, id.value(), row.value())).transpose()
    }

    fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.newest((USERS, RowsOf::Users), id.0.to_bytes())
    }

    fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.newest((SESSIONS, RowsOf::Sessions), id.0.to_bytes())
    }

    fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        let user = user.0.to_bytes();
        let known: Vec<Id> = self.beside.read().own.of(user).collect();
        self.bring_each_home(&known)?;
        let snapshot = self.snapshot()?;
        let sessions = snapshot.tables.open_table(SESSIONS)?;
        let mut own = Vec::new();
        for id in snapshot.beside.own.of(user) {
            // One that is not there went with a batch that is not acknowledged yet.
            if let Some(row) = sessions.get(id)? {
                own.push(snapshot.newest(RowsOf::Sessions, id, row.value())?);
            }
        }
        Ok(own)
    }

    fn sessions_after(
        &self,
        after: Option<SessionId>,
        count: usize,
    ) -> Result<Vec<Session>, StoreError> {
        let after = after.map(|id| id.0.to_bytes());
        self.after((SESSIONS, RowsOf::Sessions), after, count)
    }

    fn users_after(&self, after: Option<UserId>, count: usize) -> Result<Vec<User>, StoreError> {
        let after = after.map(|id| id.0.to_bytes());
        self.after((USERS, RowsOf::Users), after, count)
    }

    fn each_hash(&self, see: &mut dyn FnMut(&PasswordHash)) -> Result<(), StoreError> {
        // At a start, before anybody could wait for it.
        let Snapshot { beside, tables } = self.snapshot()?;
        let mut along = beside.newer.along(RowsOf::Users);
        for row in tables.open_table(USERS)?.iter()? {
            let (id, row) = row?;
            let row = along.newest(id.value(), row.value());
            glance::<User, _>(row, |user| {
                user.hash().iter().for_each(&mut *see);
                Some(())
            })?;
        }
        Ok(())
    }

    fn borrowings(&self) -> Result<Vec<Borrowing>, StoreError> {
        let table = self.database.begin_read()?.open_table(BORROWINGS)?;
        table.iter()?.map(|row| decode(row?.1.value())).collect()
    }

    fn borrowing(&self, id: TokenId) -> Result<Option<Borrowing>, StoreError> {
        self.row(BORROWINGS, id.0.to_bytes())
    }

    fn queue(&self) -> Result<Vec<Place>, StoreError> {
        let table = self.database.begin_read()?.open_table(QUEUE)?;
        table.iter()?.map(|row| decode(row?.1.value())).collect()
    }

    fn data(&self, owner: DataOwner) -> Result<Option<Data>, StoreError> {
        self.row(DATA, owner.to_key())
    }

    fn entries(&self, from: u64, count: usize) -> Result<Vec<Entry>, StoreError> {
        entries(&self.database.begin_read()?.open_table(AUDIT)?, from, count)
    }

    fn entries_before(&self, before: u64, count: usize) -> Result<Vec<Entry>, StoreError> {
        let table = self.database.begin_read()?.open_table(AUDIT)?;
        let entries = table.range(..before)?.rev().take(count).map(|entry| {
            let (seq, json) = entry?;
            Ok(Entry { seq: seq.value(), json: json.value().to_owned() })
        });
        entries.collect()
    }

    fn log_piece(&self, from: u64, count: usize) -> Result<LogPiece, StoreError> {
        let snapshot = self.database.begin_read()?;
        let site = site(&snapshot)?;
        let last = snapshot.open_table(CHECKPOINTS)?;
        let checkpoint = last.last()?.map(|(below, text)| (below.value(), text.value().to_owned()));
        let entries = entries(&snapshot.open_table(AUDIT)?, from, count)?;
        Ok(LogPiece { position: site.position, checkpoint, entries })
    }

    fn sizes(&self) -> Result<Sizes, StoreError> {
        let snapshot = self.database.begin_read()?;
        let sessions = snapshot.open_table(SESSIONS)?.len()?;
        Ok(Sizes { sessions, log_entries: snapshot.open_table(AUDIT)?.len()? })
    }

    fn checkpoint(&self) -> Result<Option<(u64, String)>, StoreError> {
        let table = self.database.begin_read()?.open_table(CHECKPOINTS)?;
        let last = table.last()?;
        Ok(last.map(|(below, checkpoint)| (below.value(), checkpoint.value().to_owned())))
    }

    fn revocation_list(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let table = self.database.begin_read()?.open_table(META)?;
        let list = table.get(META_LIST)?;
        Ok(list.map(|list| list.value().to_vec()))
    }

    fn licence_files(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let table = self.database.begin_read()?.open_table(LICENCES)?;
        table.iter()?.map(|row| Ok(row?.1.value().to_vec())).collect()
    }

    fn licence_file(&self, id: LicenceId) -> Result<Option<Vec<u8>>, StoreError> {
        let table = self.database.begin_read()?.open_table(LICENCES)?;
        let file = table.get(id.0.to_bytes())?;
        Ok(file.map(|file| file.value().to_vec()))
    }

    fn usage(&self, from: UnixTime, to: UnixTime) -> Result<Vec<Hour>, StoreError> {
        let span = from.secs()..to.secs().max(from.secs());
        // One transaction for both tables: an hour that ends meanwhile is in one of them, and not in both.
        let transaction = self.database.begin_read()?;
        let running = site(&transaction)?.hour;
        let mut hours: Vec<Hour> = Vec::new();
        for row in transaction.open_table(USAGE)?.range(span.clone())? {
            hours.push(decode(row?.1.value())?);
        }
        if span.contains(&running.start.secs()) && running.is_eventful() {
            // The clock may have been set back into an hour that was over.
            match hours.iter_mut().find(|hour| hour.start == running.start) {
                Some(hour) => *hour = hour.with(running),
                None => hours.push(running),
            }
            hours.sort_unstable_by_key(|hour| hour.start);
        }
        Ok(hours)
    }

    fn copy_out(
        &self,
        take: &mut dyn FnMut(CopiedRow<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        copy_out(&self.database.begin_read()?, take)
    }

    fn check(&self) -> Result<Checkup, StoreError> {
        check(&self.database.begin_read()?)
    }

    fn site(&self) -> Result<Site, StoreError> {
        site(&self.database.begin_read()?)
    }
}

fn site(transaction: &ReadTransaction) -> Result<Site, StoreError> {
    let table = transaction.open_table(META)?;
    let site = table.get(META_SITE)?;
    decode(site.ok_or(StoreError::Corrupt { table: "meta" })?.value())
}

fn entries(
    audit: &ReadOnlyTable<u64, &'static str>,
    from: u64,
    count: usize,
) -> Result<Vec<Entry>, StoreError> {
    let entries = audit.range(from..)?.take(count).map(|entry| {
        let (seq, json) = entry?;
        Ok(Entry { seq: seq.value(), json: json.value().to_owned() })
    });
    entries.collect()
}

#[cfg(test)]
mod tests;
