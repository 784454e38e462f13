use std::fs::File;
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use licence_core::{Text, Uuid};
use redb::backends::FileBackend;
use redb::{Database, StorageBackend};

use super::*;
use crate::domain::Standing;
use crate::store::codec::encode;

/// More than are read at once, and twice what the cache holds: in a debug build every page is read at the opening.
const PEOPLE: u16 = 8000;
const NAME_BYTES: usize = 200;
/// A few pages for each of the cache's parts.
const CACHE_BYTES: usize = 2 * 1024 * 1024;

fn id(number: u16) -> Id {
    number.to_be_bytes().repeat(8).try_into().unwrap()
}

fn person(number: u16) -> User {
    User {
        id: UserId(Uuid::from_bytes(id(number))),
        username: Text::parse(&format!("{number:x>NAME_BYTES$}")).unwrap(),
        email: Text::parse(&format!("{number:0NAME_BYTES$}")),
        roles: Vec::new(),
        ext_id: None,
        credential: None,
        code: None,
        created: UnixTime::MIN,
        last_seat: None,
        is_verified: false,
        standing: Standing::Enabled,
        version: 0,
    }
}

/// A disk that counts how often it is read, and how often while somebody has the lock.
#[derive(Debug)]
struct Watched {
    file: FileBackend,
    watch: Arc<Watch>,
}

#[derive(Debug, Default)]
struct Watch {
    lock: OnceLock<Shared>,
    reads: AtomicUsize,
    reads_under_lock: AtomicUsize,
}

impl StorageBackend for Watched {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        if let Some(lock) = self.watch.lock.get() {
            self.watch.reads.fetch_add(1, Ordering::SeqCst);
            self.watch.reads_under_lock.fetch_add(usize::from(!lock.is_free()), Ordering::SeqCst);
        }
        self.file.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write(offset, data)
    }
}

/// Once everybody waited for the disk: the readers for the writer, and that one for whoever read a list.
#[test]
fn a_list_is_read_from_the_disk_before_the_lock_is_taken_and_is_whole() {
    let file = tempfile::tempfile().unwrap();
    write_people(file.try_clone().unwrap());
    let watch = Arc::new(Watch::default());
    let disk = Watched { file: FileBackend::new(file).unwrap(), watch: Arc::clone(&watch) };
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    let database = builder.create_with_backend(disk).unwrap();
    let lock = Shared::default();
    let reader = RedbReader::new(Arc::new(database), lock.clone());
    watch.lock.set(lock).unwrap();
    let all: Vec<User> = (0..PEOPLE).map(person).collect();
    assert_eq!(reader.users_after(None, usize::MAX).unwrap(), all);
    let count = |reads: &AtomicUsize| reads.load(Ordering::SeqCst);
    let (reads, under_lock) = (count(&watch.reads), count(&watch.reads_under_lock));
    // The cache is in parts, and of one that is full a page may be gone at once.
    assert!(under_lock < reads / 4, "{under_lock} of {reads} under the lock");
    for count in [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 2 * AT_ONCE] {
        let after = reader.users_after(Some(all[9].id), count).unwrap();
        assert_eq!(after, all[10..10 + count]);
    }
    assert_eq!(reader.users_after(all.last().map(|last| last.id), 1).unwrap(), []);
}

fn write_people(file: File) {
    let disk = FileBackend::new(file).unwrap();
    let database = Database::builder().create_with_backend(disk).unwrap();
    let transaction = database.begin_write().unwrap();
    for number in 0..PEOPLE {
        let row = encode(&person(number)).unwrap();
        transaction.open_table(USERS).unwrap().insert(id(number), row.as_slice()).unwrap();
    }
    transaction.commit().unwrap();
}
