//! What a store is on: a file, and what the system keeps of it in memory.
//!
//! Where a sync fails, Linux takes the pages that it could not write for written. Whoever reads the file is shown
//! them from memory, also after the process has ended, and every later sync succeeds. A server that is started
//! again would find its store sound and build on pages that the disk never had, and the next loss of power
//! would take all of it. So with a sync that fails those pages are dropped, and the next start reads the disk.
//!
//! A write that fails after its process was killed is told to the first sync of whoever opens the file next
//! (`errseq_t` in Linux's documentation). Opening a store syncs it, so that start fails, and the one after it is good.

use std::fmt::Debug;
use std::fs::File;
use std::io;
use std::ops::Bound;
use std::path::Path;

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};
use rustix::fs::{Advice, fadvise};

use crate::store::StoreError;

/// What the system keeps of a file in memory.
pub trait PageCache: Debug + Send + Sync + 'static {
    /// Forgets every page that does not wait to be written.
    ///
    /// # Errors
    /// Where the system does not take the advice.
    fn drop_clean(&self) -> io::Result<()>;
}

impl PageCache for File {
    fn drop_clean(&self) -> io::Result<()> {
        Ok(fadvise(self, 0, None, Advice::DontNeed)?)
    }
}

/// What is written and read, and the memory between it and the disk.
#[derive(Debug)]
pub(super) struct Medium<B, C> {
    backend: B,
    cache: C,
}

impl<B, C> Medium<B, C> {
    pub(super) const fn new(backend: B, cache: C) -> Self {
        Self { backend, cache }
    }
}

impl Medium<FileBackend, File> {
    /// A file where there is none.
    pub(super) fn create(path: &Path) -> Result<Self, StoreError> {
        if path.exists() {
            return Err(StoreError::Exists(path.to_owned()));
        }
        Self::of(File::options().read(true).write(true).create_new(true).open(path)?)
    }

    /// The file that is there, and is not empty: of an empty one redb would make a store.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.exists() {
            return Err(StoreError::NotFound(path.to_owned()));
        }
        let file = File::options().read(true).write(true).open(path)?;
        if file.metadata()?.len() == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is empty").into());
        }
        Self::of(file)
    }

    fn of(file: File) -> Result<Self, StoreError> {
        let cache = file.try_clone()?;
        Ok(Self::new(FileBackend::new(file)?, cache))
    }
}

impl<B: StorageBackend, C: PageCache> StorageBackend for Medium<B, C> {
    fn sync_data(&self) -> io::Result<()> {
        self.backend.sync_data().inspect_err(|_| {
            if let Err(error) = self.cache.drop_clean() {
                tracing::error!(
                    %error,
                    "what the system shows of the store may not be on the disk: \
                     start the machine again before the server"
                );
            }
        })
    }

    fn len(&self) -> io::Result<u64> {
        self.backend.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.backend.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.backend.set_len(len)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.backend.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.backend.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.backend.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.backend.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.backend.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.backend.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.backend.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.backend.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use redb::backends::InMemoryBackend;

    use super::*;

    #[derive(Clone, Debug, Default)]
    struct Counted(Arc<AtomicU32>);

    impl PageCache for Counted {
        fn drop_clean(&self) -> io::Result<()> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }

    /// Memory of which every other sync fails.
    #[derive(Debug, Default)]
    struct Faulty(InMemoryBackend, AtomicU32);

    impl StorageBackend for Faulty {
        fn len(&self) -> io::Result<u64> {
            self.0.len()
        }

        fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
            self.0.read(offset, out)
        }

        fn set_len(&self, len: u64) -> io::Result<()> {
            self.0.set_len(len)
        }

        fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
            self.0.write(offset, data)
        }

        fn sync_data(&self) -> io::Result<()> {
            let is_well = self.1.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
            is_well.then_some(()).ok_or_else(|| io::Error::other("the disk failed"))
        }
    }

    #[test]
    fn a_sync_that_fails_has_the_pages_dropped_and_no_other_has() {
        let cache = Counted::default();
        let medium = Medium::new(Faulty::default(), cache.clone());
        let dropped = || cache.0.load(Ordering::Relaxed);
        medium.sync_data().unwrap();
        assert_eq!(dropped(), 0);
        medium.sync_data().unwrap_err();
        assert_eq!(dropped(), 1);
        medium.sync_data().unwrap();
        assert_eq!(dropped(), 1);
    }

    #[test]
    fn an_empty_file_is_no_store_and_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.redb");
        std::fs::write(&path, "").unwrap();
        assert!(matches!(Medium::open(&path), Err(StoreError::Failed(_))));
        assert!(matches!(Medium::create(&path), Err(StoreError::Exists(_))));
        assert_eq!(std::fs::read(&path).unwrap(), b"");
    }
}
