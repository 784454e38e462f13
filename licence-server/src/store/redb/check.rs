//! Whether a store is what was written: every row is read, and what follows from rows is made again.

use redb::{
    Key, ReadTransaction, ReadableTable as _, ReadableTableMetadata as _, TableDefinition,
    TableHandle as _,
};

use super::journal::{Newer, RowsOf};
use super::load::revocation;
use super::open::{counted, read_indexes};
use super::portable::{Portable, Visit, visit};
use super::schema::{
    BORROWINGS, DATA, META, META_SITE, QUEUE, REVOKED, SERVICES, SESSIONS, USAGE, USER_KEYS, USERS,
};
use crate::domain::{Borrowing, Data, Hour, Place, Service, Session, Site, User};
use crate::store::codec::{Row, decode};
use crate::store::{Checkup, StoreError};

pub(super) fn check(from: &ReadTransaction) -> Result<Checkup, StoreError> {
    let mut found = Checkup::default();
    let newer = Newer::of(from).unwrap_or_else(|_| {
        found.flaws.push("the journal of rows cannot be read".to_owned());
        Newer::default()
    });
    let mut checking = Checking { from, newer, found };
    visit(&mut checking)?;
    checking.rows::<_, Session>(SESSIONS)?;
    checking.rows::<_, User>(USERS)?;
    checking.journal()?;
    checking.rows::<_, Borrowing>(BORROWINGS)?;
    checking.rows::<_, Place>(QUEUE)?;
    checking.rows::<_, Data>(DATA)?;
    checking.rows::<_, Service>(SERVICES)?;
    checking.rows::<_, Hour>(USAGE)?;
    checking.revocations()?;
    checking.keys()?;
    if checking.found.flaws.is_empty() {
        // Only of rows that can be read.
        checking.counters()?;
    }
    Ok(checking.found)
}

struct Checking<'a> {
    from: &'a ReadTransaction,
    newer: Newer,
    found: Checkup,
}

impl Checking<'_> {
    fn flaw(&mut self, sentence: impl Into<String>) {
        self.found.flaw(sentence);
    }

    fn rows<K: Key + 'static, R: Row>(
        &mut self,
        table: TableDefinition<'static, K, &'static [u8]>,
    ) -> Result<(), StoreError> {
        for (place, row) in self.from.open_table(table)?.iter()?.enumerate() {
            if decode::<R>(row?.1.value()).is_err() {
                let number = place.saturating_add(1);
                self.flaw(format!("row {number} of the table `{}` cannot be read", table.name()));
            }
        }
        Ok(())
    }

    /// Every row in the journal can be read, and has an older form in its table.
    fn journal(&mut self) -> Result<(), StoreError> {
        let (sessions, users) = (self.from.open_table(SESSIONS)?, self.from.open_table(USERS)?);
        let mut flaws = Vec::new();
        for ((rows, id), row) in self.newer.rows() {
            let (is_sound, is_there) = match rows {
                RowsOf::Sessions => (decode::<Session>(row).is_ok(), sessions.get(id)?.is_some()),
                RowsOf::Users => (decode::<User>(row).is_ok(), users.get(id)?.is_some()),
            };
            if !(is_sound && is_there) {
                flaws.push("a row in the journal cannot be read, or is of nothing that is there");
            }
        }
        flaws.into_iter().for_each(|flaw| self.flaw(flaw));
        Ok(())
    }

    fn revocations(&mut self) -> Result<(), StoreError> {
        for row in self.from.open_table(REVOKED)?.iter()? {
            if revocation(row?.0.value()).is_err() {
                self.flaw("a row of the table `revoked` cannot be read");
            }
        }
        Ok(())
    }

    /// Every person is found by each of their names, and every name leads to a person who has it.
    fn keys(&mut self) -> Result<(), StoreError> {
        let (users, keys) = (self.from.open_table(USERS)?, self.from.open_table(USER_KEYS)?);
        let (mut flaws, mut owned) = (Vec::new(), 0_u64);
        for row in users.iter()? {
            let (id, row) = row?;
            let row = self.newer.newest(RowsOf::Users, id.value(), row.value());
            // Of one that cannot be read it was told.
            for key in decode::<User>(row).iter().flat_map(User::keys) {
                owned = owned.saturating_add(1);
                if keys.get(key.to_key())?.map(|found| found.value()) != Some(id.value()) {
                    flaws.push("a person is not found by a name of theirs");
                }
            }
        }
        for row in keys.iter()? {
            if users.get(row?.1.value())?.is_none() {
                flaws.push("a name in the table `user_keys` leads to nobody");
            }
        }
        flaws.into_iter().for_each(|flaw| self.flaw(flaw));
        // Where each is found by all of theirs and none leads to nobody, whatever is left over is not theirs.
        if self.found.flaws.is_empty() && keys.len()? != owned {
            self.flaw("a name in the table `user_keys` leads to a person who does not have it");
        }
        Ok(())
    }

    fn counters(&mut self) -> Result<(), StoreError> {
        let meta = self.from.open_table(META)?;
        let Some(Ok(site)) = meta.get(META_SITE)?.map(|row| decode::<Site>(row.value())) else {
            self.flaw("the site's row cannot be read");
            return Ok(());
        };
        let (indexes, _) = read_indexes(self.from, &self.newer)?;
        if counted(self.from, &indexes, &self.newer, site)? != site {
            self.flaw("the counters in the site's row are not those of the rows");
        }
        Ok(())
    }
}

