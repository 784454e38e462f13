use std::path::{Path, PathBuf};

use licence_core::armour::{self, Label};
use licence_core::claims::{
    Affiliated, Claims, Features, IssuerClaims, LicenceClaims, Period, RevocationsClaims,
    RevokedLicence, SeatCount, Seats,
};
use licence_core::{
    Institute, LicenceId, OwnerId, PrivateKey, Product, Roots, Serial, SignedDigest, Text, TokenId,
    UnixTime, Uuid, Vendor,
};
use redb::{ReadableTableMetadata as _, TableHandle as _};

use super::*;

mod audit;

fn root() -> PrivateKey {
    PrivateKey::from_seed(&[1; 32]).unwrap()
}

fn roots() -> Roots {
    Roots::new(vec![root().public().clone()]).unwrap()
}

fn signed<C: Claims>(claims: C, label: Label) -> SignedFile<C> {
    let kid = root().public().id();
    let text = root().sign(claims.signing_input(kid));
    let digest = SignedDigest::of_compact(text.as_bytes());
    SignedFile { kid, claims, digest, file: armour::write(&[(label, text.as_bytes())]) }
}

fn licence(number: u8) -> LicenceEntry {
    let id = Uuid::from_bytes([number; 16]);
    let claims = LicenceClaims {
        iss: Vendor::parse("Acme").unwrap(),
        sub: OwnerId(id),
        product: Product::parse("viewer").unwrap(),
        jti: LicenceId(id),
        iat: UnixTime::MIN,
        period: Period::perpetual(UnixTime::MIN),
        serial: Serial::from_random([number; 15]),
        revision: 1,
        institute: Affiliated {
            name: Institute::parse("Institut für Physik").unwrap(),
            affiliation: None,
        },
        seats: Seats::new(SeatCount::new(3).unwrap()),
        features: Features::default(),
        site: None,
        revocations_min: None,
        is_test: false,
    };
    let reference = Text::parse(&format!("order {number}")).unwrap();
    let order = OrderMark { reference, row: Some(RowDigest([number; 32])) };
    LicenceEntry { signed: signed(claims, Label::Licence), order: Some(order) }
}

fn entry(number: u8) -> Entry {
    Entry::Licence(licence(number))
}

fn certificate() -> Entry {
    let key = PrivateKey::from_seed(&[2; 32]).unwrap();
    Entry::IssuingKey(signed(
        IssuerClaims {
            iss: Vendor::parse("Acme").unwrap(),
            jti: TokenId(Uuid::from_bytes([9; 16])),
            iat: UnixTime::MIN,
            nbf: UnixTime::MIN,
            exp: UnixTime::MAX,
            key: key.public().clone(),
            products: None,
            seats_max: None,
        },
        Label::IssuerKey,
    ))
}

fn list() -> Entry {
    let claims = RevocationsClaims {
        iss: Vendor::parse("Acme").unwrap(),
        iat: UnixTime::MIN,
        seq: 1,
        licences: vec![RevokedLicence::Below(Serial::from_random([1; 15]), 2)],
        keys: Vec::new(),
    };
    Entry::Revocations(signed(claims, Label::Revocations))
}

fn revocations() -> [Entry; 3] {
    let reason = Text::parse("lost");
    [
        Revoked::Licence(RevokedLicence::One(LicenceId(Uuid::from_bytes([1; 16])))),
        Revoked::Licence(RevokedLicence::Below(Serial::from_random([1; 15]), 2)),
        Revoked::Key(root().public().id()),
    ]
    .map(|what| {
        let (decided, due) = (UnixTime::MIN, UnixTime::MIN.plus(1));
        Entry::Revocation(Revocation { what, decided, due, reason: reason.clone() })
    })
}

/// A ledger in a folder of its own, with one entry of each kind and two licences.
struct Desk {
    _dir: tempfile::TempDir,
    path: PathBuf,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.redb");
        let mut entries = vec![certificate(), entry(1), entry(2), list()];
        entries.extend(revocations());
        let mut ledger = LedgerWriter::create(&path).unwrap();
        ledger.record(&Records { entries, owners: Vec::new() }).unwrap();
        Self { _dir: dir, path }
    }

    fn open(&self) -> Ledger {
        Ledger::open(&self.path).unwrap()
    }
}

#[track_caller]
fn refusal<T>(result: Result<T, Failure>) -> String {
    let failure = result.err().unwrap();
    failure.report().unwrap().message.clone()
}

fn ledger_in(dir: &Path) -> LedgerWriter {
    LedgerWriter::create(&dir.join("ledger.redb")).unwrap()
}

#[test]
fn every_kind_of_entry_is_read_as_it_was_written() {
    let all = [certificate(), entry(1), list()].into_iter().chain(revocations());
    for entry in all {
        assert_eq!(Entry::decode(&entry.encode().unwrap()), Some(entry));
    }
    assert_eq!(Entry::decode(b"{\"version\":2,\"kind\":\"licence\"}"), None);
}

#[test]
fn an_entry_is_json_that_anyone_can_read() {
    let entry = entry(1);
    let Entry::Licence(licence) = &entry else { panic!() };
    let json: serde_json::Value = serde_json::from_slice(&entry.encode().unwrap()).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["kind"], "licence");
    assert_eq!(json["serial"], licence.signed.claims.serial.to_string());
    assert_eq!(json["institute"], "Institut für Physik");
    assert_eq!(json["reference"], "order 1");
    assert_eq!(json["file"], licence.signed.file);
}

