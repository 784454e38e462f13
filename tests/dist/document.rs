//! Commands that documents tell.

use std::fs;

use crate::packed::project;

/// The shell blocks of one section, in their order.
#[track_caller]
pub(crate) fn blocks(document: &str, section: &str) -> Vec<String> {
    let text = fs::read_to_string(project(document)).unwrap();
    let (_, section) = text.split_once(&format!("\n## {section}\n")).expect(section);
    let section = section.split("\n## ").next().unwrap_or_default();
    let blocks = section.split("```sh\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap_or_default().to_owned()).collect()
}
