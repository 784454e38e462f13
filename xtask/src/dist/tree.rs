//! Files on their way into an archive.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::commit::Commit;
use crate::failure::Failure;
use crate::files;

/// Paths with what they hold; a folder's path ends in a slash. In their order they go into the
/// archive, so that a folder comes before what is in it.
#[derive(Default)]
pub(super) struct Tree(BTreeMap<String, Entry>);

struct Entry {
    mode: u32,
    content: Vec<u8>,
}

impl Tree {
    /// A file that everybody may read.
    pub(super) fn add(&mut self, path: &str, content: impl Into<Vec<u8>>) {
        self.add_with(path, 0o644, content.into());
    }

    /// A file that everybody may run.
    pub(super) fn add_program(&mut self, path: &str, content: impl Into<Vec<u8>>) {
        self.add_with(path, 0o755, content.into());
    }

    /// A folder with nothing in it yet.
    pub(super) fn add_folder(&mut self, path: &str) {
        self.add_parents(path);
        self.0.insert(format!("{path}/"), Entry { mode: 0o755, content: Vec::new() });
    }

    /// A file of this machine.
    pub(super) fn copy(&mut self, from: &Path, to: &str) -> Result<(), Failure> {
        self.add(to, files::read(from)?);
        Ok(())
    }

    /// What all files together hold.
    pub(super) fn bytes(&self) -> usize {
        self.0.values().map(|entry| entry.content.len()).sum()
    }

    fn add_with(&mut self, path: &str, mode: u32, content: Vec<u8>) {
        self.add_parents(path);
        self.0.insert(path.to_owned(), Entry { mode, content });
    }

    fn add_parents(&mut self, path: &str) {
        for (at, _) in path.match_indices('/') {
            let folder = path.get(..=at).unwrap_or_default().to_owned();
            self.0.entry(folder).or_insert(Entry { mode: 0o755, content: Vec::new() });
        }
    }

    /// A compressed archive in which every path begins with `prefix`, everything is root's, and was
    /// made when the commit was.
    pub(super) fn tar_gz(&self, prefix: &str, commit: &Commit) -> Result<Vec<u8>, Failure> {
        self.write(prefix, commit.unix_secs).map_err(Failure::file("pack", Path::new(prefix)))
    }

    fn write(&self, prefix: &str, unix_secs: u64) -> io::Result<Vec<u8>> {
        let mut builder = Builder::new(Vec::new());
        for (path, entry) in &self.0 {
            let mut header = Header::new_gnu();
            let is_folder = path.ends_with('/');
            header.set_entry_type(if is_folder {
                EntryType::Directory
            } else {
                EntryType::Regular
            });
            header.set_mode(entry.mode);
            header.set_mtime(unix_secs);
            header.set_username("root")?;
            header.set_groupname("root")?;
            header.set_uid(0);
            header.set_gid(0);
            header.set_size(u64::try_from(entry.content.len()).unwrap_or(u64::MAX));
            builder.append_data(
                &mut header,
                format!("{prefix}{path}"),
                entry.content.as_slice(),
            )?;
        }
        // Its header tells neither a name nor a time.
        let mut compressed = GzBuilder::new().write(Vec::new(), Compression::best());
        compressed.write_all(&builder.into_inner()?)?;
        compressed.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(archive: &[u8]) -> Vec<String> {
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
        let entries = archive.entries().unwrap().map(Result::unwrap);
        entries.map(|entry| entry.path().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn the_order_of_adding_does_not_show_and_folders_come_first() {
        let commit = Commit { unix_secs: 1_700_000_000, time: String::new() };
        let (mut one, mut other) = (Tree::default(), Tree::default());
        one.add("a/b/c", "1");
        one.add("a.txt", "2");
        one.add_folder("a/empty");
        other.add_folder("a/empty");
        other.add("a.txt", "2");
        other.add("a/b/c", "1");
        let archive = one.tar_gz("top/", &commit).unwrap();
        assert_eq!(archive, other.tar_gz("top/", &commit).unwrap());
        assert_eq!(
            paths(&archive),
            ["top/a.txt", "top/a/", "top/a/b/", "top/a/b/c", "top/a/empty/"]
        );
        assert_eq!(one.bytes(), 2);
    }
}
