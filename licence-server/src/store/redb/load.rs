//! Loads what the rules asked the draft for.

use licence_core::{SessionId, UnixTime, UserId, Uuid};
use redb::{ReadableTable as _, TableDefinition, WriteTransaction};

use super::beside::OwnSessions;
use super::index::Indexes;
use super::journal::{Newer, RowsOf};
use super::schema::{BORROWINGS, DATA, Id, REVOKED, SERVICES, SESSIONS, USER_KEYS, USERS};
use crate::domain::{Draft, Revocation, UserKey};
use crate::store::StoreError;
use crate::store::codec::{Row, decode};

/// What the indexes in memory know.
pub(super) fn indexed(indexes: &Indexes, own: &OwnSessions, draft: &mut Draft) {
    let users: Vec<UserId> = draft.needs().own_sessions.iter().copied().collect();
    for user in users {
        let sessions = own.of(user.0.to_bytes()).map(|id| SessionId(Uuid::from_bytes(id)));
        draft.load_own_sessions(user, sessions.collect());
    }
    let needs = draft.needs();
    let (leases, sessions) = (needs.leases_by_end, needs.sessions_by_end);
    let last_sessions = needs.sessions_by_end_last;
    let (borrowings, is_queue_wanted) = (needs.borrowings_by_end, needs.is_queue_wanted);
    if leases > 0 {
        draft.load_leases_by_end(indexes.leases_by_end(leases));
    }
    if sessions > 0 {
        draft.load_sessions_by_end(indexes.sessions_by_end(sessions));
    }
    if last_sessions > 0 {
        draft.load_sessions_by_end_last(indexes.sessions_by_end_last(last_sessions));
    }
    if borrowings > 0 {
        draft.load_borrowings_by_end(indexes.borrowings_by_end(borrowings));
    }
    if is_queue_wanted {
        draft.load_queue(indexes.queue());
    }
    // Last, because whoever holds a lease that has ended is asked for on the way.
    let users: Vec<UserId> = draft.needs().leases.iter().copied().collect();
    for user in users {
        draft.load_leases(user, indexes.leases_of(user));
    }
    let users: Vec<UserId> = draft.needs().own_borrowings.iter().copied().collect();
    for user in users {
        draft.load_own_borrowing(user, indexes.borrowing_of(user));
    }
}

/// Where rows are loaded from: the tables, and what is newer than two of them.
pub(super) struct Loading<'a> {
    pub(super) transaction: &'a WriteTransaction,
    pub(super) newer: &'a Newer,
}

/// Sessions.
pub(super) fn sessions(from: &Loading<'_>, draft: &mut Draft) -> Result<(), StoreError> {
    let wanted: Vec<_> = draft.needs().sessions.iter().copied().collect();
    let table = (SESSIONS, Some(RowsOf::Sessions));
    each(from, table, wanted, |id| id.0.to_bytes(), |id, row| draft.load_session(id, row))
}

/// What no index has.
pub(super) fn rows(from: &Loading<'_>, draft: &mut Draft) -> Result<(), StoreError> {
    // Those that the indexes led to.
    sessions(from, draft)?;
    let (wanted, table): (Vec<_>, _) =
        (draft.needs().users.iter().copied().collect(), (USERS, Some(RowsOf::Users)));
    each(from, table, wanted, |id| id.0.to_bytes(), |id, row| draft.load_user(id, row))?;
    let (wanted, table): (Vec<_>, _) =
        (draft.needs().borrowings.iter().copied().collect(), (BORROWINGS, None));
    each(from, table, wanted, |id| id.0.to_bytes(), |id, row| draft.load_borrowing(id, row))?;
    let from = from.transaction;
    keys(from, draft)?;
    data(from, draft)?;
    services(from, draft)?;
    revocations(from, draft)
}

/// Loads rows of a table, in their newest form where the journal may have one.
fn each<K: Copy, R: Row>(
    from: &Loading<'_>,
    (table, rows): (TableDefinition<'_, Id, &[u8]>, Option<RowsOf>),
    wanted: Vec<K>,
    key: impl Fn(K) -> Id,
    mut load: impl FnMut(K, Option<R>),
) -> Result<(), StoreError> {
    if wanted.is_empty() {
        return Ok(());
    }
    let table = from.transaction.open_table(table)?;
    for id in wanted {
        let newest = rows.and_then(|rows| from.newer.get(rows, key(id)));
        let row = match newest {
            Some(row) => Some(decode(row)?),
            None => table.get(key(id))?.map(|row| decode(row.value())).transpose()?,
        };
        load(id, row);
    }
    Ok(())
}

fn keys(from: &WriteTransaction, draft: &mut Draft) -> Result<(), StoreError> {
    let wanted: Vec<UserKey> = draft.needs().keys.iter().cloned().collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let table = from.open_table(USER_KEYS)?;
    for key in wanted {
        let user = table.get(key.to_key())?.map(|id| UserId(Uuid::from_bytes(id.value())));
        draft.load_key(key, user);
    }
    Ok(())
}

fn data(from: &WriteTransaction, draft: &mut Draft) -> Result<(), StoreError> {
    let wanted: Vec<_> = draft.needs().data.iter().copied().collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let table = from.open_table(DATA)?;
    for owner in wanted {
        let row = table.get(owner.to_key())?;
        draft.load_data(owner, row.map(|row| decode(row.value())).transpose()?);
    }
    Ok(())
}

fn services(from: &WriteTransaction, draft: &mut Draft) -> Result<(), StoreError> {
    if draft.needs().are_services_wanted {
        let table = from.open_table(SERVICES)?;
        let rows = table.iter()?.map(|row| decode(row?.1.value()));
        draft.load_services(rows.collect::<Result<_, _>>()?);
    }
    Ok(())
}

fn revocations(from: &WriteTransaction, draft: &mut Draft) -> Result<(), StoreError> {
    let wanted = draft.needs().revocations_by_end;
    if wanted == 0 {
        return Ok(());
    }
    let table = from.open_table(REVOKED)?;
    let front = table.iter()?.take(wanted).map(|entry| {
        let (key, ()) = entry.map(|(key, unit)| (key, unit.value()))?;
        revocation(key.value())
    });
    let front = front.collect::<Result<_, _>>()?;
    draft.load_revocations_by_end(front);
    Ok(())
}

pub(super) fn revocation((until, what): (i64, &[u8])) -> Result<Revocation, StoreError> {
    let until = UnixTime::from_secs(until).ok_or(StoreError::Corrupt { table: "revoked" })?;
    Ok(Revocation { until, what: decode(what)? })
}