#[test]
fn entries_are_numbered_and_chained_by_their_hashes() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = ledger_in(dir.path());
    let first = ledger.record(&entry(1).into()).unwrap();
    drop(ledger);
    let mut ledger = LedgerWriter::open(&dir.path().join("ledger.redb")).unwrap();
    let second = ledger.record(&entry(2).into()).unwrap();
    assert_eq!((first.number, second.number), (1, 2));
    let link = ledger.link(1).unwrap().unwrap();
    assert_eq!(link.before, ChainHead::EMPTY);
    let head = link.before.append(&entry::digest(&link.bytes));
    assert_eq!(head, first.head);
    assert_eq!(head.append(&link.after[0]), second.head);
    assert_eq!(link.tip, second);
    assert!(ledger.link(3).unwrap().is_none());
}

#[test]
fn an_order_is_answered_once_and_a_refused_one_leaves_no_entry() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = ledger_in(dir.path());
    ledger.record(&entry(1).into()).unwrap();
    assert!(refusal(ledger.record(&entry(1).into())).ends_with("is in the ledger already"));
    let mut same_order = licence(2);
    same_order.order = licence(1).order;
    let both = Records { entries: vec![entry(3), Entry::Licence(same_order)], owners: Vec::new() };
    assert_eq!(refusal(ledger.record(&both)), "reference `order 1` is in the ledger already");
    assert_eq!(ledger.entries().unwrap().len(), 1, "also what came before it is not written");
    assert_eq!(ledger.record(&entry(2).into()).unwrap().number, 2);
}

#[test]
fn a_licence_is_found_by_each_of_its_names() {
    let desk = Desk::new();
    let (ledger, claims) = (desk.open(), licence(2).signed.claims);
    let reference = licence(2).order.unwrap().reference;
    assert_eq!(ledger.licence(claims.jti).unwrap().unwrap().number, 3);
    assert_eq!(ledger.answer(&reference).unwrap().unwrap().entry, licence(2));
    assert_eq!(ledger.series(claims.serial).unwrap().len(), 1);
    assert!(ledger.series(Serial::from_random([7; 15])).unwrap().is_empty());
    assert_eq!(ledger.revocations().unwrap().len(), 3);
}

#[test]
fn two_processes_never_write_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let _held = ledger_in(dir.path());
    assert!(refusal(LedgerWriter::open(&dir.path().join("ledger.redb"))).ends_with("is in use"));
}

#[test]
fn a_reader_sees_the_ledger_as_it_stood_when_it_was_opened() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = ledger_in(dir.path());
    writer.record(&entry(1).into()).unwrap();
    let reader = Ledger::open(&dir.path().join("ledger.redb")).unwrap();
    let before = reader.audit(&roots(), None).unwrap();
    writer.record(&entry(2).into()).unwrap();
    assert_eq!(reader.audit(&roots(), None).unwrap().tip, before.tip, "and without a flaw");
    assert_eq!(reader.entries().unwrap().len(), 1);
    assert_eq!(writer.entries().unwrap().len(), 2, "the writer sees what it wrote");
    let later = Ledger::open(&dir.path().join("ledger.redb")).unwrap();
    assert_eq!(later.entries().unwrap().len(), 2);
}

/// A crash leaves a store that must be mended before it is read, and a reader cannot mend.
#[test]
fn a_reader_opens_what_a_crash_left_behind() {
    let desk = Desk::new();
    let crashed = desk.path.with_extension("crashed");
    let mut writer = LedgerWriter::open(&desk.path).unwrap();
    writer.record(&entry(5).into()).unwrap();
    std::fs::copy(&desk.path, &crashed).unwrap();
    let opened = builder().open_read_only(&crashed);
    assert!(matches!(opened, Err(redb::DatabaseError::RepairAborted)));
    assert_eq!(Ledger::open(&crashed).unwrap().entries().unwrap().len(), 8);
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
        refusal(LedgerWriter::create(&dir.path().join("ledger.redb"))).contains("cannot be used")
    );
}

#[test]
fn readers_find_every_table_from_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path());
    let transaction = &ledger.snapshot;
    assert!(transaction.open_table(LOG).unwrap().is_empty().unwrap());
    assert!(transaction.open_table(LICENCE_BY_ID).unwrap().is_empty().unwrap());
    assert!(transaction.open_table(LICENCE_BY_SERIAL).unwrap().is_empty().unwrap());
    ledger.audit(&roots(), None).unwrap();
    assert!(ledger.owners().unwrap().is_empty());
}

#[test]
fn a_copy_is_the_whole_ledger() {
    let desk = Desk::new();
    let target = desk.path.with_extension("copy");
    let copy = desk.open().copy(&target).unwrap();
    let audit = copy.ledger.audit(&roots(), None).unwrap();
    drop(copy.ledger);
    copy.staged.publish().unwrap();
    assert_eq!(audit.tip, desk.open().audit(&roots(), None).unwrap().tip);
    assert_eq!(Ledger::open(&target).unwrap().audit(&roots(), None).unwrap().tip, audit.tip);
    assert!(refusal(desk.open().copy(&target).map(drop)).ends_with("is there already"));
    let tables = |ledger: &Ledger| {
        let mut names: Vec<_> =
            ledger.snapshot.list_tables().unwrap().map(|table| table.name().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(tables(&desk.open()), tables(&Ledger::open(&target).unwrap()));
}
