//! What the documents say is true: their commands run, and what they name is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::programs::{ANY_PORT, Serving, binary};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(document: &str) -> String {
    fs::read_to_string(root().join(document)).unwrap()
}

/// The shell blocks of one section, in their order.
fn blocks(document: &str, section: &str) -> Vec<String> {
    let text = read(document);
    let (_, section) = text.split_once(&format!("\n## {section}\n")).expect(section);
    let section = section.split("\n## ").next().unwrap_or_default();
    let blocks = section.split("```sh\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// A shell in an empty folder, with our programs on its path.
struct Newcomer {
    dir: TempDir,
}

impl Newcomer {
    fn shell(&self, script: &str) -> Command {
        let programs = binary("licence-server");
        let programs = programs.parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(programs).chain(std::env::split_paths(&path));
        let mut shell = Command::new("sh");
        shell.current_dir(self.dir.path()).stdin(Stdio::null()).args(["-e", "-u", "-c", script]);
        shell.env("PATH", std::env::join_paths(path).unwrap());
        shell
    }

    #[track_caller]
    fn run(&self, script: &str) -> String {
        let output = self.shell(script).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}\n{errors}");
        String::from_utf8(output.stdout).unwrap()
    }
}

#[test]
fn the_readme_leads_a_newcomer_from_a_key_to_an_access_token() {
    let newcomer = Newcomer { dir: tempfile::tempdir().unwrap() };
    let blocks = blocks("README.md", "Five minutes by hand");
    // The first one builds the programs, which whoever runs this has done.
    let (build, blocks) = blocks.split_first().unwrap();
    assert!(build.starts_with("cargo build"), "{build}");
    let mut serving: Option<Serving> = None;
    let mut last = String::new();
    for block in blocks {
        let url = serving.as_ref().map_or("http://localhost:8080", Serving::url);
        let block = block.replace("http://localhost:8080", url).replace("127.0.0.1:8080", ANY_PORT);
        let (before, serve) = match block.find("licence-server serve") {
            Some(at) => block.split_at(at),
            None => (block.as_str(), ""),
        };
        last = newcomer.run(before);
        if !serve.is_empty() {
            let log = newcomer.dir.path().join("log");
            serving = Some(Serving::start(newcomer.shell(&format!("exec {serve}")), &log));
        }
    }
    assert!(serving.is_some(), "the README starts no server");
    let answer: serde_json::Value = serde_json::from_str(&last).expect(&last);
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
