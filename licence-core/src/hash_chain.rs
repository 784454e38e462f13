//! A hash chain: each entry's hash covers the hash before it, so that a log cannot be edited,
//! shortened in the middle or put in another order without its head changing.

use core::fmt;

use crate::{base64url, sha256};

/// The head of a hash chain.
///
/// Sixteen bytes, because it travels in every access token: another log with a given head costs
/// 2^128 hashes, and two logs of one's own with the same head 2^64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(align(8))] // Copied by words: byte by byte, ids cost the browser's module kilobytes.
pub struct ChainHead([u8; 16]);

impl ChainHead {
    /// The head of an empty log.
    pub const EMPTY: Self = Self([0; 16]);

    /// The head after `entry` was appended.
    ///
    /// SHA-256 over the old head, the entry's length (eight bytes, big endian) and the entry; the
    /// first sixteen bytes of it.
    #[must_use]
    pub fn append(self, entry: &[u8]) -> Self {
        let length = u64::try_from(entry.len()).unwrap_or(u64::MAX);
        Self(sha256::half_of(&[&self.0, &length.to_be_bytes(), entry]))
    }

    /// Its bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// The head with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Reads 22 characters of base64url.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        base64url::decode_array(text).map(Self)
    }
}

impl fmt::Display for ChainHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_change_of_any_entry_changes_the_head() {
        let head =
            |entries: &[&[u8]]| entries.iter().fold(ChainHead::EMPTY, |head, e| head.append(e));
        let right = head(&[b"one", b"two", b"three"]);
        assert_eq!(ChainHead::parse(&right.to_string()), Some(right));
        for wrong in [
            head(&[b"one", b"three", b"two"]),
            head(&[b"one", b"two"]),
            head(&[b"onet", b"wo", b"three"]),
            head(&[b"one", b"two", b"three", b""]),
        ] {
            assert_ne!(wrong, right);
        }
    }
}
