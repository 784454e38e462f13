//! What the documents say is true: their commands run, and what they name is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::newcomer::{Newcomer, blocks};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(document: &str) -> String {
    fs::read_to_string(root().join(document)).unwrap()
}

/// The shell blocks of one section, in their order.
fn blocks_of(document: &str, section: &str) -> Vec<String> {
    let text = read(document);
    let (_, section) = text.split_once(&format!("\n## {section}\n")).expect(section);
    blocks(section.split("\n## ").next().unwrap_or_default())
}

#[test]
fn the_readme_leads_a_newcomer_from_a_key_to_an_access_token() {
    let dir = tempfile::tempdir().unwrap();
    let mut newcomer = Newcomer::at(dir.path());
    let blocks = blocks_of("README.md", "Five minutes by hand");
    // The first one unpacks the programs, which is tried where they are packed; here they were built.
    let (unpack, blocks) = blocks.split_first().unwrap();
    assert!(unpack.starts_with("tar -xzf"), "{unpack}");
    let printed: Vec<String> = blocks.iter().map(|block| newcomer.follow(block)).collect();
    assert!(newcomer.is_serving(), "the README starts no server");
    let last = printed.last().unwrap();
    let answer: serde_json::Value = serde_json::from_str(last).expect(last);
    assert!(answer["access_token"].is_string(), "{answer}");
}

#[test]
fn every_path_that_the_documents_name_exists() {
    for document in ["README.md", "ARCHITECTURE.md", "SECURITY.md", "CHANGELOG.md"] {
        let text = read(document);
        let quoted = text.split('`').skip(1).step_by(2);
        let linked = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let paths = quoted
            .filter(|word| {
                word.contains('/') && word.starts_with("licence-") && !word.contains(' ')
            })
            .chain(linked.filter(|target| !target.contains("://")));
        for path in paths {
            assert!(root().join(path).exists(), "{document} names `{path}`, which is not there");
        }
    }
}

/// The ranks that a crate's `lib.rs` gives its modules in comments: `// 1: the rules`.
fn ranks(lib: &str) -> BTreeMap<String, u32> {
    let mut rank = None;
    let mut ranks = BTreeMap::new();
    for line in lib.lines() {
        if let Some((number, _)) = line.strip_prefix("// ").and_then(|line| line.split_once(": ")) {
            rank = number.parse().ok().or(rank);
        }
        let module = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ");
        if let (Some(module), Some(rank)) = (module.and_then(|rest| rest.strip_suffix(';')), rank) {
            ranks.insert(module.to_owned(), rank);
        }
    }
    ranks
}

fn source_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let inner = folders.iter().flat_map(|folder| source_files(folder));
    files.into_iter().chain(inner).filter(|path| path.extension() == Some("rs".as_ref())).collect()
}

#[test]
fn imports_go_down_the_ranks() {
    for name in ["licence-core", "licence-server"] {
        let folder = root().join(name).join("src");
        let ranks = ranks(&read(&format!("{name}/src/lib.rs")));
        assert!(ranks.len() > 10, "{name} gives no ranks");
        for file in source_files(&folder) {
            let inside = file.strip_prefix(&folder).unwrap();
            let module = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
            let Some(own) = ranks.get(module) else { continue };
            let text = fs::read_to_string(&file).unwrap();
            // Tests may look up: they see the whole.
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let is_code = |line: &&str| !line.trim_start().starts_with("//");
            let text: String = text.lines().filter(is_code).collect();
            for used in text.split("crate::").skip(1) {
                let used =
                    used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
                let rank = ranks.get(used).copied().unwrap_or(0);
                assert!(
                    rank <= *own || inside.ends_with("tests.rs"),
                    "{inside:?} imports {used} upwards"
                );
            }
        }
    }
}
