//! A list of files with their digests, as `sha256sum --check` reads it.

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest as _, Sha256};

/// Files in one list at most: a release has a dozen.
const FILES_MAX: usize = 1000;

/// Lines of a digest and a file's name, in the order of the names.
///
/// Each has two spaces in it, which no signed object has anywhere. So a signature over such a list,
/// whatever key made it, is a signature over nothing else.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChecksumList(BTreeMap<String, String>);

/// Why a file cannot stand in the list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unlisted {
    /// `sha256sum` would have to escape its name, or the name leads out of the folder.
    Name,
    /// The list has one of that name.
    Twice,
    /// The list is full.
    TooMany,
}

impl ChecksumList {
    /// Takes a file's digest into the list.
    pub(crate) fn add(&mut self, name: &str, content: &[u8]) -> Result<(), Unlisted> {
        if name.is_empty() || name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\')) {
            return Err(Unlisted::Name);
        }
        if self.0.contains_key(name) {
            return Err(Unlisted::Twice);
        }
        if self.0.len() >= FILES_MAX {
            return Err(Unlisted::TooMany);
        }
        self.0.insert(name.to_owned(), hex(&Sha256::digest(content)));
        Ok(())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for ChecksumList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, digest)| writeln!(f, "{digest}  {name}"))
    }
}

impl fmt::Display for Unlisted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => {
                f.write_str("its name has a character that the list would have to escape")
            }
            Self::Twice => f.write_str("another file of that name is in the list"),
            Self::TooMany => write!(f, "a list has at most {FILES_MAX} files"),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{ChecksumList, FILES_MAX, Unlisted};

    #[test]
    fn the_list_is_the_one_that_sha256sum_writes_in_the_order_of_names() {
        let mut list = ChecksumList::default();
        list.add("b", b"abc").unwrap();
        list.add("a c", b"").unwrap();
        // FIPS 180-4, the examples of no bit and of "abc".
        assert_eq!(
            list.to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a c\n\
             ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b\n"
        );
    }

    #[test]
    fn a_name_that_could_be_read_as_something_else_is_refused() {
        let mut list = ChecksumList::default();
        for name in ["", "a\nb", "a\\b", "../a", "a\0"] {
            assert_eq!(list.add(name, b""), Err(Unlisted::Name), "{name:?}");
        }
        list.add("a", b"").unwrap();
        assert_eq!(list.add("a", b"other"), Err(Unlisted::Twice));
    }

    #[test]
    fn the_list_has_an_end() {
        let mut list = ChecksumList::default();
        for number in 0..FILES_MAX {
            list.add(&number.to_string(), b"").unwrap();
        }
        assert_eq!(list.add("one more", b""), Err(Unlisted::TooMany));
    }
}
