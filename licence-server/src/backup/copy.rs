//! A site into a backup, and out of it again.

use std::fs::File;
use std::io::{BufReader, Write};
use std::ops::ControlFlow;
use std::path::Path;

use licence_cli::Failure;
use licence_cli::files::refused_by_system;
use licence_core::Code;

use super::content::{About, Record, Records, put_about, put_end, put_file, put_row};
use super::open::{NotRead, Opener};
use super::seal::{NotWritten, Sealer};
use crate::data_dir::KeptFile;
use crate::rng::Rng;
use crate::store::{CopiedRow, Reader};

/// What a backup is made of.
pub struct Source<'a> {
    /// What it is of.
    pub about: About,
    /// The files that make the site.
    pub files: Vec<KeptFile>,
    /// The store.
    pub reader: &'a dyn Reader,
}

/// Writes a backup of one moment; the store goes on meanwhile.
///
/// # Errors
/// If the store cannot be read, or the bytes cannot be written.
pub fn write<W: Write>(
    out: W,
    passphrase: &str,
    source: &Source<'_>,
    rng: &dyn Rng,
) -> Result<W, NotWritten> {
    let mut sealer = Sealer::begin(out, passphrase, rng)?;
    put_about(&mut sealer, &source.about)?;
    for file in &source.files {
        put_file(&mut sealer, file)?;
    }
    let mut failed = None;
    source.reader.copy_out(&mut |row| match put_row(&mut sealer, row) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    failed.map_or(Ok(()), Err)?;
    put_end(&mut sealer)?;
    sealer.finish()
}

/// What is in a backup, piece by piece.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// A file of the data directory, by its name.
    File(&'a str, &'a [u8]),
    /// A row of the store.
    Row(CopiedRow<'a>),
}

/// What was read of a backup.
#[derive(Clone, Debug)]
pub struct Copied {
    /// What it is of.
    pub about: About,
    /// Rows of the store.
    pub rows: u64,
}

/// Reads a backup from its first byte to its last, and gives every piece of it.
///
/// # Errors
/// If it is not one, is not whole, is of a newer version, or this is not its passphrase; and as `take`
/// fails.
pub fn read_through(
    path: &Path,
    passphrase: &str,
    take: impl FnMut(Piece<'_>) -> Result<(), Failure>,
) -> Result<Copied, Failure> {
    let cannot =
        |error| refused_by_system(format_args!("`{}` cannot be read", path.display()), &error);
    read_back(File::open(path).map_err(cannot)?, path, passphrase, take)
}

/// The same of a file that is open already; where it stands is for messages alone.
///
/// # Errors
/// As [`read_through`].
pub fn read_back(
    file: File,
    path: &Path,
    passphrase: &str,
    mut take: impl FnMut(Piece<'_>) -> Result<(), Failure>,
) -> Result<Copied, Failure> {
    let unread = |flaw| not_read(path, &flaw);
    let opener = Opener::begin(BufReader::new(file), passphrase).map_err(unread)?;
    let mut records = Records::new(opener);
    let Record::About(about) = records.next().map_err(unread)? else {
        return Err(unread(NotRead::Content("it does not say what it is of")));
    };
    let mut rows = 0;
    loop {
        match records.next().map_err(unread)? {
            Record::About(_) => {
                return Err(unread(NotRead::Content("it says twice what it is of")));
            }
            Record::File(name, bytes) => take(Piece::File(name, bytes))?,
            Record::Row(row) => {
                rows += 1;
                take(Piece::Row(row))?;
            }
            Record::End => break,
        }
    }
    records.finish().map_err(unread)?;
    Ok(Copied { about, rows })
}

fn not_read(path: &Path, flaw: &NotRead) -> Failure {
    let sentence = format!("the backup `{}` cannot be used: {flaw}", path.display());
    match flaw {
        NotRead::NotABackup => {
            Failure::malformed(sentence).mend("name a file that `licence-server backup` wrote")
        }
        NotRead::NewerFormat { .. } => Failure::coded(Code::UnsupportedVersion, sentence)
            .mend("use the version of this program that wrote it, or later"),
        NotRead::Damaged => Failure::malformed(sentence)
            .mend("copy it again from where it was kept, or take an older one"),
        NotRead::WrongPassphrase => {
            Failure::usage(sentence).mend("give the passphrase that it was made with")
        }
        NotRead::Forged => Failure::coded(Code::BadSignature, sentence)
            .mend("take another copy, and find out who changed this one"),
        NotRead::Content(_) => {
            Failure::malformed(sentence).mend("take another backup, and report this one")
        }
        NotRead::Io(_) => Failure::usage(sentence).mend("check the disk that it is kept on"),
    }
}
