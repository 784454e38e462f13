use std::cell::Cell;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

const PAGE: u64 = 4096;

/// Pages of the file: 256 MB, so that random ones lie apart.
const PAGES: u64 = 65_536;

/// A file whose pages are overwritten in place, at random.
pub(crate) struct Disk {
    file: File,
    random: Cell<u64>,
}

impl Disk {
    /// Makes the file, whole and on the disk, so that nothing is allocated while it is measured.
    pub(crate) fn in_folder(folder: &Path) -> io::Result<Self> {
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(folder.join("pages"))?;
        let chunk = vec![0x5a; 256 * PAGE as usize];
        for number in 0..PAGES / 256 {
            file.write_all_at(&chunk, number * 256 * PAGE)?;
        }
        file.sync_all()?;
        Ok(Self { file, random: Cell::new(0x9e37_79b9_7f4a_7c15) })
    }

    /// Overwrites that many pages and waits until they are on the disk.
    pub(crate) fn sync(&self, pages: u32) -> io::Result<()> {
        for _ in 0..pages {
            let random = self.next();
            let page = [random as u8; PAGE as usize];
            self.file.write_all_at(&page, random % PAGES * PAGE)?;
        }
        self.file.sync_data()
    }

    /// Marsaglia's xorshift: no secret depends on it.
    fn next(&self) -> u64 {
        let mut random = self.random.get();
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        self.random.set(random);
        random
    }
}
