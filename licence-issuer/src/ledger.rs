//! The vendor's memory: every signature ever made, in a hash-chained log that only grows.
//!
//! A leaked issuing key can back-date what it signs. The ledger is what tells its signatures from
//! ours, so an entry is on disk before the signed text is handed out, and no text is handed out
//! without one.

mod entry;
mod refusal;
mod table;

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

use licence_cli::Failure;
use licence_core::{ChainHead, Code};
use redb::backends::FileBackend;
use redb::{
    Builder, Database, ReadableDatabase, ReadableTable, TableHandle as _, WriteTransaction,
};

pub(crate) use self::entry::{Entry, LicenceEntry, Signed};
use self::refusal::{newer, no_ledger, unopened, unusable};
use self::table::{FORMAT, LICENCE_BY_ID, LICENCE_BY_SERIAL, LOG, META};

/// An open ledger. No other process can open it meanwhile.
pub(crate) struct Ledger {
    store: Database,
    path: PathBuf,
}

/// Where an entry stands: what a vendor notes to prove later that the log was not rewritten.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Receipt {
    /// The entry's number, from 1.
    pub(crate) number: u64,
    /// The head of the hash chain after it.
    pub(crate) head: ChainHead,
}

impl Ledger {
    /// Makes an empty ledger where there is none; only `init` does.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let file = options.open(path).map_err(|error| unusable(path, &error.into()))?;
        let store =
            FileBackend::new(file).and_then(|file| Builder::new().create_with_backend(file));
        let store = store.map_err(|error| unusable(path, &error.into()))?;
        let ledger = Self { store, path: path.to_owned() };
        ledger.lay_out().map_err(|error| unusable(path, &error))?;
        Ok(ledger)
    }

    /// Opens a ledger that `init` made.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let store = Database::open(path).map_err(|error| unopened(path, error))?;
        let ledger = Self { store, path: path.to_owned() };
        match ledger.format().map_err(|error| unusable(path, &error))? {
            Some(FORMAT) => Ok(ledger),
            Some(other) => Err(newer(path, other)),
            None => Err(no_ledger(path)),
        }
    }

    /// Records a signature; when this returns, it is on disk.
    pub(crate) fn append(&mut self, entry: &Entry) -> Result<Receipt, Failure> {
        let bytes = entry.encode()?;
        self.write(entry, &bytes).map_err(|error| unusable(&self.path, &error))?.map_err(|taken| {
            Failure::coded(Code::Conflict, format!("{taken} is in the ledger already"))
                .mend("try again: a licence is recorded once")
        })
    }

    fn write(&self, entry: &Entry, bytes: &[u8]) -> Result<Result<Receipt, Taken>, redb::Error> {
        let transaction = self.store.begin_write()?;
        let receipt = append_to_log(&transaction, bytes)?;
        if let Signed::Licence(licence) = &entry.signed
            && let Some(taken) = index(&transaction, licence, receipt.number)?
        {
            transaction.abort()?;
            return Ok(Err(taken));
        }
        transaction.commit()?;
        Ok(Ok(receipt))
    }

    /// Every table is there from the start, so that readers need not ask.
    fn lay_out(&self) -> Result<(), redb::Error> {
        let transaction = self.store.begin_write()?;
        transaction.open_table(META)?.insert("format", FORMAT)?;
        transaction.open_table(LOG)?;
        transaction.open_table(LICENCE_BY_ID)?;
        transaction.open_table(LICENCE_BY_SERIAL)?;
        Ok(transaction.commit()?)
    }

    /// The version of the layout; `None` where this is some other redb store.
    fn format(&self) -> Result<Option<u64>, redb::Error> {
        let transaction = self.store.begin_read()?;
        if !transaction.list_tables()?.any(|table| table.name() == META.name()) {
            return Ok(None);
        }
        Ok(transaction.open_table(META)?.get("format")?.map(|format| format.value()))
    }
}

/// What stands in the way of recording a licence.
type Taken = String;

fn append_to_log(transaction: &WriteTransaction, bytes: &[u8]) -> Result<Receipt, redb::Error> {
    let mut log = transaction.open_table(LOG)?;
    let last = log.last()?.map(|(number, value)| (number.value(), *value.value().0));
    let (number, head) = last.unwrap_or((0, ChainHead::EMPTY.to_bytes()));
    let receipt = Receipt {
        number: number.saturating_add(1),
        head: ChainHead::from_bytes(head).append(bytes),
    };
    log.insert(receipt.number, (&receipt.head.to_bytes(), bytes))?;
    Ok(receipt)
}

