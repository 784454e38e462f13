//! The bills of materials.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::packed::{file, project, run, told};

const SUBJECTS: [&str; 3] = ["licence-issuer-", "licence-server-", "wasm-verifier-"];

#[track_caller]
fn bill(subject: &str) -> Value {
    serde_json::from_slice(&fs::read(file(subject, ".cdx.json")).unwrap()).unwrap()
}

#[track_caller]
fn part<'b>(bill: &'b Value, name: &str) -> Option<&'b Value> {
    bill["components"].as_array().unwrap().iter().find(|part| part["name"] == name)
}

#[test]
fn a_bill_keeps_to_the_schema_of_cyclonedx() {
    let mut validate = Command::new(told("LICENCE_DIST_PYTHON"));
    validate.arg(project("tests/dist/validate.py"));
    run(validate.args(SUBJECTS.map(|subject| file(subject, ".cdx.json"))));
}

#[test]
fn a_bill_names_what_is_inside_by_the_digest_of_its_source() {
    let server = bill("licence-server-");
    for name in ["redb", "aws-lc-sys", "hyper", "ed25519-dalek"] {
        let part = part(&server, name).unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(part["hashes"][0]["content"].as_str().unwrap().len(), 64, "{part}");
        assert!(part["purl"].as_str().unwrap().starts_with("pkg:cargo/"), "{part}");
    }
    assert!(part(&server, "licence-core").unwrap()["purl"].is_null(), "ours is in no registry");
}

#[test]
fn a_bill_leaves_out_what_only_builds_or_tests() {
    for subject in SUBJECTS {
        let bill = bill(subject);
        for name in ["syn", "cc", "trycmd", "ureq", "tar"] {
            assert!(part(&bill, name).is_none(), "{subject} names {name}");
        }
    }
    assert!(part(&bill("wasm-verifier-"), "redb").is_none());
}

#[test]
fn everything_that_is_needed_is_in_the_bill() {
    for subject in SUBJECTS {
        let bill = bill(subject);
        let top = &bill["metadata"]["component"]["bom-ref"];
        let parts = bill["components"].as_array().unwrap().iter().map(|part| &part["bom-ref"]);
        let named: BTreeSet<_> = parts.chain([top]).map(Value::to_string).collect();
        let edges = bill["dependencies"].as_array().unwrap();
        let ends = edges.iter().flat_map(|edge| edge["dependsOn"].as_array().unwrap());
        let needed: BTreeSet<_> = ends.chain([top]).map(Value::to_string).collect();
        assert_eq!(named, needed, "{subject}");
    }
}
