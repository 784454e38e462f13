//! What stands before the chunks of a backup: how its key is made of the passphrase.

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::aead::{CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::open::NotRead;

/// What every backup begins with.
const MAGIC: [u8; 14] = *b"licence-backup";

/// The version of the whole form, the content's included.
const VERSION: u16 = 1;

/// Argon2id with 64 MiB, three passes, four lanes: the second choice of RFC 9106 section 4.
const COST: Cost = Cost { memory_kib: 64 * 1024, passes: 3, lanes: 4 };

/// The most that a backup may ask for before its passphrase is tried.
const COST_MAX: Cost = Cost { memory_kib: 1024 * 1024, passes: 16, lanes: 16 };

pub(super) const SALT_BYTES: usize = 16;
pub(super) const HEAD_BYTES: usize = MAGIC.len() + 2 + 3 * 4 + SALT_BYTES;
pub(super) const CHUNK_BYTES: usize = 64 * 1024;
pub(super) const TAG_BYTES: usize = 16;
pub(super) const SEALED_BYTES: u64 = (CHUNK_BYTES + TAG_BYTES) as u64;
pub(super) const CHECKSUM_BYTES: usize = 32;

/// What it takes to derive a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

/// What stands before the chunks, and is authenticated with each.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) bytes: [u8; HEAD_BYTES],
    cost: Cost,
    salt: [u8; SALT_BYTES],
}

impl Head {
    pub(super) fn new(salt: [u8; SALT_BYTES]) -> Self {
        let Cost { memory_kib, passes, lanes } = COST;
        let mut bytes = [0; HEAD_BYTES];
        let numbers = [memory_kib, passes, lanes].map(u32::to_be_bytes);
        let parts = [&MAGIC[..], &VERSION.to_be_bytes(), &numbers.concat(), &salt];
        let filled = parts.iter().flat_map(|part| part.iter());
        bytes.iter_mut().zip(filled).for_each(|(byte, part)| *byte = *part);
        Self { bytes, cost: COST, salt }
    }

    pub(super) fn read(bytes: [u8; HEAD_BYTES]) -> Result<Self, NotRead> {
        let rest = bytes.strip_prefix(&MAGIC).ok_or(NotRead::NotABackup)?;
        let (version, rest) = rest.split_first_chunk().ok_or(NotRead::NotABackup)?;
        let found = u16::from_be_bytes(*version);
        if found > VERSION {
            return Err(NotRead::NewerFormat { found, known: VERSION });
        }
        let mut numbers = rest.chunks_exact(4).map_while(|four| four.try_into().ok());
        let mut number = || numbers.next().map_or(0, u32::from_be_bytes);
        let cost = Cost { memory_kib: number(), passes: number(), lanes: number() };
        let salt = bytes.last_chunk().ok_or(NotRead::NotABackup)?;
        if found == 0 || !cost.is_bearable() {
            return Err(NotRead::NotABackup);
        }
        Ok(Self { bytes, cost, salt: *salt })
    }

    pub(super) fn key(&self, passphrase: &str) -> Option<LessSafeKey> {
        let Cost { memory_kib, passes, lanes } = self.cost;
        let mut key = Zeroizing::new([0; 32]);
        let params = Params::new(memory_kib, passes, lanes, Some(key.len())).ok()?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon.hash_password_into(passphrase.as_bytes(), &self.salt, key.as_mut()).ok()?;
        Some(LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, key.as_ref()).ok()?))
    }
}

impl Cost {
    /// Whether whoever made the file could bring this machine down with it.
    const fn is_bearable(self) -> bool {
        self.memory_kib <= COST_MAX.memory_kib
            && self.passes <= COST_MAX.passes
            && self.lanes <= COST_MAX.lanes
    }
}

/// A chunk's nonce: under one key, no number is used twice, and the last chunk is known to be it.
pub(super) fn nonce(number: u64, is_last: bool) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    let counted = number.to_be_bytes().into_iter().chain([u8::from(is_last)]);
    bytes.iter_mut().skip(3).zip(counted).for_each(|(byte, part)| *byte = part);
    Nonce::assume_unique_for_key(bytes)
}
