//! FORMAT.md: a verifier written from it alone agrees, and its examples are vectors.

use std::fs;
use std::path::Path;

use licence_core::base64url;
use licence_tests::implementation::Subprocess;
use licence_tests::json_lines::JsonLines;
use licence_tests::runner::{each, run};
use licence_tests::vectors::{Subject, folder, load};
use serde_json::Value;

use crate::python;

#[test]
fn a_checker_written_from_the_page_gives_every_expected_verdict() {
    let program = JsonLines::start("checker.py", &mut python::script("checker.py"), python::MEND);
    let mut checker = Subprocess::new(program, |_| true);
    let report = run(&mut checker, &load(&folder()));
    report.assert_agrees();
    assert_eq!(report.not_covered, 0);
    checker.finish();
}

#[test]
fn the_examples_of_the_page_are_vectors() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/FORMAT.md");
    let page = fs::read_to_string(page).unwrap();
    let subjects = load(&folder());
    let mut examples = 0;
    for part in page.split("<!-- vector ").skip(1) {
        let (label, rest) = part.split_once(" -->\n").unwrap();
        let (name, what) = label.split_once(' ').unwrap();
        let block = rest.split("```").nth(1).unwrap();
        let (_, shown) = block.split_once('\n').unwrap();
        let input = String::from_utf8(input(&subjects, name)).unwrap();
        match what {
            "input" => assert_eq!(shown.trim_end(), input.trim_end(), "{label}"),
            "header" => assert_eq!(value(shown), segment(&input, 0), "{label}"),
            "claims" => assert_eq!(value(shown), segment(&input, 1), "{label}"),
            _ => panic!("{label}: `input`, `header` or `claims` can be shown of a vector"),
        }
        examples += 1;
    }
    assert!(examples >= 5, "{examples}");
}

fn input(subjects: &[Subject], name: &str) -> Vec<u8> {
    let (subject, name) = name.split_once('/').unwrap();
    let found = each(subjects).find(|(own, vector)| *own == subject && vector.name == name);
    found.unwrap_or_else(|| panic!("no vector is called {subject}/{name}")).1.input.bytes()
}

fn segment(compact: &str, number: usize) -> Value {
    let bytes = base64url::decode(compact.split('.').nth(number).unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}
