//! Writes what a batch changed.

use licence_core::{UnixTime, UserId, Uuid};
use redb::{ReadableTable as _, ReadableTableMetadata as _, WriteTransaction};

use super::index::Moved;
use super::journal::{Newer, Piece, RowsOf};
use super::schema::{
    AUDIT, BORROWINGS, CHECKPOINTS, DATA, LICENCES, META, META_LIST, META_SITE, QUEUE, REVOKED,
    SERVICES, SESSIONS, USAGE, USER_KEYS, USERS,
};
use crate::domain::{Changes, Hour, Session, USAGE_HOURS_MAX};
use crate::store::StoreError;
use crate::store::codec::{decode, encode, glance};

/// A batch that is written: some rows into their tables, and those that others replace into a piece.
pub(super) struct Writing<'a> {
    into: &'a WriteTransaction,
    newer: &'a Newer,
    piece: Piece,
}

impl<'a> Writing<'a> {
    pub(super) fn new(into: &'a WriteTransaction, newer: &'a Newer) -> Self {
        Self { into, newer, piece: Piece::default() }
    }

    /// What was replaced or removed.
    pub(super) fn into_piece(self) -> Piece {
        self.piece
    }

    /// Sessions, and what follows for the indexes.
    pub(super) fn sessions(&mut self, changes: &Changes<'_>) -> Result<Vec<Moved>, StoreError> {
        let mut sessions = self.into.open_table(SESSIONS)?;
        let mut moved = Vec::new();
        for (id, row) in changes.sessions() {
            let key = id.0.to_bytes();
            let old = match self.newer.get(RowsOf::Sessions, key) {
                Some(newer) => Some(whose_and_when(newer)?),
                None => {
                    sessions.get(key)?.map(|stored| whose_and_when(stored.value())).transpose()?
                }
            };
            match (old, row) {
                (None, Some(row)) => {
                    sessions.insert(key, encode(row)?.as_slice())?;
                }
                (Some(_), Some(row)) => self.piece.replace(RowsOf::Sessions, key, encode(row)?),
                (Some(_), None) => {
                    sessions.remove(key)?;
                    self.piece.remove(RowsOf::Sessions, key);
                }
                (None, None) => {}
            }
            let (before, after) = (old.map(|(_, due)| due), row.map(|row| row.due));
            let user = row.map(|row| row.user).or(old.map(|(user, _)| user));
            if let Some(user) = user.filter(|_| before != after) {
                moved.push(Moved { id: *id, user, before, after });
            }
        }
        Ok(moved)
    }

    /// People.
    pub(super) fn users(&mut self, changes: &Changes<'_>) -> Result<(), StoreError> {
        for (id, row) in changes.users() {
            let (key, mut users) = (id.0.to_bytes(), self.into.open_table(USERS)?);
            let is_there =
                self.newer.get(RowsOf::Users, key).is_some() || users.get(key)?.is_some();
            match row {
                Some(row) if is_there => self.piece.replace(RowsOf::Users, key, encode(row)?),
                Some(row) => drop(users.insert(key, encode(row)?.as_slice())?),
                None => {
                    users.remove(key)?;
                    self.piece.remove(RowsOf::Users, key);
                }
            }
        }
        Ok(())
    }
}

/// What is needed of a session's row that another takes the place of.
fn whose_and_when(row: &[u8]) -> Result<(UserId, UnixTime), StoreError> {
    glance::<Session, _>(row, |old| {
        Some((UserId(Uuid::from_bytes(old.user)), UnixTime::from_secs(old.due)?))
    })
}

