//! Rows apart from the engine's file: every table under a number, keys as plain bytes.
//!
//! A backup is kept for years and outlives the engine's own format, so keys stand in it as written here:
//! numbers big endian, ids and texts as they are.

use redb::{Key, TableDefinition, Value};

use super::schema::{
    AUDIT, BORROWINGS, CHECKPOINTS, DATA, LICENCES, META, QUEUE, REVOKED, SERVICES, SESSIONS,
    USAGE, USER_KEYS, USERS,
};
use crate::store::StoreError;

/// Something that is done with a table, whatever its types.
pub(super) trait Visit {
    fn table<K: Portable + Key, V: Portable>(
        &mut self,
        number: u8,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), StoreError>;
}

/// Goes through every table but the journal, whose rows stand in the place of theirs. A number is a table's for ever.
pub(super) fn visit(visitor: &mut impl Visit) -> Result<(), StoreError> {
    visitor.table(1, META)?;
    visitor.table(2, SESSIONS)?;
    visitor.table(3, USERS)?;
    visitor.table(4, USER_KEYS)?;
    visitor.table(5, BORROWINGS)?;
    visitor.table(6, QUEUE)?;
    visitor.table(7, DATA)?;
    visitor.table(8, SERVICES)?;
    visitor.table(9, LICENCES)?;
    visitor.table(10, REVOKED)?;
    visitor.table(11, AUDIT)?;
    visitor.table(12, CHECKPOINTS)?;
    visitor.table(13, USAGE)
}

/// A key or a value as plain bytes.
pub(super) trait Portable: Value + 'static {
    fn to_plain(value: Self::SelfType<'_>) -> Vec<u8>;
    /// `None` for bytes that were never written so.
    fn of_plain(bytes: &[u8]) -> Option<Self::SelfType<'_>>;
}

impl Portable for () {
    fn to_plain((): ()) -> Vec<u8> {
        Vec::new()
    }

    fn of_plain(bytes: &[u8]) -> Option<()> {
        bytes.is_empty().then_some(())
    }
}

impl Portable for &'static [u8] {
    fn to_plain(value: &[u8]) -> Vec<u8> {
        value.to_vec()
    }

    fn of_plain(bytes: &[u8]) -> Option<&[u8]> {
        Some(bytes)
    }
}

impl Portable for &'static str {
    fn to_plain(value: &str) -> Vec<u8> {
        value.as_bytes().to_vec()
    }

    fn of_plain(bytes: &[u8]) -> Option<&str> {
        std::str::from_utf8(bytes).ok()
    }
}

impl Portable for [u8; 16] {
    fn to_plain(value: [u8; 16]) -> Vec<u8> {
        value.to_vec()
    }

    fn of_plain(bytes: &[u8]) -> Option<[u8; 16]> {
        bytes.try_into().ok()
    }
}

impl Portable for u64 {
    fn to_plain(value: u64) -> Vec<u8> {
        value.to_be_bytes().to_vec()
    }

    fn of_plain(bytes: &[u8]) -> Option<u64> {
        bytes.try_into().map(Self::from_be_bytes).ok()
    }
}

impl Portable for i64 {
    fn to_plain(value: i64) -> Vec<u8> {
        value.to_be_bytes().to_vec()
    }

    fn of_plain(bytes: &[u8]) -> Option<i64> {
        bytes.try_into().map(Self::from_be_bytes).ok()
    }
}

impl<T: Portable> Portable for (u8, T) {
    fn to_plain((kind, value): (u8, T::SelfType<'_>)) -> Vec<u8> {
        let mut bytes = vec![kind];
        bytes.extend(T::to_plain(value));
        bytes
    }

    fn of_plain(bytes: &[u8]) -> Option<(u8, T::SelfType<'_>)> {
        let (kind, value) = bytes.split_first()?;
        Some((*kind, T::of_plain(value)?))
    }
}

impl Portable for (i64, &'static [u8]) {
    fn to_plain((number, value): (i64, &[u8])) -> Vec<u8> {
        [&number.to_be_bytes(), value].concat()
    }

    fn of_plain(bytes: &[u8]) -> Option<(i64, &[u8])> {
        let (number, value) = bytes.split_first_chunk()?;
        Some((i64::from_be_bytes(*number), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn comes_back<T: Portable>(value: T::SelfType<'_>)
    where
        for<'a> T::SelfType<'a>: PartialEq + std::fmt::Debug + Clone,
    {
        let plain = T::to_plain(value);
        let again = T::to_plain(T::of_plain(&plain).unwrap());
        assert_eq!(again, plain);
    }

    #[test]
    fn every_kind_of_key_comes_back() {
        comes_back::<u64>(u64::MAX);
        comes_back::<i64>(-1);
        comes_back::<[u8; 16]>([7; 16]);
        comes_back::<&'static str>("ä");
        comes_back::<(u8, u64)>((1, 2));
        comes_back::<(u8, [u8; 16])>((1, [2; 16]));
        comes_back::<(u8, &'static [u8])>((1, &[]));
        comes_back::<(i64, &'static [u8])>((-1, &[2]));
        comes_back::<()>(());
    }

    #[test]
    fn what_was_never_written_is_no_key() {
        assert!(u64::of_plain(&[0; 7]).is_none());
        assert!(<[u8; 16]>::of_plain(&[0; 17]).is_none());
        assert!(<&str>::of_plain(&[0xff]).is_none());
        assert!(<(u8, &[u8])>::of_plain(&[]).is_none());
        assert!(<(i64, &[u8])>::of_plain(&[0; 7]).is_none());
        assert!(<()>::of_plain(&[0]).is_none());
    }
}
