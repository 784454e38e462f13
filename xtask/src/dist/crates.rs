//! Which crates are inside a program: cargo's own answer for one package and one target, because the
//! workspace as a whole asks for features that no program has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::command::{self, cargo};
use crate::failure::Failure;
use crate::files;
use crate::workspace::Workspace;

/// Every crate that the lock file names, as cargo describes it.
pub(super) struct Crates<'w> {
    workspace: &'w Workspace,
    known: BTreeMap<Key, Crate>,
}

/// Name and version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) version: String,
}

/// What is told of a crate.
#[derive(Clone)]
pub(super) struct Crate {
    pub(super) description: Option<String>,
    pub(super) licence: String,
    pub(super) repository: Option<String>,
    /// Of the registry's archive; our own crates come from no registry.
    pub(super) sha256: Option<String>,
    /// Where its sources are.
    pub(super) folder: PathBuf,
}

/// A package, and what it is built for.
pub(super) struct Subject<'s> {
    pub(super) package: &'s str,
    pub(super) triple: &'s str,
}

/// A program and all that is linked into it.
pub(super) struct Contents {
    top: Key,
    pub(super) crates: BTreeMap<Key, Crate>,
    pub(super) needs: BTreeMap<Key, BTreeSet<Key>>,
}

impl<'w> Crates<'w> {
    pub(super) fn of(workspace: &'w Workspace) -> Result<Self, Failure> {
        let mut metadata = cargo(workspace);
        let printed =
            command::output(metadata.args(["metadata", "--locked", "--format-version", "1"]))?;
        let hashes = hashes(workspace)?;
        let metadata: Value =
            serde_json::from_str(&printed).map_err(|_| unexpected("cargo metadata", &printed))?;
        let packages = metadata.get("packages").and_then(Value::as_array).into_iter().flatten();
        let known = packages.filter_map(|package| described(package, &hashes)).collect();
        Ok(Self { workspace, known })
    }

    /// What is linked into a program. What only builds it (macros, build scripts) is not in it.
    pub(super) fn inside(&self, subject: &Subject<'_>) -> Result<Contents, Failure> {
        let mut tree = cargo(self.workspace);
        tree.args(["tree", "--locked", "--package", subject.package, "--target", subject.triple]);
        tree.args(["--edges", "normal,no-proc-macro", "--prefix", "depth", "--format", " {p}"]);
        let printed = command::output(&mut tree)?;
        let unexpected = || unexpected("cargo tree", &printed);
        let lines: Option<Vec<_>> = printed.lines().map(depth_and_key).collect();
        let lines = lines.ok_or_else(unexpected)?;
        let (_, top) = lines.first().ok_or_else(unexpected)?;
        let needs = edges(&lines);
        let crates = needs.keys().map(|key| Some((key.clone(), self.known.get(key)?.clone())));
        let crates = crates.collect::<Option<_>>().ok_or_else(unexpected)?;
        Ok(Contents { top: top.clone(), crates, needs })
    }
}

impl Contents {
    pub(super) const fn top(&self) -> &Key {
        &self.top
    }

    pub(super) fn name(&self) -> &str {
        &self.top.name
    }

    pub(super) fn version(&self) -> &str {
        &self.top.version
    }
}

/// Who needs whom, from a tree that names each one's needs once.
fn edges(lines: &[(usize, Key)]) -> BTreeMap<Key, BTreeSet<Key>> {
    let mut needs: BTreeMap<Key, BTreeSet<Key>> = BTreeMap::new();
    let mut above: Vec<&Key> = Vec::new();
    for (depth, key) in lines {
        above.truncate(*depth);
        if let Some(parent) = above.last() {
            needs.entry((*parent).clone()).or_default().insert(key.clone());
        }
        needs.entry(key.clone()).or_default();
        above.push(key);
    }
    needs
}

/// `2 name v1.2.3 (what else is told)`.
fn depth_and_key(line: &str) -> Option<(usize, Key)> {
    let mut words = line.split(' ');
    let depth = words.next()?.parse().ok()?;
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    Some((depth, Key { name, version }))
}

fn described(package: &Value, hashes: &BTreeMap<Key, String>) -> Option<(Key, Crate)> {
    let text = |name: &str| package.get(name).and_then(Value::as_str).map(str::to_owned);
    let key = Key { name: text("name")?, version: text("version")? };
    let described = Crate {
        // Of more lines the first says it.
        description: text("description")
            .and_then(|text| text.trim().lines().next().map(str::to_owned)),
        // Old crates write a slash where SPDX has a word.
        licence: text("license").unwrap_or_default().replace('/', " OR "),
        repository: text("repository"),
        sha256: hashes.get(&key).cloned(),
        folder: Path::new(&text("manifest_path")?).parent()?.to_owned(),
    };
    Some((key, described))
}

/// What the lock file holds every download to.
fn hashes(workspace: &Workspace) -> Result<BTreeMap<Key, String>, Failure> {
    let path = workspace.root().join("Cargo.lock");
    let text = String::from_utf8_lossy(&files::read(&path)?).into_owned();
    let lock: toml::Table = toml::from_str(&text).map_err(|_| unexpected("Cargo.lock", ""))?;
    let packages = lock.get("package").and_then(toml::Value::as_array).into_iter().flatten();
    let hash = |package: &toml::Value| {
        let text = |name: &str| package.get(name).and_then(toml::Value::as_str).map(str::to_owned);
        Some((Key { name: text("name")?, version: text("version")? }, text("checksum")?))
    };
    Ok(packages.filter_map(hash).collect())
}

fn unexpected(tool: &'static str, output: &str) -> Failure {
    Failure::UnexpectedOutput { tool, output: output.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key { name: name.to_owned(), version: "1.0.0".to_owned() }
    }

    #[test]
    fn needs_are_read_from_the_depths_of_a_tree() {
        let printed = "0 top v1.0.0 (/here)\n1 a v1.0.0\n2 b v1.0.0\n1 b v1.0.0 (*)\n";
        let lines: Vec<_> = printed.lines().map(|line| depth_and_key(line).unwrap()).collect();
        let needs = edges(&lines);
        assert_eq!(needs[&key("top")], [key("a"), key("b")].into());
        assert_eq!(needs[&key("a")], [key("b")].into());
        assert!(needs[&key("b")].is_empty());
    }
}
