//! SHA-256, in one place: the browser's module carries its code once.

use sha2::{Digest as _, Sha256};

/// The hash over parts, one after the other.
pub(crate) fn of(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}

/// The first sixteen bytes of it.
pub(crate) fn half_of(parts: &[&[u8]]) -> [u8; 16] {
    let mut half = [0; 16];
    half.iter_mut().zip(of(parts)).for_each(|(to, from)| *to = from);
    half
}
