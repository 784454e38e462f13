//! The vendor's folder: made whole, never overwritten, and nothing handed out unrecorded.

use std::fs;

use crate::run::Desk;

const INIT: &str = "init vendor --vendor Acme --product viewer --no-passphrase";
const ISSUE: &str = "--vendor-dir vendor issue --institute X --seats 3 --days 30 --unbound";

fn names(desk: &Desk, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(desk.path().join(folder)).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn init_makes_all_files_and_leaves_nothing_beside_them() {
    let desk = Desk::with_vendor();
    assert_eq!(names(&desk, "."), ["vendor"]);
    assert_eq!(
        names(&desk, "vendor"),
        [
            "issuing.crt",
            "issuing.key",
            "issuing.key.pub",
            "ledger.redb",
            "root.key",
            "root.key.pub",
            "site-kit.json",
            "spare.key",
            "spare.key.pub",
        ]
    );
}

#[test]
fn init_never_touches_a_folder_with_something_in_it() {
    let desk = Desk::with_vendor();
    let before = desk.read("vendor/root.key");
    let refused = desk.run(INIT);
    assert_eq!(refused.status, 1);
    assert_eq!(refused.stderr.lines().next(), Some("error: `vendor` is not empty"));
    assert_eq!(desk.read("vendor/root.key"), before);
    assert_eq!(names(&desk, "."), ["vendor"]);
}

#[cfg(unix)]
#[test]
fn what_is_secret_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::with_vendor();
    let mode =
        |name: &str| fs::metadata(desk.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("vendor"), 0o700);
    for name in ["root.key", "spare.key", "issuing.key", "ledger.redb"] {
        assert_eq!(mode(&format!("vendor/{name}")), 0o600, "{name}");
    }
}

#[test]
fn the_current_folder_is_the_vendors_if_init_made_it() {
    let desk = Desk::with_vendor();
    let words = ISSUE.strip_prefix("--vendor-dir vendor ").unwrap();
    let outside = desk.run(words);
    assert_eq!(outside.status, 1);
    assert!(outside.stderr.starts_with("error: `.` is not a vendor's folder"), "{outside:?}");
    let mut inside = desk.command(words);
    assert!(inside.current_dir(desk.path().join("vendor")).output().unwrap().status.success());
    let mut named = desk.command(words);
    assert!(named.env("LICENCE_VENDOR", "vendor").output().unwrap().status.success());
}

#[test]
fn every_signature_gets_the_next_entry_of_the_ledger() {
    let desk = Desk::with_vendor();
    let entry = |words: &str| {
        let told: serde_json::Value = serde_json::from_str(&desk.ok(words)).unwrap();
        told["ledger_entry"].as_u64().unwrap()
    };
    assert_eq!(entry(&format!("{ISSUE} --json --out a")), 2, "init signed the first certificate");
    let delegate =
        "--vendor-dir vendor delegate --root vendor/root.key --key k.pub --days 9 --json";
    desk.ok("keygen --out k --no-passphrase");
    assert_eq!(entry(&format!("{delegate} --out k.crt")), 3);
    assert_eq!(desk.run(&format!("{ISSUE} --out a")).status, 1, "the name is taken");
    assert_eq!(entry(&format!("{ISSUE} --json --out b")), 4, "what was refused left no entry");
}

#[test]
fn a_missing_ledger_is_never_made_anew() {
    let desk = Desk::with_vendor();
    fs::remove_file(desk.path().join("vendor/ledger.redb")).unwrap();
    let refused = desk.run(&format!("{ISSUE} --out l"));
    assert_eq!(refused.status, 1);
    assert!(
        refused.stderr.contains("the ledger `vendor/ledger.redb` cannot be used"),
        "{refused:?}"
    );
    assert!(!desk.path().join("vendor/ledger.redb").exists());
    assert!(!desk.path().join("l").exists());
}

#[test]
fn site_keys_are_a_jwk_set_that_names_each_institute_and_its_end() {
    let desk = Desk::with_vendor();
    desk.write("request.txt", crate::fixtures::request_file());
    desk.write("other.txt", crate::fixtures::other_request());
    let issue = "--vendor-dir vendor issue --seats 3 --days 30 --grace-days 5";
    desk.ok(&format!("{issue} --institute A --request request.txt --out a"));
    desk.ok(&format!("{issue} --institute B --request other.txt --from 2090-01-01 --out b"));
    let keys: serde_json::Value =
        serde_json::from_str(&desk.ok("--vendor-dir vendor export --jwks")).unwrap();
    let [key] = keys["keys"].as_array().unwrap().as_slice() else { panic!("{keys}") };
    assert_eq!(key["institute"], "A", "the other has not begun");
    for (member, value) in [("kty", "OKP"), ("crv", "Ed25519"), ("alg", "EdDSA"), ("use", "sig")] {
        assert_eq!(key[member], value);
    }
    let shown = desk.json("--vendor-dir vendor list --institute A");
    let end = licence_core::UnixTime::from_secs(key["exp"].as_i64().unwrap()).unwrap();
    assert_eq!(shown[0]["grace_until"], end.to_string(), "tokens are made until then");
}
