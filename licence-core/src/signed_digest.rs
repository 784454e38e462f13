//! The digest of what a key signed, by which a revocation list names it.
//!
//! An id would not do: whoever holds a leaked key can sign other claims under an id that every copy
//! of the genuine object shows.

use core::fmt;

use crate::{base64url, sha256};

/// The first sixteen bytes of SHA-256 over a JWS signing input: header and payload in base64url with
/// the dot between them, as they were signed.
///
/// Sixteen bytes, because a list has one for each object that stays good. To sign something else with
/// a given digest costs 2^128 hashes. Two texts with the same digest cost 2^64, and help nobody: the
/// genuine one bears a random id that the vendor draws when signing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(align(8))] // Copied by words: byte by byte, ids cost the browser's module kilobytes.
pub struct SignedDigest([u8; 16]);

impl SignedDigest {
    /// The digest of a signing input.
    #[must_use]
    pub fn of(signing_input: &[u8]) -> Self {
        Self(sha256::half_of(&[signing_input]))
    }

    /// The digest of what is signed in a compact JWS: all that stands before its last dot.
    #[must_use]
    pub fn of_compact(text: &[u8]) -> Self {
        let dot = text.iter().rposition(|byte| *byte == b'.');
        Self::of(dot.and_then(|dot| text.get(..dot)).unwrap_or(text))
    }

    /// Reads 22 characters of base64url.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        base64url::decode_array(text).map(Self)
    }
}

impl fmt::Display for SignedDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_half_of_sha_256() {
        // FIPS 180-4, the example "abc": ba7816bf 8f01cfea 414140de 5dae2223 ...
        let abc = SignedDigest::of(b"abc");
        assert_eq!(abc.to_string(), "ungWv48Bz-pBQUDeXa4iIw");
        assert_eq!(SignedDigest::parse(&abc.to_string()), Some(abc));
    }

    #[test]
    fn the_signature_is_not_part_of_it() {
        let digest = SignedDigest::of(b"header.payload");
        assert_eq!(SignedDigest::of_compact(b"header.payload.signature"), digest);
        assert_ne!(SignedDigest::of_compact(b"header.other.signature"), digest);
        assert_ne!(SignedDigest::of_compact(b"other.payload.signature"), digest);
    }
}
