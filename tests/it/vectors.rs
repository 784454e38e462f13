//! Every implementation gives the verdict that each vector expects.

mod cli;
mod format;
mod package;
mod server;

use std::fs;

use licence_core::Code;
use licence_tests::implementation::Core;
use licence_tests::runner::{Implementation, each, run};
use licence_tests::vectors::{Subject, Verdict, Verify, files, folder, generate, load};

use server::Server;

#[test]
fn the_core_gives_every_expected_verdict() {
    let report = run(&mut Core, &load(&folder()));
    report.assert_agrees();
    assert_eq!(report.not_covered, 0);
}

#[test]
fn the_vendors_tool_gives_every_expected_verdict() {
    let subjects = load(&folder());
    let report = run(&mut cli::Cli::new(), &subjects);
    report.assert_agrees();
    let licences = each(&subjects).filter(|(_, vector)| vector.verify == Verify::Licence);
    assert_eq!(report.run, licences.count());
}

#[test]
fn the_npm_package_gives_every_expected_verdict_in_node() {
    let mut package = package::in_node();
    assert_agrees_on_most(&mut package);
    package.finish();
}

#[test]
fn the_npm_package_gives_every_expected_verdict_in_chromium() {
    let mut package = package::in_chromium();
    assert_agrees_on_most(&mut package);
    package.finish();
}

#[test]
fn a_server_gives_every_expected_verdict_on_what_is_installed() {
    assert_agrees_on_most(&mut Server::Installing);
}

#[test]
fn a_server_gives_every_expected_verdict_on_what_it_starts_with_and_on_its_tokens() {
    assert_agrees_on_most(&mut Server::Starting);
}

#[test]
fn the_files_are_what_is_generated() {
    let subjects = generate();
    let paths = files(&folder());
    let names: Vec<_> = paths.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    let expected: Vec<_> = subjects.iter().map(Subject::file_name).collect();
    assert_eq!(names, expected, "run `cargo xtask vectors`");
    for (path, subject) in paths.iter().zip(&subjects) {
        let text = fs::read_to_string(path).unwrap();
        assert!(text == subject.to_json(), "run `cargo xtask vectors`: {}", path.display());
    }
}

#[test]
fn there_are_enough_and_every_code_of_the_verifier_is_among_them() {
    let subjects = load(&folder());
    assert!(each(&subjects).count() >= 250);
    for code in Code::ALL.iter().take(15) {
        let is_met = each(&subjects).any(|(_, vector)| {
            matches!(&vector.expect, Verdict::Refused { code: met, .. } if met == code.name())
        });
        assert!(is_met, "no vector is refused as `{code}`");
    }
}

/// Whoever verifies licences meets as many vectors as four fifths of those about licences at least, so that a rule
/// of what is covered cannot quietly leave them out.
#[track_caller]
fn assert_agrees_on_most(implementation: &mut dyn Implementation) {
    let subjects = load(&folder());
    let licences = each(&subjects).filter(|(_, vector)| vector.verify == Verify::Licence).count();
    let report = run(implementation, &subjects);
    report.assert_agrees();
    assert!(report.run * 5 > licences * 4, "{report:?} of {licences} licences");
}
