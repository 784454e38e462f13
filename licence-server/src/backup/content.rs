//! What a backup holds: records, one after another.
//!
//! ```text
//! kind 1 | bytes of the key 2 | bytes of the value 4 | key | value          big endian
//! 1        what the backup is of: JSON; the first record, once
//! 2        a file of the data directory: its name, its bytes
//! 3        the end, after which there is nothing
//! 16 + n   a row of the table with the number n
//! ```

use std::io::{self, Read, Write};

use licence_core::json;
use licence_core::{KeyId, Product, UnixTime};
use zeroize::Zeroizing;

use super::open::{NotRead, Opener};
use crate::data_dir::KeptFile;
use crate::store::CopiedRow;

const ABOUT: u8 = 1;
const FILE: u8 = 2;
const END: u8 = 3;
/// The kind of the rows of a table with the number 0; there is none.
const ROWS: u8 = 16;

/// Bytes of a value at most: a session may keep 1 MiB, and nothing else is as long.
const VALUE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What a backup is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The version of the program that wrote it.
    pub program: String,
    /// What the site's licences are for.
    pub product: Product,
    /// The site's key.
    pub site_key: KeyId,
    /// When it was begun, by the time that the site trusted. What came after is not in it.
    pub taken: UnixTime,
}

impl About {
    fn to_json(&self) -> String {
        json::object(|about| {
            about.string("program", &self.program);
            about.string("product", &self.product);
            about.string("site_key", self.site_key);
            about.integer("taken", self.taken.secs());
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let value = json::parse(bytes).ok()?;
        let about = value.as_object()?;
        let text = |name| about.value(name)?.as_str();
        Some(Self {
            program: text("program")?.to_owned(),
            product: Product::parse(text("product")?)?,
            site_key: KeyId::parse(text("site_key")?)?,
            taken: UnixTime::from_secs(about.value("taken")?.as_integer()?)?,
        })
    }
}

pub(super) fn put_about(out: &mut impl Write, about: &About) -> io::Result<()> {
    put(out, ABOUT, &[], about.to_json().as_bytes())
}

pub(super) fn put_file(out: &mut impl Write, file: &KeptFile) -> io::Result<()> {
    put(out, FILE, file.name.as_bytes(), &file.bytes)
}

pub(super) fn put_row(out: &mut impl Write, row: CopiedRow<'_>) -> io::Result<()> {
    put(out, ROWS.saturating_add(row.table), row.key, row.value)
}

pub(super) fn put_end(out: &mut impl Write) -> io::Result<()> {
    put(out, END, &[], &[])
}

fn put(out: &mut impl Write, kind: u8, key: &[u8], value: &[u8]) -> io::Result<()> {
    let too_long = |_| io::Error::other("a row is longer than a backup can hold");
    let key_bytes = u16::try_from(key.len()).map_err(too_long)?;
    let value_bytes = u32::try_from(value.len()).map_err(too_long)?;
    if value.len() > VALUE_BYTES_MAX {
        return Err(io::Error::other("a row is longer than a backup can hold"));
    }
    out.write_all(&[kind])?;
    out.write_all(&key_bytes.to_be_bytes())?;
    out.write_all(&value_bytes.to_be_bytes())?;
    out.write_all(key)?;
    out.write_all(value)
}

/// One record.
pub(super) enum Record<'a> {
    About(About),
    File(&'a str, &'a [u8]),
    Row(CopiedRow<'a>),
    End,
}

/// Reads records. Their memory is used again for the next one.
///
/// INVARIANT: it has room for the longest from the start and never moves, because what it leaves behind where it moves is
/// not wiped, and the site's key is in one of them.
pub(super) struct Records<R> {
    from: Opener<R>,
    key: Vec<u8>,
    value: Zeroizing<Vec<u8>>,
}

impl<R: Read + io::Seek> Records<R> {
    pub(super) fn new(from: Opener<R>) -> Self {
        let value = Zeroizing::new(Vec::with_capacity(VALUE_BYTES_MAX));
        Self { from, key: Vec::new(), value }
    }

    pub(super) fn next(&mut self) -> Result<Record<'_>, NotRead> {
        let kind = self.read()?;
        let (key, value) = (self.key.as_slice(), self.value.as_slice());
        let wrong = NotRead::Content("a record is none of those that there are");
        match kind {
            ABOUT => About::parse(value).map(Record::About).ok_or(wrong),
            FILE => {
                std::str::from_utf8(key).map(|name| Record::File(name, value)).map_err(|_| wrong)
            }
            END => Ok(Record::End),
            kind => {
                let table = kind.checked_sub(ROWS).ok_or(wrong)?;
                Ok(Record::Row(CopiedRow { table, key, value }))
            }
        }
    }

    /// Sees to it that nothing comes after the end.
    pub(super) fn finish(mut self) -> Result<(), NotRead> {
        let more = self.from.read(&mut [0]).map_err(|error| self.from.why(error))?;
        if more == 0 { Ok(()) } else { Err(NotRead::Content("something comes after its end")) }
    }

    fn read(&mut self) -> Result<u8, NotRead> {
        let [kind] = self.array()?;
        let key_bytes = usize::from(u16::from_be_bytes(self.array()?));
        let value_bytes = u32::from_be_bytes(self.array()?);
        let value_bytes = usize::try_from(value_bytes).unwrap_or(usize::MAX);
        if value_bytes > VALUE_BYTES_MAX {
            return Err(NotRead::Content("a record is longer than any that there are"));
        }
        self.key.resize(key_bytes, 0);
        self.value.resize(value_bytes, 0);
        let read = self.from.read_exact(&mut self.key);
        let read = read.and_then(|()| self.from.read_exact(&mut self.value));
        read.map(|()| kind).map_err(|error| self.from.why(error))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], NotRead> {
        let mut bytes = [0; N];
        let read = self.from.read_exact(&mut bytes);
        read.map(|()| bytes).map_err(|error| self.from.why(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::seal::Sealer;
    use crate::rng::testing::SeededRng;

    #[test]
    fn the_memory_that_a_key_was_read_into_never_moves() {
        let passphrase = "four words of it";
        let mut sealer = Sealer::begin(Vec::new(), passphrase, &SeededRng::new(1)).unwrap();
        let longest = vec![7; VALUE_BYTES_MAX];
        for bytes in [b"a key".as_slice(), &longest] {
            put(&mut sealer, FILE, b"site.key", bytes).unwrap();
        }
        let sealed = io::Cursor::new(sealer.finish().unwrap());
        let mut records = Records::new(Opener::begin(sealed, passphrase).unwrap());
        let mut place = || {
            let Record::File(_, bytes) = records.next().unwrap() else { panic!("another record") };
            (bytes.as_ptr(), bytes.len())
        };
        let ((first, short), (second, long)) = (place(), place());
        assert_eq!((short, long), (5, VALUE_BYTES_MAX));
        assert_eq!(first, second);
    }
}
