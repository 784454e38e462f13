//! What a third party does with a bundle: the steps in it, and nothing of ours.

use std::fs;
use std::process::{Command, Output};

use crate::run::Desk;

/// A bundle of a licence with two revisions, the second signed by a root key, between licences of
/// others, and a revocation list.
fn desk() -> Desk {
    let desk = Desk::with_vendor();
    let issue = "--vendor-dir vendor issue --seats 3 --days 30 --unbound";
    desk.ok(&format!("{issue} --institute Before --reference A-1 --out 1"));
    desk.ok(&format!("{issue} --institute Ours --reference B-1 --out 2"));
    desk.ok(&format!("{issue} --institute After --reference C-1 --out 3"));
    let serial = desk.serial("B-1");
    let renew = format!("--vendor-dir vendor renew {serial} --days 30 --key vendor/root.key");
    desk.ok(&format!("{renew} --out 4"));
    desk.ok(&format!("--vendor-dir vendor revoke {}", desk.serial("A-1")));
    desk.ok("--vendor-dir vendor revocations --root vendor/spare.key --out 5");
    desk.ok(&format!("--vendor-dir vendor evidence {serial} --out bundle"));
    desk
}

/// Runs the steps as a third party would, with an environment that holds nothing of ours.
fn steps(desk: &Desk) -> Output {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut command = Command::new("sh");
    command.current_dir(desk.path().join("bundle")).env_clear().env("PATH", path);
    command.arg("steps.sh").output().unwrap()
}

#[test]
fn the_steps_hold_with_openssl_alone() {
    let desk = desk();
    let output = steps(&desk);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.ends_with("All steps hold.\n"), "{told}");
    assert_eq!(told.matches("Signature Verified Successfully").count(), 4, "{told}");
    let head = desk.json("--vendor-dir vendor ledger verify")["ledger_head"].clone();
    assert_eq!(told.matches(head.as_str().unwrap()).count(), 2, "both revisions lead to the head");
    assert!(told.contains(r#""institute":{"name":"Ours"}"#), "{told}");
    assert!(told.contains("== revocations"), "{told}");
}

#[test]
fn the_fingerprints_are_the_ones_that_the_vendor_was_told() {
    let desk = desk();
    let told = String::from_utf8(steps(&desk).stdout).unwrap();
    let shown = desk.json("inspect vendor/root.key.pub");
    let kid = shown["unverified"][0]["kid"].as_str().unwrap();
    assert!(told.contains(kid), "{told}");
}

#[test]
fn a_bundle_says_nothing_of_other_institutes() {
    let desk = desk();
    let mut folders = vec![desk.path().join("bundle")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            assert!(!text.contains("Before") && !text.contains("After"), "{}", path.display());
        }
    }
}

#[test]
fn a_changed_bundle_fails_its_steps() {
    for (file, from, to) in [
        ("revision-1/entry.json", "Ours", "Ourz"),
        ("revision-1/licence.txt", "-----BEGIN LICENCE-----\nZX", "-----BEGIN LICENCE-----\nZY"),
        ("revision-2/head.txt", "\n", "A\n"),
    ] {
        let desk = desk();
        let name = format!("bundle/{file}");
        let text = desk.read(&name);
        assert!(text.contains(from), "{file}: {text}");
        desk.write(&name, text.replacen(from, to, 1));
        assert!(!steps(&desk).status.success(), "{file}");
    }
    let desk = desk();
    let (one, other) = ("bundle/revision-1/before.bin", "bundle/revision-2/before.bin");
    fs::copy(desk.path().join(other), desk.path().join(one)).unwrap();
    assert!(!steps(&desk).status.success(), "another place in the chain");
}
