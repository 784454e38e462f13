//! What `ASSURANCE.md` names is there: each test, and each requirement once.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{docs, page};

const PAGE: &str = "ASSURANCE.md";

/// The sections of OWASP ASVS 5.0 that are answered, and the last requirement of levels 1 and 2 in each;
/// those of level 3 come behind them.
const ASVS: [(&str, u32); 22] = [
    ("6.1", 3),
    ("6.2", 12),
    ("6.3", 4),
    ("6.4", 4),
    ("6.5", 5),
    ("6.6", 3),
    ("6.8", 4),
    ("7.1", 3),
    ("7.2", 4),
    ("7.3", 2),
    ("7.4", 5),
    ("7.5", 2),
    ("7.6", 2),
    ("9.1", 3),
    ("9.2", 4),
    ("10.1", 2),
    ("10.2", 2),
    ("10.3", 4),
    ("10.4", 11),
    ("10.5", 5),
    ("10.6", 2),
    ("10.7", 3),
];

/// The rows of every table of the page, cell by cell, without their headings.
fn rows(page: &str) -> Vec<Vec<String>> {
    let lines = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| number"));
    let cells = |line: &str| {
        line.trim_matches('|').split(" | ").map(str::trim).map(str::to_owned).collect()
    };
    lines.map(cells).collect()
}

/// What stands between backticks.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Everything that a test of ours may be in.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let skipped = ["target", "node_modules", ".git", "dist"];
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let inner = folders
        .iter()
        .filter(|folder| !skipped.iter().any(|name| folder.ends_with(name)))
        .flat_map(|folder| sources(folder));
    let is_source = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "rs" || extension == "mjs")
    };
    files.into_iter().filter(is_source).chain(inner).collect()
}

/// A Rust test is a function that runs as one, and a test in JavaScript has a title with spaces.
fn is_test(name: &str, sources: &str) -> bool {
    if name.contains(' ') {
        ["'", "\"", "`"].iter().any(|quote| sources.contains(&format!("({quote}{name}{quote}")))
    } else {
        let function = format!("fn {name}(");
        let found = sources.match_indices(&function);
        found.map(|(place, _)| sources.split_at(place).0).any(runs_as_test)
    }
}

/// Whether the function at the end of a source runs as a test: by its attributes, which begin behind
/// whatever stands before it.
fn runs_as_test(source: &str) -> bool {
    let (above, _) = source.rsplit_once('\n').unwrap_or_default();
    let own = above.lines().rev().map(str::trim);
    let own = own.take_while(|line| !line.is_empty() && !line.ends_with('}'));
    let attributes: Vec<_> = own.filter(|line| line.starts_with("#[")).collect();
    let has = |begin: &str| attributes.iter().any(|line| line.starts_with(begin));
    (has("#[test]") || has("#[tokio::test")) && !has("#[ignore")
}

#[test]
fn a_name_counts_only_where_it_runs_as_a_test() {
    let sources = "#[test]\nfn one() {}\nfn helper() {}\n\n    #[tokio::test]\n    async fn two() {}\n\n\
                   #[test]\n#[ignore]\nfn skipped() {}\n\n/// `fn told()` is no more than told of.\n\
                   test('what a page does', () => {});\n";
    for name in ["one", "two", "what a page does"] {
        assert!(is_test(name, sources), "{name}");
    }
    for name in ["helper", "skipped", "told", "missing", "what a page"] {
        assert!(!is_test(name, sources), "{name}");
    }
}

#[test]
fn every_test_that_proves_a_promise_is_there() {
    let files = sources(&docs().join(".."));
    let sources: String = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let page = page(PAGE);
    let mut named = 0;
    for row in rows(&page) {
        for name in code(row.last().unwrap()) {
            named += 1;
            assert!(is_test(name, &sources), "{PAGE} names the test `{name}`, which is not there");
        }
    }
    assert!(named > 100, "the page names {named} tests");
}

#[test]
fn every_promise_is_proved_by_something() {
    let page = page(PAGE);
    let promises = page.split("\n## ").find(|section| section.starts_with("Promises")).unwrap();
    for row in rows(promises).iter().skip(1) {
        let proof = row.last().unwrap();
        let is_proved = code(proof).next().is_some() || proof.contains("](");
        assert!(is_proved, "nothing proves `{}`", row.first().unwrap());
    }
}

#[test]
fn every_requirement_of_asvs_is_answered_once() {
    let numbers: Vec<String> = rows(&page(PAGE))
        .iter()
        .filter_map(|row| row.first().cloned())
        .filter(|number| number.starts_with(|c: char| c.is_ascii_digit()) && number.contains('.'))
        .collect();
    let asked = ASVS
        .iter()
        .flat_map(|(section, last)| (1..=*last).map(move |at| format!("{section}.{at}")));
    assert_eq!(numbers.iter().cloned().collect::<BTreeSet<_>>(), asked.collect::<BTreeSet<_>>());
    let once: BTreeSet<_> = numbers.iter().collect();
    assert_eq!(once.len(), numbers.len(), "a requirement is answered twice");
}
