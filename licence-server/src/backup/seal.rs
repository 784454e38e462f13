//! Seals a backup in chunks, so that a gigabyte takes no more memory than a page.

use std::io::{self, Write};

use aws_lc_rs::aead::{Aad, LessSafeKey};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use super::head::{CHUNK_BYTES, Head, TAG_BYTES, nonce};
use crate::rng::{NoRandomBytes, Rng};
use crate::store::StoreError;

/// Why a backup was not written.
#[derive(Debug, Error)]
pub enum NotWritten {
    /// There was no salt to be had.
    #[error(transparent)]
    NoRandomBytes(#[from] NoRandomBytes),
    /// The key could not be derived, or a chunk not be sealed.
    #[error("the system's cryptography failed")]
    Crypto,
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What takes the bytes failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Seals what is written to it.
pub(super) struct Sealer<W> {
    out: W,
    digest: Sha256,
    head: Head,
    key: LessSafeKey,
    chunk: Zeroizing<Vec<u8>>,
    number: u64,
}

impl<W: Write> Sealer<W> {
    /// Begins a backup.
    pub(super) fn begin(out: W, passphrase: &str, rng: &dyn Rng) -> Result<Self, NotWritten> {
        let head = Head::new(rng.bytes()?);
        let key = head.key(passphrase).ok_or(NotWritten::Crypto)?;
        let chunk = Zeroizing::new(Vec::with_capacity(CHUNK_BYTES + TAG_BYTES));
        let mut sealer = Self { out, digest: Sha256::new(), head, key, chunk, number: 0 };
        sealer.pass_on(&head.bytes)?;
        Ok(sealer)
    }

    /// Writes what is left, and the checksum.
    pub(super) fn finish(mut self) -> Result<W, NotWritten> {
        self.seal(true)?;
        let checksum = std::mem::take(&mut self.digest).finalize();
        self.out.write_all(&checksum)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn seal(&mut self, is_last: bool) -> io::Result<()> {
        let nonce = nonce(self.number, is_last);
        let mut chunk = std::mem::take(&mut *self.chunk);
        self.key
            .seal_in_place_append_tag(nonce, Aad::from(self.head.bytes), &mut chunk)
            .map_err(|_| io::Error::other("a chunk could not be sealed"))?;
        self.pass_on(&chunk)?;
        chunk.clear();
        *self.chunk = chunk;
        self.number += 1;
        Ok(())
    }

    fn pass_on(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.out.write_all(bytes)
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A chunk is sealed when more comes, so that the last one is known when it is.
        if self.chunk.len() == CHUNK_BYTES && !bytes.is_empty() {
            self.seal(false)?;
        }
        let room = CHUNK_BYTES.saturating_sub(self.chunk.len());
        let (taken, _) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
        self.chunk.extend_from_slice(taken);
        Ok(taken.len())
    }

    /// What is not a whole chunk waits for the end.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