impl Visit for Checking<'_> {
    fn table<K: Portable + Key, V: Portable>(
        &mut self,
        _: u8,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), StoreError> {
        let rows = self.from.open_table(table)?.len()?;
        self.found.rows.push((table.name().to_owned(), rows));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use licence_core::UnixTime;
    use licence_core::claims::Epoch;
    use redb::{Database, ReadableDatabase as _};

    use super::*;
    use crate::store::{NewSite, Reader as _, RedbStore};

    fn flaws_after(edit: impl FnOnce(&redb::WriteTransaction)) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.redb");
        let new = NewSite { epoch: Epoch { counter: 1, tag: 7 }, mark: UnixTime::MIN };
        drop(RedbStore::create(&path, new).unwrap());
        let transaction = Database::open(&path).unwrap().begin_write().unwrap();
        edit(&transaction);
        transaction.commit().unwrap();
        let reader = crate::store::RedbReader::open(&path).unwrap();
        reader.check().unwrap().flaws
    }

    #[test]
    fn a_store_as_it_was_written_has_no_flaw() {
        assert_eq!(flaws_after(|_| ()), Vec::<String>::new());
    }

    /// A table that is not visited would be missing in every backup.
    #[test]
    fn every_table_is_looked_at_but_the_journal_whose_rows_are_in_the_place_of_theirs() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.redb");
        let new = NewSite { epoch: Epoch { counter: 1, tag: 7 }, mark: UnixTime::MIN };
        drop(RedbStore::create(&path, new).unwrap());
        let database = Database::open(&path).unwrap();
        let snapshot = database.begin_read().unwrap();
        let found = check(&snapshot).unwrap();
        let looked_at: BTreeSet<String> = found.rows.into_iter().map(|(name, _)| name).collect();
        let there = snapshot.list_tables().unwrap().map(|table| table.name().to_owned());
        let there: BTreeSet<String> = there.collect();
        let others: Vec<_> = there.difference(&looked_at).collect();
        assert_eq!(others, ["journal"]);
        assert!(looked_at.is_subset(&there));
        assert_eq!(snapshot.list_multimap_tables().unwrap().count(), 0);
    }

    #[test]
    fn a_row_that_was_never_written_is_named() {
        let flaws = flaws_after(|into| {
            into.open_table(SESSIONS).unwrap().insert([1; 16], [9_u8].as_slice()).unwrap();
        });
        assert_eq!(flaws, ["row 1 of the table `sessions` cannot be read"]);
    }

    #[test]
    fn a_name_that_leads_to_nobody_is_found() {
        let flaws = flaws_after(|into| {
            let mut keys = into.open_table(USER_KEYS).unwrap();
            keys.insert((0, b"ann".as_slice()), [1; 16]).unwrap();
        });
        assert_eq!(flaws, ["a name in the table `user_keys` leads to nobody"]);
    }

    #[test]
    fn counters_that_were_edited_are_found() {
        let flaws = flaws_after(|into| {
            let mut meta = into.open_table(META).unwrap();
            let site: Site = decode(meta.get(META_SITE).unwrap().unwrap().value()).unwrap();
            let edited = Site { users: 40, ..site };
            let bytes = crate::store::codec::encode(&edited).unwrap();
            meta.insert(META_SITE, bytes.as_slice()).unwrap();
        });
        assert_eq!(flaws, ["the counters in the site's row are not those of the rows"]);
    }
}
