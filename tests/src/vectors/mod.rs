//! Conformance vectors: what every implementation of the verifier must say of one input.
//!
//! They are data in `tests/vectors`, made by [`generate`] from fixed seeds. Their expectations are
//! written by hand, here and in FORMAT.md, and never taken from an implementation.

mod case;
mod expect;
mod input;

mod access_claims;
mod admin;
mod armour;
mod chain;
mod checkpoint;
mod delegation;
mod form;
mod header;
mod keys;
mod kinds;
mod lease;
mod licence_claims;
mod limits;
mod policy;
mod request;
mod revocations;
mod revoked;
mod session_data;
mod signature;
mod time;
mod usage;

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use case::{Jwk, Policy, Vector, Verify};
pub use expect::{Facts, Verdict};
pub use input::Input;

use crate::world::World;

/// The vectors of one subject, which are one file.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
pub struct Subject {
    /// What they are about; the file is named after it.
    pub subject: String,
    /// Each with a name of its own within the subject.
    pub vectors: Vec<Vector>,
}

type Generator = fn(&World) -> Vec<Vector>;

const SUBJECTS: [(&str, Generator); 21] = [
    ("access-claims", access_claims::vectors),
    ("admin", admin::vectors),
    ("armour", armour::vectors),
    ("chain", chain::vectors),
    ("checkpoint", checkpoint::vectors),
    ("delegation", delegation::vectors),
    ("form", form::vectors),
    ("header", header::vectors),
    ("keys", keys::vectors),
    ("kinds", kinds::vectors),
    ("lease", lease::vectors),
    ("licence-claims", licence_claims::vectors),
    ("limits", limits::vectors),
    ("policy", policy::vectors),
    ("request", request::vectors),
    ("revocations", revocations::vectors),
    ("revoked", revoked::vectors),
    ("session-data", session_data::vectors),
    ("signature", signature::vectors),
    ("time", time::vectors),
    ("usage", usage::vectors),
];

/// Makes all vectors, the same in every run.
#[must_use]
pub fn generate() -> Vec<Subject> {
    let world = World::default();
    let subject = |(name, vectors): (&str, Generator)| Subject {
        subject: name.to_owned(),
        vectors: vectors(&world),
    };
    SUBJECTS.into_iter().map(subject).collect()
}

impl Subject {
    /// The file's name.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}.json", self.subject)
    }

    /// The file's text.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap();
        text.push('\n');
        text
    }
}

/// Where the vectors are kept.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// Writes all vectors, and takes away files that hold none.
pub fn write(folder: &Path) {
    let subjects = generate();
    for path in files(folder) {
        let is_listed = |s: &Subject| path.file_name().is_some_and(|n| n == s.file_name().as_str());
        if !subjects.iter().any(is_listed) {
            fs::remove_file(path).unwrap();
        }
    }
    for subject in subjects {
        fs::write(folder.join(subject.file_name()), subject.to_json()).unwrap();
    }
}

/// Reads what the folder holds, whatever its files are called.
#[must_use]
pub fn load(folder: &Path) -> Vec<Subject> {
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files(folder).iter().map(read).collect()
}

/// Every file of the folder, by name.
#[must_use]
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
