//! Backups: everything that makes a site, in one encrypted file.
//!
//! ```text
//! head      `licence-backup`, then big endian: version, 2 bytes; memory in KiB, passes, lanes, 4 bytes each;
//!           salt, 16 bytes
//! chunks    64 KiB of content each, sealed by ChaCha20-Poly1305 with 16 bytes more; the last is shorter
//! checksum  SHA-256 of all before it
//!
//! key       Argon2id(passphrase, salt), as the head says
//! nonce     number of the chunk, 11 bytes | 1 for the last chunk, else 0
//! beside    the head is authenticated with every chunk
//! ```
//!
//! The checksum tells a copy that was damaged from a passphrase that is wrong, and needs none. What nobody
//! may change is kept by the seals: no chunk can be altered, moved, left out or added (the STREAM
//! construction of Hoang, Reyhanitabar, Rogaway and Vizár, as age has it).
//!
//! The content is records (`backup/content.rs`): what the backup is of, the files of the data directory, and every
//! row of one snapshot of the store.

mod content;
mod copy;
mod head;
mod name;
mod open;
mod seal;

#[cfg(test)]
mod tests;

pub use content::About;
pub use copy::{Copied, Piece, Source, read_back, read_through, write};
pub use name::Names;
pub use seal::NotWritten;
