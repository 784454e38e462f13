use std::fs;
use std::path::PathBuf;

use licence_cli::Failure;
use licence_core::claims::Epoch;
use licence_core::{Code, PrivateKey, Product, UnixTime};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::{About, Piece, Source, read_through, write};
use crate::data_dir::KeptFile;
use crate::rng::testing::SeededRng;
use crate::store::{NewSite, Reader as _, RedbStore, StoreCopy};

const PASSPHRASE: &str = "four words of it";
const TAKEN: UnixTime = UnixTime::MIN.plus(200_000_000);

fn product() -> Product {
    Product::parse("app").unwrap()
}

/// A store, and its backup.
fn backed_up() -> (TempDir, RedbStore, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let new = NewSite { epoch: Epoch { counter: 1, tag: 7 }, mark: TAKEN };
    let store = RedbStore::create(&dir.path().join("store.redb"), new).unwrap();
    let key = PrivateKey::from_seed(&[1; 32]).unwrap();
    let about = About {
        program: "0.1.0".to_owned(),
        product: product(),
        site_key: key.public().id(),
        taken: TAKEN,
    };
    let file = KeptFile { name: "site.key", bytes: Zeroizing::new(b"a key".to_vec()) };
    let reader = store.reader();
    let source = Source { about, files: vec![file], reader: &reader };
    let bytes = write(Vec::new(), PASSPHRASE, &source, &SeededRng::new(1)).unwrap();
    let path = dir.path().join("b.backup");
    fs::write(&path, bytes).unwrap();
    (dir, store, path)
}

#[test]
fn what_was_backed_up_comes_back() {
    let (dir, store, path) = backed_up();
    let mut copy = StoreCopy::create(&dir.path().join("copy.redb")).unwrap();
    let mut files = Vec::new();
    let copied = read_through(&path, PASSPHRASE, |piece| {
        match piece {
            Piece::File(name, bytes) => files.push((name.to_owned(), bytes.to_vec())),
            Piece::Row(row) => copy.put(row).unwrap(),
        }
        Ok(())
    });
    let copied = copied.unwrap();
    assert_eq!((copied.about.taken, copied.rows), (TAKEN, 2));
    assert_eq!(files, [("site.key".to_owned(), b"a key".to_vec())]);
    let copy = copy.finish().unwrap();
    assert_eq!(copy.reader().site().unwrap(), store.reader().site().unwrap());
}

#[track_caller]
fn refused(path: &std::path::Path, passphrase: &str) -> (Option<Code>, Failure) {
    let failure = read_through(path, passphrase, |_| Ok(())).unwrap_err();
    (failure.report().unwrap().code, failure)
}

#[test]
fn no_byte_can_be_changed_or_cut_off() {
    let (_dir, _store, path) = backed_up();
    let whole = fs::read(&path).unwrap();
    for place in (0..whole.len()).step_by(1 + whole.len() / 97) {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        fs::write(&path, flipped).unwrap();
        assert!(refused(&path, PASSPHRASE).0.is_some(), "byte {place}");
        fs::write(&path, &whole[..place]).unwrap();
        assert_eq!(refused(&path, PASSPHRASE).0, Some(Code::Malformed), "cut at {place}");
    }
}

#[test]
fn another_passphrase_is_no_code_but_a_mistake_to_mend() {
    let (_dir, _store, path) = backed_up();
    let (code, failure) = refused(&path, "five words of it");
    assert_eq!(code, None);
    assert!(failure.report().unwrap().message.ends_with("this is not its passphrase"));
}
