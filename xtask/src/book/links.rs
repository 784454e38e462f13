//! Links within a folder of pages: to files that are there, and to places in them that are there.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Follows every link of every page, but for those that leave the folder; says how many there are.
///
/// # Errors
/// [`Failure::DeadLinks`] with all that lead nowhere.
pub(crate) fn follow_all(folder: &Path) -> Result<usize, Failure> {
    let pages = pages(folder)?;
    let mut followed = 0;
    let mut dead = Vec::new();
    for (page, text) in &pages {
        for link in links(text).filter(|link| is_local(link)) {
            followed += 1;
            if !leads_somewhere(page, link, &pages) {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    if dead.is_empty() { Ok(followed) } else { Err(Failure::DeadLinks(dead.join("\n"))) }
}

/// The pages of a folder and what they say; a book has no folders but those of its looks.
fn pages(folder: &Path) -> Result<HashMap<PathBuf, String>, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::file("list", folder))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let html = paths.filter(|path| path.extension().is_some_and(|extension| extension == "html"));
    html.map(|path| {
        let text = fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
        Ok((path, text))
    })
    .collect()
}

fn links(page: &str) -> impl Iterator<Item = &str> {
    let quoted = |rest: &'_ str| rest.split('"').next().map(str::len);
    page.split(" href=\"").skip(1).filter_map(move |rest| rest.get(..quoted(rest)?))
}

fn is_local(link: &str) -> bool {
    !link.contains("://") && !link.starts_with("mailto:") && !link.starts_with("data:")
}

fn leads_somewhere(page: &Path, link: &str, pages: &HashMap<PathBuf, String>) -> bool {
    let (file, place) =
        link.split_once('#').map_or((link, None), |(file, place)| (file, Some(place)));
    let target = if file.is_empty() { page.to_owned() } else { page.with_file_name(file) };
    match (pages.get(&target), place) {
        (Some(text), Some(place)) => text.contains(&format!("id=\"{place}\"")),
        (Some(_), None) => true,
        (None, _) => target.exists(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(index: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), index).unwrap();
        fs::write(folder.path().join("other.html"), "<h2 id=\"there\">").unwrap();
        folder
    }

    #[test]
    fn links_to_pages_and_to_places_in_them_are_followed() {
        let text = "<a href=\"other.html#there\"><a href=\"other.html\"><a href=\"https://example.org/x\">";
        assert_eq!(follow_all(folder(text).path()).unwrap(), 2);
    }

    #[test]
    fn a_missing_page_and_a_missing_place_are_named() {
        let text = "<a href=\"none.html\"><a href=\"other.html#here\"><a href=\"#top\">";
        let failure = follow_all(folder(text).path()).unwrap_err().to_string();
        for link in ["none.html", "other.html#here", "#top"] {
            assert!(failure.contains(link), "{failure}");
        }
    }
}
