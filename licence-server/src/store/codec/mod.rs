//! Rows as bytes: a version, then the row in postcard's encoding.
//!
//! The stored forms stand apart from the domain's rows, so that a rule can change its types without
//! changing what is on disk, and a change on disk is seen to be one.

mod data;
mod person;
mod seat;
mod service;
mod session;
mod site;
mod usage;

use serde::{Deserialize, Serialize};

use super::engine::StoreError;

pub(super) use data::DataKey;
pub(super) use seat::TicketKey;

/// A row that can be stored.
pub(super) trait Row: Sized {
    /// Its table, for messages.
    const TABLE: &'static str;
    /// How it stands on disk; texts are borrowed from the row, or from the bytes.
    type Stored<'a>: Serialize + Deserialize<'a>
    where
        Self: 'a;
    fn to_stored(&self) -> Self::Stored<'_>;
    /// `None` for what was never written.
    fn from_stored(stored: Self::Stored<'_>) -> Option<Self>;
}

/// The version of every stored form.
const VERSION: u8 = 1;

/// Bytes of most rows at most, so that they are written without being moved.
const ROW_BYTES: usize = 320;

pub(super) fn encode<R: Row>(row: &R) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::with_capacity(ROW_BYTES);
    bytes.push(VERSION);
    postcard::to_extend(&row.to_stored(), bytes)
        .map_err(|_| StoreError::Corrupt { table: R::TABLE })
}

pub(super) fn decode<R: Row>(bytes: &[u8]) -> Result<R, StoreError> {
    glance::<R, _>(bytes, R::from_stored)
}

/// Takes a few things from a row, for whoever looks at very many.
pub(super) fn glance<'b, R: Row + 'b, T>(
    bytes: &'b [u8],
    take: impl FnOnce(R::Stored<'b>) -> Option<T>,
) -> Result<T, StoreError> {
    let taken = match bytes {
        [VERSION, row @ ..] => match postcard::take_from_bytes(row) {
            Ok((stored, [])) => take(stored),
            Ok(_) | Err(_) => None,
        },
        _ => None,
    };
    taken.ok_or(StoreError::Corrupt { table: R::TABLE })
}

/// What may be absent, and must be sound where it is there.
#[expect(clippy::option_option, reason = "absent and unsound are different answers")]
fn each<S, T>(stored: Option<S>, read: impl Fn(S) -> Option<T>) -> Option<Option<T>> {
    stored.map_or(Some(None), |stored| read(stored).map(Some))
}

#[cfg(test)]
mod tests {
    use licence_core::UnixTime;

    use super::*;
    use crate::domain::{LateAnswers, Scope, Session};

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let session = session::testing::session();
        let bytes = encode(&session).unwrap();
        assert_eq!(decode::<Session>(&bytes).unwrap(), session);
        assert!(bytes.len() < 290, "a session should stay small: {} bytes", bytes.len());
    }

    #[test]
    fn a_plain_session_is_read_as_it_was_written() {
        let session = Session {
            device: None,
            scope: Scope::Admin,
            lease_end: None,
            revoked: Vec::new(),
            seen_seq: None,
            rotation: None,
            late: LateAnswers { since: UnixTime::MAX, count: 2 },
            public: None,
            ..session::testing::session()
        };
        assert_eq!(decode::<Session>(&encode(&session).unwrap()).unwrap(), session);
    }

    #[test]
    fn what_was_never_written_is_not_read() {
        let bytes = encode(&session::testing::session()).unwrap();
        let mut newer = bytes.clone();
        newer[0] = 2;
        let cut = &bytes[..bytes.len() - 1];
        let longer = [bytes.as_slice(), &[0]].concat();
        for wrong in [newer.as_slice(), cut, longer.as_slice(), &[], &[VERSION]] {
            assert!(matches!(
                decode::<Session>(wrong),
                Err(StoreError::Corrupt { table: "sessions" })
            ));
        }
    }
}
