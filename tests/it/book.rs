//! The book in `docs/`: each page is in it and says what is true.

mod assurance;
mod commands;
mod reference;
mod requests;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

#[track_caller]
fn page(name: &str) -> String {
    fs::read_to_string(docs().join(name)).unwrap()
}

/// The pages that there are, but for the list of them.
fn pages() -> BTreeSet<String> {
    let names = fs::read_dir(docs()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".md") && name != "SUMMARY.md").collect()
}

#[test]
fn every_page_is_in_the_list_of_pages() {
    let summary = page("SUMMARY.md");
    let linked = summary.split("](").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned());
    assert_eq!(linked.collect::<BTreeSet<_>>(), pages());
}
