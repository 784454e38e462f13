//! Which release of a crate was measured.

use std::fs;
use std::path::Path;

use crate::failure::Failure;

/// The version of a crate in the `Cargo.lock` of a folder; the newest where there are several.
pub(super) fn version(folder: &Path, name: &str) -> Result<String, Failure> {
    let file = folder.join("Cargo.lock");
    let text = fs::read_to_string(&file).map_err(Failure::file("read", &file))?;
    find(&text, name).map(str::to_owned).ok_or_else(|| Failure::Missing {
        what: format!("`{name}` in `{}`", file.display()),
        mend: "name the crate that is measured".to_owned(),
    })
}

/// Entries stand in the order of their versions.
fn find<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let name = format!("name = \"{name}\"");
    let entries = text.split("[[package]]").filter(|entry| entry.lines().any(|l| l == name));
    entries.last()?.lines().find_map(|l| l.strip_prefix("version = \"")?.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_a_crate_is_found_and_no_other_crate() {
        let text = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\n\
                    name = \"a\"\nversion = \"2.0.0\"\n\n[[package]]\nname = \"ab\"\n\
                    version = \"3.0.0\"\ndependencies = [\n \"a\",\n]\n";
        assert_eq!(find(text, "a"), Some("2.0.0"));
        assert_eq!(find(text, "b"), None);
    }
}
