//! The licences of all that is linked into a program: most of them ask to go along with it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::crates::{Contents, Crate, Key};
use crate::failure::Failure;
use crate::files;

/// How files begin that hold a licence or a notice.
const BEGINNINGS: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];

/// The C library that rustup's target brings along: it is in no lock file.
const MUSL: &str = "\
musl 1.2, Copyright 2005-2020 Rich Felker, et al.; Rust's standard library, Copyright The Rust
Project Developers: both under the MIT licence, whose text stands below with many of the crates.";

/// Each text once, under the names of those that it is for.
pub(super) fn text(contents: &Contents) -> Result<Vec<u8>, Failure> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut page =
        format!("What is inside {}, and under which licences.\n\n{MUSL}\n\n", contents.name());
    for (key, described) in others(contents) {
        let name = format!("{} {}", key.name, key.version);
        page.push_str(&format!("{name}: {}\n", described.licence));
        for file in licence_files(described)? {
            let text = String::from_utf8_lossy(&files::read(&file)?).replace("\r\n", "\n");
            texts.entry(text.trim().to_owned()).or_default().push(name.clone());
        }
    }
    for (text, names) in texts {
        let line = "=".repeat(72);
        page.push_str(&format!("\n{line}\n{}\n{line}\n\n{text}\n", names.join("\n")));
    }
    Ok(page.into_bytes())
}

fn others(contents: &Contents) -> impl Iterator<Item = (&Key, &Crate)> {
    // Ours are under the two licences that lie beside this file.
    contents.crates.iter().filter(|(_, described)| described.sha256.is_some())
}

fn licence_files(described: &Crate) -> Result<Vec<PathBuf>, Failure> {
    let is_licence = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        path.is_file() && BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
    };
    Ok(files::entries(&described.folder)?.into_iter().filter(is_licence).collect())
}
