//! A vendor, by the tool that was packed.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::packed::{run, told};

/// A vendor's folder in `place`.
#[track_caller]
pub(crate) fn vendor(place: &Path) {
    issuer(place, &["init", "vendor", "--vendor", "Acme", "--product", "lab", "--no-passphrase"]);
    fs::copy(place.join("vendor/site-kit.json"), place.join("site-kit.json")).unwrap();
    fs::write(place.join("password.txt"), "violet tram seldom whistles\n").unwrap();
}

/// Answers `request.txt` by `example.licence`.
#[track_caller]
pub(crate) fn answer(place: &Path) {
    let grant = ["issue", "--vendor-dir", "vendor", "--institute", "University of Example"];
    let terms = ["--seats", "3", "--days", "30", "--request", "request.txt"];
    issuer(place, &[&grant[..], &terms, &["--out", "example.licence"]].concat());
}

#[track_caller]
fn issuer(place: &Path, words: &[&str]) {
    run(Command::new(told("LICENCE_ISSUER")).current_dir(place).args(words));
}
