//! Opens what [`seal`](super::seal) sealed: looked at as a whole first, and then piece by piece.

use std::io::{self, Read, SeekFrom};

use aws_lc_rs::aead::{Aad, LessSafeKey};
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use super::head::{CHECKSUM_BYTES, CHUNK_BYTES, HEAD_BYTES, Head, SEALED_BYTES, TAG_BYTES, nonce};

/// Why a backup cannot be read.
#[derive(Debug, Error)]
pub(super) enum NotRead {
    /// It does not begin as one.
    #[error("it is no backup")]
    NotABackup,
    /// A newer version of this program wrote it.
    #[error("it has format {found}, and this program knows formats up to {known}")]
    NewerFormat {
        /// The backup's.
        found: u16,
        /// Ours.
        known: u16,
    },
    /// Its checksum does not hold.
    #[error("it was cut off or damaged: its checksum does not hold")]
    Damaged,
    /// It is whole, and its first seal does not open.
    #[error("this is not its passphrase")]
    WrongPassphrase,
    /// It is whole, and somebody without its passphrase changed it.
    #[error("it was changed by someone who does not have its passphrase")]
    Forged,
    /// It opens, and its content is not what this program writes.
    #[error("its content is not as it was written: {0}")]
    Content(&'static str),
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// Opens a backup piece by piece.
pub(super) struct Opener<R> {
    from: R,
    /// Bytes of sealed chunks that are left.
    left: u64,
    head: Head,
    key: LessSafeKey,
    chunk: Zeroizing<Vec<u8>>,
    /// How much of the chunk was read.
    read: usize,
    number: u64,
    flaw: Option<NotRead>,
}

impl<R: Read + io::Seek> Opener<R> {
    /// Looks at the whole file, then begins to open it.
    pub(super) fn begin(mut from: R, passphrase: &str) -> Result<Self, NotRead> {
        let head = read_head(&mut from)?;
        let left = check_sum(&mut from, head)?;
        from.seek(SeekFrom::Start(HEAD_BYTES as u64))?;
        let key = head.key(passphrase).ok_or(NotRead::NotABackup)?;
        let chunk = Zeroizing::new(Vec::with_capacity(CHUNK_BYTES + TAG_BYTES));
        let mut opener = Self { from, left, head, key, chunk, read: 0, number: 0, flaw: None };
        opener.open().map_err(|error| opener.flaw.take().unwrap_or(NotRead::Io(error)))?;
        Ok(opener)
    }

    /// What was wrong where reading failed.
    pub(super) fn why(&mut self, error: io::Error) -> NotRead {
        self.flaw.take().unwrap_or_else(|| {
            let is_over = error.kind() == io::ErrorKind::UnexpectedEof;
            if is_over { NotRead::Content("it ends too early") } else { NotRead::Io(error) }
        })
    }

    /// Opens the next chunk.
    fn open(&mut self) -> io::Result<()> {
        let (size, is_last) = (self.left.min(SEALED_BYTES), self.left <= SEALED_BYTES);
        self.left -= size;
        // Where it stands, so that it is wiped whatever comes of this one: an earlier one held the site's key.
        let chunk = &mut *self.chunk;
        chunk.clear();
        (&mut self.from).take(size).read_to_end(chunk)?;
        let nonce = nonce(self.number, is_last);
        let opened = self.key.open_in_place(nonce, Aad::from(self.head.bytes), chunk);
        let Ok(content) = opened.map(|content| content.len()) else {
            let is_first = self.number == 0;
            self.flaw = Some(if is_first { NotRead::WrongPassphrase } else { NotRead::Forged });
            return Err(io::Error::other("a chunk does not open"));
        };
        chunk.truncate(content);
        (self.read, self.number) = (0, self.number + 1);
        Ok(())
    }
}

impl<R: Read + io::Seek> Read for Opener<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.read == self.chunk.len() && self.left > 0 {
            self.open()?;
        }
        let rest = self.chunk.get(self.read..).unwrap_or_default();
        let count = rest.len().min(into.len());
        into.iter_mut().zip(rest).for_each(|(byte, content)| *byte = *content);
        self.read += count;
        Ok(count)
    }
}

fn read_head(from: &mut impl Read) -> Result<Head, NotRead> {
    let mut bytes = [0; HEAD_BYTES];
    from.read_exact(&mut bytes).map_err(|error| {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            NotRead::NotABackup
        } else {
            NotRead::Io(error)
        }
    })?;
    Head::read(bytes)
}

/// Reads to the end, and gives the number of bytes of the chunks where the checksum holds.
fn check_sum(from: &mut (impl Read + io::Seek), head: Head) -> Result<u64, NotRead> {
    let whole = from.seek(SeekFrom::End(0))?;
    let rest = whole.checked_sub((HEAD_BYTES + CHECKSUM_BYTES) as u64);
    let chunks = rest.filter(|rest| *rest >= TAG_BYTES as u64).ok_or(NotRead::Damaged)?;
    from.seek(SeekFrom::Start(HEAD_BYTES as u64))?;
    let mut digest = Sha256::new_with_prefix(head.bytes);
    let mut left = chunks;
    let mut buffer = vec![0; CHUNK_BYTES];
    while left > 0 {
        let size = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let piece = buffer.get_mut(..size).unwrap_or_default();
        from.read_exact(piece)?;
        digest.update(&*piece);
        left -= size as u64;
    }
    let mut checksum = [0; CHECKSUM_BYTES];
    from.read_exact(&mut checksum)?;
    if digest.finalize().as_slice() == checksum.as_slice() {
        Ok(chunks)
    } else {
        Err(NotRead::Damaged)
    }
}

#[cfg(test)]
mod tests;
