//! What the documents say is true: their commands run, and what they name is there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::programs::{Serving, binary, free_port};

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
    let port = free_port();
    let blocks = blocks("README.md", "Five minutes by hand");
    // The first one builds the programs, which whoever runs this has done.
    let (build, blocks) = blocks.split_first().unwrap();
    assert!(build.starts_with("cargo build"), "{build}");
    let mut serving = None;
    let mut last = String::new();
    for block in blocks {
        let block = block.replace("8080", &port.to_string());
        let (before, serve) = match block.find("licence-server serve") {
            Some(at) => block.split_at(at),
            None => (block.as_str(), ""),
        };
        last = newcomer.run(before);
        if !serve.is_empty() {
            let log = newcomer.dir.path().join("log");
            serving = Some(Serving::start(newcomer.shell(&format!("exec {serve}")), &log, port));
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
