use std::path::Path;
use std::{fs, io};

/// What every contender verifies: a folder with one file for each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    /// A licence file, in its armour.
    pub licence_file: String,
    /// The licence in it, in compact form.
    pub licence: String,
    /// An access token under that licence, in compact form.
    pub access: String,
    /// The key that signed the licence, as a JWK.
    pub root: String,
    /// The key that signed the access token, as a JWK.
    pub site: String,
    /// The time at which both hold, in seconds since 1970.
    pub now: String,
}

impl Texts {
    const NAMES: [&str; 6] =
        ["licence.pem", "licence.jwt", "access.jwt", "root.jwk", "site.jwk", "now.txt"];

    /// Reads the folder.
    ///
    /// # Errors
    /// Where one of the files cannot be read.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let [licence_file, licence, access, root, site, now] =
            Self::NAMES.map(|name| fs::read_to_string(folder.join(name)));
        Ok(Self {
            licence_file: licence_file?,
            licence: licence?,
            access: access?,
            root: root?,
            site: site?,
            now: now?,
        })
    }

    /// Writes the folder, which must be there.
    ///
    /// # Errors
    /// Where one of the files cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let Self { licence_file, licence, access, root, site, now } = self;
        let texts = [licence_file, licence, access, root, site, now];
        Self::NAMES
            .iter()
            .zip(texts)
            .try_for_each(|(name, text)| fs::write(folder.join(name), text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let [licence_file, licence, access, root, site, now] =
            ["a", "b", "c", "d", "e", "f"].map(str::to_owned);
        let texts = Texts { licence_file, licence, access, root, site, now };
        let folder = tempfile::tempdir().unwrap();
        texts.write(folder.path()).unwrap();
        assert_eq!(Texts::read(folder.path()).unwrap(), texts);
    }
}
