use std::fmt::Write as _;

use super::settings::{Row, Settings};
use super::variables::Variables;

/// What stands above the settings.
const HEAD: &str = "\
# Configuration

The server reads `config.toml` in its data directory, or the file that `--config FILE` or
`LICENCE_CONFIG` names. Every setting can be given by a variable of the environment as well, which
goes before the file; an option of `serve` goes before both. A variable without a value counts for
nothing. In a variable, the entries of a list stand between commas.

`licence-server config check` finds everything that is wrong, and `licence-server config show` tells
what is in force and where each value comes from. What is not known is refused. No setting is a
secret: keys and passwords stand in files of their own, and settings name those.

This page is made from the table in the program.
";

/// The reference page of all settings, in Markdown.
#[must_use]
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    let mut group = "";
    for row in Settings::rows() {
        if row.group != group {
            group = row.group;
            section(&mut page, format_args!("\n## {group}\n"));
        }
        section(&mut page, format_args!("{}", entry(&row)));
    }
    page
}

fn section(page: &mut String, text: std::fmt::Arguments<'_>) {
    // A string takes whatever is written to it.
    let _ = page.write_fmt(text);
}

fn entry(row: &Row) -> String {
    let Row { name, what, expected, default, why, .. } = row;
    let variable = Variables::name_of(name);
    let default = if default.is_empty() { "none".to_owned() } else { format!("`{default}`") };
    format!(
        "\n### `{name}`\n\n{what}\n\n* given as: {expected}\n* variable: `{variable}`\n\
         * default: {default}. {why}\n"
    )
}
