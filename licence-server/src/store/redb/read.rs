use std::fmt;
use std::ops::{Bound, ControlFlow};
use std::sync::Arc;

use licence_core::{SessionId, TokenId, UnixTime, UserId};
use redb::{
    Key, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable as _,
    ReadableTableMetadata as _, TableDefinition,
};

use super::check::check;
use super::copy::copy_out;
use super::load::revocation;
use super::schema::{
    AUDIT, BORROWINGS, CHECKPOINTS, DATA, LICENCES, META, META_LIST, META_SITE, OWN_SESSIONS,
    QUEUE, REVOKED, SERVICES, SESSIONS, USAGE, USER_KEYS, USERS,
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
}

impl RedbReader {
    pub(super) const fn new(database: Arc<dyn ReadableDatabase + Send + Sync>) -> Self {
        Self { database }
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
        let table = self.database.begin_read()?.open_table(SESSIONS)?;
        table.iter()?.map(|row| decode(row?.1.value())).collect()
    }
}

impl fmt::Debug for RedbReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedbReader")
    }
}

impl Reader for RedbReader {
    fn user_by(&self, key: &UserKey) -> Result<Option<User>, StoreError> {
        // One transaction for both tables, so that they agree.
        let transaction = self.database.begin_read()?;
        let Some(id) = transaction.open_table(USER_KEYS)?.get(key.to_key())? else {
            return Ok(None);
        };
        let row = transaction.open_table(USERS)?.get(id.value())?;
        row.map(|row| decode(row.value())).transpose()
    }

    fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.row(USERS, id.0.to_bytes())
    }

    fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        self.row(SESSIONS, id.0.to_bytes())
    }

    fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        // One transaction for both tables, so that they agree.
        let transaction = self.database.begin_read()?;
        let sessions = transaction.open_table(SESSIONS)?;
        let mut own = Vec::new();
        for id in transaction.open_multimap_table(OWN_SESSIONS)?.get(user.0.to_bytes())? {
            let row =
                sessions.get(id?.value())?.ok_or(StoreError::Corrupt { table: "sessions" })?;
            own.push(decode(row.value())?);
        }
        Ok(own)
    }

    fn sessions_after(
        &self,
        after: Option<SessionId>,
        count: usize,
    ) -> Result<Vec<Session>, StoreError> {
        let table = self.database.begin_read()?.open_table(SESSIONS)?;
        let start = after.map_or(Bound::Unbounded, |id| Bound::Excluded(id.0.to_bytes()));
        let rows = table.range::<[u8; 16]>((start, Bound::Unbounded))?.take(count);
        rows.map(|row| decode(row?.1.value())).collect()
    }

    fn users_after(&self, after: Option<UserId>, count: usize) -> Result<Vec<User>, StoreError> {
        let table = self.database.begin_read()?.open_table(USERS)?;
        let start = after.map_or(Bound::Unbounded, |id| Bound::Excluded(id.0.to_bytes()));
        let rows = table.range::<[u8; 16]>((start, Bound::Unbounded))?.take(count);
        rows.map(|row| decode(row?.1.value())).collect()
    }

    fn each_hash(&self, see: &mut dyn FnMut(&PasswordHash)) -> Result<(), StoreError> {
        let table = self.database.begin_read()?.open_table(USERS)?;
        for row in table.iter()? {
            glance::<User, _>(row?.1.value(), |user| {
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