fn index(
    transaction: &WriteTransaction,
    licence: &LicenceEntry,
    number: u64,
) -> Result<Option<Taken>, redb::Error> {
    let mut by_id = transaction.open_table(LICENCE_BY_ID)?;
    if by_id.insert(&licence.id.0.to_bytes(), number)?.is_some() {
        return Ok(Some(format!("licence `{}`", licence.id)));
    }
    let (serial, revision) = (licence.serial.to_string(), licence.revision);
    let mut by_serial = transaction.open_table(LICENCE_BY_SERIAL)?;
    if by_serial.insert((serial.as_str(), revision), number)?.is_some() {
        return Ok(Some(format!("revision {revision} of serial `{serial}`")));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use licence_core::{LicenceId, OwnerId, PrivateKey, Serial, UnixTime, Uuid};
    use redb::ReadableTableMetadata as _;

    use super::*;

    fn licence(number: u8) -> Entry {
        let id = Uuid::from_bytes([number; 16]);
        Entry {
            kid: PrivateKey::from_seed(&[1; 32]).unwrap().public().id(),
            signed: Signed::Licence(LicenceEntry {
                id: LicenceId(id),
                serial: Serial::from_random([number; 15]),
                revision: 1,
                owner: OwnerId(id),
                institute: "Institut für Physik".to_owned(),
                iat: UnixTime::MIN,
                nbf: UnixTime::MIN,
                exp: None,
            }),
            file: format!("licence {number}"),
        }
    }

    #[track_caller]
    fn refusal<T>(result: Result<T, Failure>) -> String {
        let failure = result.err().unwrap();
        failure.report().unwrap().message.clone()
    }

    fn entries(ledger: &Ledger) -> Vec<([u8; 16], Vec<u8>)> {
        let transaction = ledger.store.begin_read().unwrap();
        let log = transaction.open_table(LOG).unwrap();
        let read = |(_, value): (_, redb::AccessGuard<'_, (&[u8; 16], &[u8])>)| {
            let (head, bytes) = value.value();
            (*head, bytes.to_owned())
        };
        log.iter().unwrap().map(|row| read(row.unwrap())).collect()
    }

    fn ledger_in(dir: &Path) -> Ledger {
        Ledger::create(&dir.join("ledger.redb")).unwrap()
    }

    #[test]
    fn entries_are_numbered_chained_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = ledger_in(dir.path());
        let first = ledger.append(&licence(1)).unwrap();
        drop(ledger);
        let mut ledger = Ledger::open(&dir.path().join("ledger.redb")).unwrap();
        let second = ledger.append(&licence(2)).unwrap();
        assert_eq!((first.number, second.number), (1, 2));
        let mut head = ChainHead::EMPTY;
        for (stored, bytes) in entries(&ledger) {
            head = head.append(&bytes);
            assert_eq!(stored, head.to_bytes());
        }
        assert_eq!(head, second.head);
    }

    #[test]
    fn an_entry_is_its_version_and_json() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = ledger_in(dir.path());
        ledger.append(&licence(1)).unwrap();
        let (_, bytes) = entries(&ledger).remove(0);
        let (version, json) = bytes.split_first().unwrap();
        assert_eq!(*version, 1);
        let serial = Serial::from_random([1; 15]);
        assert_eq!(
            String::from_utf8(json.to_owned()).unwrap(),
            format!(
                "{{\"kind\":\"licence\",\"kid\":\"{}\",\"jti\":\"01010101-0101-0101-0101-010101010101\",\
                 \"serial\":\"{serial}\",\"revision\":1,\
                 \"owner\":\"01010101-0101-0101-0101-010101010101\",\
                 \"institute\":\"Institut für Physik\",\"iat\":1577836800,\"nbf\":1577836800,\
                 \"file\":\"licence 1\"}}",
                licence(1).kid
            )
        );
    }

    #[test]
    fn a_licence_is_recorded_once_and_a_refused_one_leaves_no_entry() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = ledger_in(dir.path());
        ledger.append(&licence(1)).unwrap();
        assert!(refusal(ledger.append(&licence(1))).ends_with("is in the ledger already"));
        assert_eq!(entries(&ledger).len(), 1);
        assert_eq!(ledger.append(&licence(2)).unwrap().number, 2);
    }

    #[test]
    fn two_processes_never_write_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let _held = ledger_in(dir.path());
        assert!(refusal(Ledger::open(&dir.path().join("ledger.redb"))).ends_with("is in use"));
    }

    #[test]
    fn only_a_ledger_of_a_known_format_is_opened() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.redb");
        assert!(refusal(Ledger::open(&path)).contains("cannot be used"), "there is none");
        assert!(!path.exists(), "and none is made");

        let store = Database::create(&path).unwrap();
        drop(store);
        assert!(refusal(Ledger::open(&path)).ends_with("is no ledger"));

        let store = Database::open(&path).unwrap();
        let transaction = store.begin_write().unwrap();
        transaction.open_table(META).unwrap().insert("format", FORMAT + 1).unwrap();
        transaction.commit().unwrap();
        drop(store);
        assert!(refusal(Ledger::open(&path)).contains("is in format 2"));
    }

    #[test]
    fn a_ledger_is_never_made_over_another() {
        let dir = tempfile::tempdir().unwrap();
        drop(ledger_in(dir.path()));
        assert!(
            refusal(Ledger::create(&dir.path().join("ledger.redb"))).contains("cannot be used")
        );
    }

    #[test]
    fn readers_find_every_table_from_the_start() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = ledger_in(dir.path());
        let transaction = ledger.store.begin_read().unwrap();
        assert!(transaction.open_table(LOG).unwrap().is_empty().unwrap());
        assert!(transaction.open_table(LICENCE_BY_ID).unwrap().is_empty().unwrap());
        assert!(transaction.open_table(LICENCE_BY_SERIAL).unwrap().is_empty().unwrap());
    }
}
