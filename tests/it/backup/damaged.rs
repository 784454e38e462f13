use std::fs;

use serde_json::Value;

use super::{back_up, institute, restore_as};
use crate::programs::Institute;

/// Bytes that are changed, one after the other: some of each part of the file.
const FLIPS: usize = 40;

/// Tries to restore, and tells why not; nothing may be left of it.
#[track_caller]
fn refused(institute: &Institute, file: &str, passphrase: &str) -> (Option<i32>, String) {
    let before = fs::read_dir(institute.path("")).unwrap().count();
    let words = ["restore", file, "--passphrase-file", passphrase, "--data", "new"];
    let output = institute.try_run("licence-server", &words);
    assert!(!output.status.success(), "{file} was restored");
    let after = fs::read_dir(institute.path("")).unwrap().count();
    assert_eq!(before, after, "something was left of a restore that failed");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn whatever_is_wrong_with_a_backup_is_said_before_anything_is_written() {
    let institute = institute(&["--seats", "1"], &["ann"]);
    back_up(&institute, "site.backup", &[]);
    let whole = fs::read(institute.path("site.backup")).unwrap();
    fs::write(institute.path("other"), "another passphrase\n").unwrap();
    let (status, told) = refused(&institute, "site.backup", "other");
    assert_eq!(status, Some(1));
    assert!(told.contains("this is not its passphrase"), "{told}");

    let write = |bytes: &[u8]| fs::write(institute.path("bad.backup"), bytes).unwrap();
    for place in (0..whole.len()).step_by(whole.len() / FLIPS) {
        let mut flipped = whole.clone();
        flipped[place] ^= 1;
        write(&flipped);
        let (status, told) = refused(&institute, "bad.backup", "passphrase");
        assert!(status == Some(3) || told.contains("knows formats up to"), "byte {place}: {told}");
        write(&whole[..place]);
        let (status, told) = refused(&institute, "bad.backup", "passphrase");
        assert_eq!(status, Some(3), "cut at {place}: {told}");
    }

    let mut newer = whole.clone();
    newer[15] = 9;
    write(&newer);
    let (status, told) = refused(&institute, "bad.backup", "passphrase");
    assert_eq!(status, Some(2), "{told}");
    assert!(told.contains("it has format 9, and this program knows formats up to 1"), "{told}");
}

#[test]
fn no_directory_that_holds_something_is_restored_into() {
    let mut institute = institute(&["--seats", "1"], &["ann"]);
    back_up(&institute, "site.backup", &[]);
    let into_site = ["restore", "site.backup", "--passphrase-file", "passphrase", "--data", "site"];
    let told = |institute: &Institute| {
        let output = institute.try_run("licence-server", &into_site);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(told(&institute).contains("a server runs on `site`"));
    institute.kill();
    assert!(told(&institute).contains("`site` is not empty"));
    institute.serve();
    institute.sign_in("ann").expect(200);
}

#[test]
fn a_backup_never_overwrites_and_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let institute = institute(&["--seats", "1"], &[]);
    back_up(&institute, "site.backup", &[]);
    let mode = fs::metadata(institute.path("site.backup")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = ["backup", "site.backup", "--passphrase-file", "passphrase", "--data", "site"];
    let output = institute.try_run("licence-server", &again);
    assert!(String::from_utf8(output.stderr).unwrap().contains("is there already"));
    let without = institute.try_run("licence-server", &["backup", "b", "--data", "site"]);
    let told = String::from_utf8(without.stderr).unwrap();
    assert!(told.contains("give --passphrase-file FILE"), "{told}");
}

/// An edit of the store by hand is found, and the sentence says where.
#[test]
fn a_store_that_was_edited_fails_the_check() {
    let mut institute = institute(&["--seats", "1"], &["ann"]);
    institute.kill();
    // The server was killed: whoever opens the store next repairs it.
    let stopped = institute.try_run("licence-server", &["check", "--data", "site"]);
    let told = String::from_utf8(stopped.stderr).unwrap();
    assert!(told.contains("was not closed"), "{told}");
    institute.run("licence-server", &["clock", "show", "--data", "site"]);
    institute.run("licence-server", &["check", "--data", "site"]);
    edit(&institute);
    let edited = institute.try_run("licence-server", &["check", "--data", "site"]);
    assert_eq!(edited.status.code(), Some(3));
    let told = String::from_utf8(edited.stderr).unwrap();
    assert!(told.contains("do not lead to the head that was written"), "{told}");
}

/// A final backup of it would have left nobody who serves.
#[test]
fn a_store_that_was_edited_is_not_retired_and_only_its_log_can_be_cut_on_record() {
    let mut institute = institute(&["--seats", "1"], &["ann"]);
    institute.kill();
    institute.run("licence-server", &["clock", "show", "--data", "site"]);
    edit(&institute);
    institute.serve();
    let words = ["backup", "final.backup", "--passphrase-file", "passphrase", "--data", "site"];
    let last = institute.try_run("licence-server", &[&words[..], &["--final"]].concat());
    let told = String::from_utf8(last.stderr).unwrap();
    assert!(told.contains("this server serves on"), "{told}");
    let token = institute.sign_in("ann").expect(200).text("refresh_token").to_owned();
    assert!(!institute.path("final.backup").exists());

    let words = ["backup", "site.backup", "--passphrase-file", "passphrase", "--data", "site"];
    let doubtful = institute.try_run("licence-server", &words);
    assert_eq!(doubtful.status.code(), Some(3), "nobody is to count on it");
    let doctor = institute.try_run("licence-server", &["doctor", "--data", "site"]);
    assert!(String::from_utf8(doctor.stdout).unwrap().contains("there is no backup"));
    institute.kill();
    let (status, told) = refused(&institute, "site.backup", "passphrase");
    assert_eq!(status, Some(3));
    assert!(told.contains("--cut-broken-log"), "{told}");
    let restored = restore_as(&institute, "site.backup", "new", &["--cut-broken-log"]);
    assert_eq!(restored["log_broken_at"], 1);
    institute.run("licence-server", &["check", "--data", "new"]);
    let audit = ["audit", "list", "--act", "restored", "--data", "new", "--json"];
    let entry = institute.run("licence-server", &audit);
    assert!(entry.contains("\"log_broken_at\":\"1\""), "{entry}");
    fs::rename(institute.path("site"), institute.path("old")).unwrap();
    fs::rename(institute.path("new"), institute.path("site")).unwrap();
    institute.serve();
    institute.refresh(&token).expect(200);
    back_up(&institute, "final.backup", &["--final"]);
}

/// It stops no start and grants nothing, so once it was restored as if there had been none. And it is no reason to
/// have no backup: the vendor has it, and it may have been renewed long ago.
#[test]
fn a_licence_that_is_damaged_is_told_and_everything_else_is_restored() {
    const LICENCES: redb::TableDefinition<'_, [u8; 16], &[u8]> =
        redb::TableDefinition::new("licences");
    let mut institute = institute(&["--seats", "1"], &[]);
    institute.kill();
    institute.run("licence-server", &["clock", "show", "--data", "site"]);
    let store = redb::Database::open(institute.path("site/store.redb")).unwrap();
    let transaction = store.begin_write().unwrap();
    let id = transaction.open_table(LICENCES).unwrap().pop_first().unwrap().unwrap().0.value();
    transaction.open_table(LICENCES).unwrap().insert(id, b"damaged".as_slice()).unwrap();
    transaction.commit().unwrap();
    drop(store);
    let flaw = "row 1 of the table `licences` does not verify";
    let backup = ["backup", "site.backup", "--passphrase-file", "passphrase"];
    for (words, status) in [(&["check"][..], 3), (&backup, 0)] {
        let told = institute.try_run("licence-server", &[words, &["--data", "site"]].concat());
        assert_eq!(told.status.code(), Some(status));
        assert!(String::from_utf8(told.stderr).unwrap().contains(flaw));
    }
    let install = ["licence", "install", "example.licence", "--data", "site"];
    assert!(institute.run("licence-server", &install).contains("in force"));
    institute.run("licence-server", &["check", "--data", "site"]);
    let restore = ["restore", "site.backup", "--passphrase-file", "passphrase", "--data"];
    for (data, given) in [("without", &[][..]), ("again", &["--licence", "example.licence"])] {
        let words = [&restore[..], &[data], given].concat();
        let restored = institute.try_run("licence-server", &words);
        let told = String::from_utf8(restored.stderr).unwrap();
        assert!(restored.status.success(), "{told}");
        assert!(told.contains("1 of the 1 licences in the backup are refused here"), "{told}");
        let check = institute.try_run("licence-server", &["check", "--data", data]);
        assert_eq!(check.status.success(), !given.is_empty(), "the file takes the row's place");
    }
}

/// What it lent is not held back then, and nothing in the backup is broken.
#[test]
fn a_licence_whose_root_key_is_trusted_no_more_is_restored_with_a_word() {
    let mut institute = institute(&["--seats", "1"], &[]);
    institute.kill();
    let site = fs::read_to_string(institute.path("site/site.json")).unwrap();
    let mut site: Value = serde_json::from_str(&site).unwrap();
    site["roots"].as_array_mut().unwrap().remove(0);
    fs::write(institute.path("site/site.json"), site.to_string()).unwrap();
    back_up(&institute, "site.backup", &[]);
    let words = ["restore", "site.backup", "--passphrase-file", "passphrase", "--data", "new"];
    let restored = institute.try_run("licence-server", &words);
    let told = String::from_utf8(restored.stderr).unwrap();
    assert!(restored.status.success(), "{told}");
    assert!(told.contains("1 of the 1 licences in the backup are refused here"), "{told}");
}

/// Changes an entry of the audit log.
fn edit(institute: &Institute) {
    const AUDIT: redb::TableDefinition<'_, u64, &str> = redb::TableDefinition::new("audit");
    let store = redb::Database::open(institute.path("site/store.redb")).unwrap();
    let transaction = store.begin_write().unwrap();
    transaction.open_table(AUDIT).unwrap().insert(1, "{\"at\":0,\"act\":\"refused\"}").unwrap();
    transaction.commit().unwrap();
}
