use licence_core::{SessionId, UserId, Uuid};
use redb::{ReadableMultimapTable as _, ReadableTable as _, WriteTransaction};

use super::index::LeaseIndex;
use super::open::RedbStore;
use super::schema::{AUDIT, LICENCES, META, META_SITE, NAMES, REVOKED, SESSIONS, USERS};
use crate::domain::{Changes, Draft, LoginName, Revocation, Site};
use crate::store::codec::{decode, encode};
use crate::store::{Batch, Engine, StoreError};

/// One write transaction, with the index that follows it.
pub struct RedbBatch<'store> {
    transaction: WriteTransaction,
    index: &'store mut LeaseIndex,
}

impl Engine for RedbStore {
    type Batch<'engine> = RedbBatch<'engine>;

    async fn begin(&mut self) -> Result<(RedbBatch<'_>, Site), StoreError> {
        let transaction = self.database.begin_write()?;
        let site = {
            let meta = transaction.open_table(META)?;
            let site = meta.get(META_SITE)?.ok_or(StoreError::Corrupt { table: "meta" })?;
            decode(site.value())?
        };
        Ok((RedbBatch { transaction, index: &mut self.index }, site))
    }
}

impl Batch for RedbBatch<'_> {
    async fn load(&mut self, draft: &mut Draft) -> Result<(), StoreError> {
        self.load_sessions(draft)?;
        self.load_users(draft)?;
        self.load_names(draft)?;
        self.load_leases(draft);
        self.load_stale(draft)
    }

    async fn commit(self, changes: Changes<'_>) -> Result<(), StoreError> {
        write_rows(&self.transaction, &changes)?;
        write_log(&self.transaction, &changes)?;
        self.transaction.commit()?;
        self.index.apply(&changes);
        Ok(())
    }
}

impl RedbBatch<'_> {
    fn load_sessions(&self, draft: &mut Draft) -> Result<(), StoreError> {
        let wanted: Vec<SessionId> = draft.needs().sessions.iter().copied().collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let table = self.transaction.open_table(SESSIONS)?;
        for id in wanted {
            let row = table.get(id.0.to_bytes())?;
            draft.load_session(id, row.map(|row| decode(row.value())).transpose()?);
        }
        Ok(())
    }

    fn load_users(&self, draft: &mut Draft) -> Result<(), StoreError> {
        let wanted: Vec<UserId> = draft.needs().users.iter().copied().collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let table = self.transaction.open_table(USERS)?;
        for id in wanted {
            let row = table.get(id.0.to_bytes())?;
            draft.load_user(id, row.map(|row| decode(row.value())).transpose()?);
        }
        Ok(())
    }

    fn load_names(&self, draft: &mut Draft) -> Result<(), StoreError> {
        let wanted: Vec<LoginName> = draft.needs().names.iter().cloned().collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let table = self.transaction.open_table(NAMES)?;
        for name in wanted {
            let user = table.get(name.as_str())?.map(|id| UserId(Uuid::from_bytes(id.value())));
            draft.load_name(name, user);
        }
        Ok(())
    }

    fn load_leases(&self, draft: &mut Draft) {
        let wanted: Vec<UserId> = draft.needs().leases.iter().copied().collect();
        for user in wanted {
            draft.load_leases(user, self.index.of_user(user));
        }
        let soonest = draft.needs().soonest;
        if soonest > 0 {
            draft.load_soonest(self.index.soonest(soonest));
        }
    }

    fn load_stale(&self, draft: &mut Draft) -> Result<(), StoreError> {
        let wanted = draft.needs().stale;
        if wanted == 0 {
            return Ok(());
        }
        let table = self.transaction.open_multimap_table(REVOKED)?;
        let mut stale = Vec::new();
        'front: for entry in table.iter()? {
            let (until, sessions) = entry?;
            for session in sessions {
                if stale.len() == wanted {
                    break 'front;
                }
                stale.push(revocation(until.value(), session?.value())?);
            }
        }
        draft.load_stale(stale);
        Ok(())
    }
}

pub(super) fn revocation(until: i64, session: [u8; 16]) -> Result<Revocation, StoreError> {
    let until = licence_core::UnixTime::from_secs(until);
    let until = until.ok_or(StoreError::Corrupt { table: "revoked" })?;
    Ok(Revocation { session: SessionId(Uuid::from_bytes(session)), until })
}

fn write_rows(transaction: &WriteTransaction, changes: &Changes<'_>) -> Result<(), StoreError> {
    let mut sessions = transaction.open_table(SESSIONS)?;
    for (id, row) in changes.sessions() {
        match row {
            Some(row) => sessions.insert(id.0.to_bytes(), encode(row)?.as_slice())?,
            None => sessions.remove(id.0.to_bytes())?,
        };
    }
    let mut users = transaction.open_table(USERS)?;
    for (id, row) in changes.users() {
        match row {
            Some(row) => users.insert(id.0.to_bytes(), encode(row)?.as_slice())?,
            None => users.remove(id.0.to_bytes())?,
        };
    }
    let mut names = transaction.open_table(NAMES)?;
    for (name, user) in changes.names() {
        match user {
            Some(user) => names.insert(name.as_str(), user.0.to_bytes())?,
            None => names.remove(name.as_str())?,
        };
    }
    let mut licences = transaction.open_table(LICENCES)?;
    for (id, file) in changes.licence_files() {
        licences.insert(id.0.to_bytes(), file.as_slice())?;
    }
    Ok(())
}

fn write_log(transaction: &WriteTransaction, changes: &Changes<'_>) -> Result<(), StoreError> {
    let mut revoked = transaction.open_multimap_table(REVOKED)?;
    for Revocation { session, until } in changes.revoked() {
        revoked.insert(until.secs(), session.0.to_bytes())?;
    }
    for Revocation { session, until } in changes.purged() {
        revoked.remove(until.secs(), session.0.to_bytes())?;
    }
    let mut audit = transaction.open_table(AUDIT)?;
    for entry in changes.entries() {
        audit.insert(entry.seq, entry.json.as_str())?;
    }
    let mut meta = transaction.open_table(META)?;
    meta.insert(META_SITE, encode(changes.site)?.as_slice())?;
    Ok(())
}
