//! Lists of files that are signed for whoever has OpenSSL and no tool of ours.

use crate::run::Desk;

const CHECK: &str = "openssl pkeyutl -verify -pubin -inkey release.key.pub -rawin -in SHA256SUMS \
                     -sigfile SHA256SUMS.sig && sha256sum --check --strict SHA256SUMS";

fn released() -> Desk {
    let desk = Desk::new();
    desk.ok("keygen --out release.key --no-passphrase");
    desk.write("one.tar.gz", "one");
    desk.write("two.deb", "two");
    desk.ok("checksums one.tar.gz two.deb --key release.key");
    desk
}

#[test]
fn openssl_and_sha256sum_check_a_list() {
    let answer = released().shell(CHECK);
    assert_eq!(answer.status, 0, "{answer:?}");
    assert!(answer.stdout.ends_with("one.tar.gz: OK\ntwo.deb: OK\n"), "{answer:?}");
}

#[test]
fn a_changed_file_and_a_changed_list_are_found() {
    let desk = released();
    desk.write("two.deb", "other");
    assert_eq!(desk.shell(CHECK).status, 1);
    desk.shell("sha256sum one.tar.gz two.deb >SHA256SUMS");
    let answer = desk.shell(CHECK);
    assert!(answer.status != 0 && answer.stdout.contains("Signature Verification Failure"));
}

#[test]
fn a_list_is_never_overwritten() {
    let desk = released();
    let list = desk.read("SHA256SUMS");
    assert_eq!(desk.run("checksums two.deb --key release.key").status, 1);
    std::fs::remove_file(desk.path().join("SHA256SUMS")).unwrap();
    let answer = desk.run("checksums one.tar.gz --key release.key");
    assert!(answer.stderr.contains("`SHA256SUMS.sig`"), "{answer:?}");
    assert!(!desk.path().join("SHA256SUMS").exists());
    desk.ok("checksums two.deb one.tar.gz --key release.key --out again");
    assert_eq!(desk.read("again"), list);
}

#[test]
fn two_files_of_one_name_are_refused() {
    let desk = released();
    std::fs::create_dir(desk.path().join("other")).unwrap();
    desk.write("other/two.deb", "other");
    let answer = desk.run("checksums two.deb other/two.deb --key release.key --out again");
    assert_eq!(answer.status, 1);
    assert!(answer.stderr.contains("another file of that name is in the list"), "{answer:?}");
}