/// What is neither a session nor a person, and is not appended to.
pub(super) fn rows(into: &WriteTransaction, changes: &Changes<'_>) -> Result<(), StoreError> {
    for (key, user) in changes.keys() {
        let mut keys = into.open_table(USER_KEYS)?;
        match user {
            Some(user) => keys.insert(key.to_key(), user.0.to_bytes())?,
            None => keys.remove(key.to_key())?,
        };
    }
    for (id, row) in changes.borrowings() {
        let mut borrowings = into.open_table(BORROWINGS)?;
        match row {
            Some(row) => borrowings.insert(id.0.to_bytes(), encode(row)?.as_slice())?,
            None => borrowings.remove(id.0.to_bytes())?,
        };
    }
    for (ticket, place) in changes.queue() {
        let mut queue = into.open_table(QUEUE)?;
        match place {
            Some(place) => queue.insert(ticket.to_key(), encode(place)?.as_slice())?,
            None => queue.remove(ticket.to_key())?,
        };
    }
    for (owner, row) in changes.data() {
        let mut data = into.open_table(DATA)?;
        match row {
            Some(row) => data.insert(owner.to_key(), encode(row)?.as_slice())?,
            None => data.remove(owner.to_key())?,
        };
    }
    for (id, row) in changes.services() {
        let mut services = into.open_table(SERVICES)?;
        match row {
            Some(row) => services.insert(id.0.to_bytes(), encode(row)?.as_slice())?,
            None => services.remove(id.0.to_bytes())?,
        };
    }
    for (id, file) in changes.licence_files() {
        into.open_table(LICENCES)?.insert(id.0.to_bytes(), file.as_slice())?;
    }
    Ok(())
}

pub(super) fn log(into: &WriteTransaction, changes: &Changes<'_>) -> Result<(), StoreError> {
    for revocation in changes.revoked() {
        let what = encode(&revocation.what)?;
        into.open_table(REVOKED)?.insert((revocation.until.secs(), what.as_slice()), ())?;
    }
    for revocation in changes.purged() {
        let what = encode(&revocation.what)?;
        into.open_table(REVOKED)?.remove((revocation.until.secs(), what.as_slice()))?;
    }
    let mut audit = into.open_table(AUDIT)?;
    for entry in changes.entries() {
        audit.insert(entry.seq, entry.json.as_str())?;
    }
    for (below, checkpoint) in changes.pruned() {
        audit.retain_in(..*below, |_, _| false)?;
        into.open_table(CHECKPOINTS)?.insert(*below, checkpoint.as_str())?;
    }
    if let Some(hour) = changes.ended_hour() {
        usage(into, hour)?;
    }
    let mut meta = into.open_table(META)?;
    meta.insert(META_SITE, encode(changes.site)?.as_slice())?;
    if let Some(list) = changes.revocation_list() {
        meta.insert(META_LIST, list)?;
    }
    Ok(())
}

/// Puts an hour to the others, and lets the oldest go where there are too many.
fn usage(into: &WriteTransaction, hour: Hour) -> Result<(), StoreError> {
    let mut usage = into.open_table(USAGE)?;
    let key = hour.start.secs();
    let kept = usage.get(key)?.map(|row| decode::<Hour>(row.value())).transpose()?;
    let hour = kept.map_or(hour, |kept| kept.with(hour));
    if hour.is_eventful() {
        usage.insert(key, encode(&hour)?.as_slice())?;
    }
    while usage.len()? > USAGE_HOURS_MAX {
        usage.pop_first()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use redb::Database;
    use redb::backends::InMemoryBackend;

    use super::*;

    #[test]
    fn the_newest_hours_are_kept_and_as_many_as_there_may_be() {
        let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
        let transaction = database.begin_write().unwrap();
        let hour = |number: u64| {
            let start = UnixTime::MIN.plus(3600 * i64::try_from(number).unwrap());
            Hour { peak: 1, ..Hour::of(start) }
        };
        (0..USAGE_HOURS_MAX + 2).for_each(|number| usage(&transaction, hour(number)).unwrap());
        let kept = transaction.open_table(USAGE).unwrap();
        assert_eq!(kept.len().unwrap(), USAGE_HOURS_MAX);
        let oldest = kept.first().unwrap().unwrap().0.value();
        assert_eq!(oldest, hour(2).start.secs());
    }
}
