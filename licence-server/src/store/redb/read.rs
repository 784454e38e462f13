use std::sync::Arc;

use licence_core::{SessionId, UserId};
use redb::{Database, ReadableDatabase as _, ReadableMultimapTable as _, ReadableTable as _};

use super::batch::revocation;
use super::schema::{LICENCES, META, META_SITE, NAMES, REVOKED, SESSIONS, USERS};
use crate::domain::{LoginName, Revocation, Session, Site, User};
use crate::store::codec::decode;
use crate::store::{Reader, StoreError};

/// Reads what is committed, beside the writer.
#[derive(Clone, Debug)]
pub struct RedbReader {
    database: Arc<Database>,
}

impl RedbReader {
    pub(super) const fn new(database: Arc<Database>) -> Self {
        Self { database }
    }

    /// Every revocation that was not purged.
    ///
    /// # Errors
    /// Where the store fails or holds what was never written.
    pub fn revocations(&self) -> Result<Vec<Revocation>, StoreError> {
        let table = self.database.begin_read()?.open_multimap_table(REVOKED)?;
        let mut revocations = Vec::new();
        for entry in table.iter()? {
            let (until, sessions) = entry?;
            for session in sessions {
                revocations.push(revocation(until.value(), session?.value())?);
            }
        }
        Ok(revocations)
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

impl Reader for RedbReader {
    fn user_by_name(&self, name: &LoginName) -> Result<Option<User>, StoreError> {
        // One transaction for both tables, so that they agree.
        let transaction = self.database.begin_read()?;
        let Some(id) = transaction.open_table(NAMES)?.get(name.as_str())? else { return Ok(None) };
        let row = transaction.open_table(USERS)?.get(id.value())?;
        row.map(|row| decode(row.value())).transpose()
    }

    fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        let row = self.database.begin_read()?.open_table(USERS)?.get(id.0.to_bytes())?;
        row.map(|row| decode(row.value())).transpose()
    }

    fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let row = self.database.begin_read()?.open_table(SESSIONS)?.get(id.0.to_bytes())?;
        row.map(|row| decode(row.value())).transpose()
    }

    fn licence_files(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let table = self.database.begin_read()?.open_table(LICENCES)?;
        table.iter()?.map(|row| Ok(row?.1.value().to_vec())).collect()
    }

    fn site(&self) -> Result<Site, StoreError> {
        let site = self.database.begin_read()?.open_table(META)?.get(META_SITE)?;
        decode(site.ok_or(StoreError::Corrupt { table: "meta" })?.value())
    }
}
