//! The list that everything is checked against, and its signature.

use std::fs;
use std::process::Command;

use crate::document;
use crate::packed::{names, run, told};

#[test]
fn the_list_has_every_file() {
    run(Command::new("sha256sum")
        .current_dir(told("LICENCE_DIST"))
        .args(["--check", "SHA256SUMS"]));
    let list = fs::read_to_string(told("LICENCE_DIST").join("SHA256SUMS")).unwrap();
    let mut listed: Vec<_> =
        list.lines().map(|line| line.split_once("  ").unwrap().1.to_owned()).collect();
    listed.push("SHA256SUMS".to_owned());
    listed.sort();
    assert_eq!(listed, names());
}

#[test]
fn a_downloader_checks_a_signed_list_as_the_page_tells() {
    let place = tempfile::tempdir().unwrap();
    let names: Vec<_> =
        names().into_iter().filter(|name| !name.starts_with("SHA256SUMS")).collect();
    for name in &names {
        fs::copy(told("LICENCE_DIST").join(name), place.path().join(name)).unwrap();
    }
    let issuer = || {
        let mut issuer = Command::new(told("LICENCE_ISSUER"));
        issuer.current_dir(place.path());
        issuer
    };
    run(issuer().args(["keygen", "--out", "release.key", "--no-passphrase"]));
    run(issuer().arg("checksums").args(&names).args(["--key", "release.key"]));
    let blocks = document::blocks("docs/install.md", "Check what you downloaded");
    let check = || Command::new("sh");
    let printed = run(check().current_dir(place.path()).args(["-euc", &blocks[0]]));
    assert_eq!(printed.matches(": OK").count(), names.len(), "{printed}");

    fs::write(place.path().join(&names[0]), "something else").unwrap();
    let output = check().current_dir(place.path()).args(["-euc", &blocks[0]]).output().unwrap();
    assert!(!output.status.success());
}
