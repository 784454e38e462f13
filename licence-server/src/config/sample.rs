//! A configuration file to start from, made of the same table as the reference.

use super::settings::{Row, Settings};

/// What stands above the settings.
const HEAD: &str = "\
# Settings of licence-server, all at their defaults: take the `#` away from a line to change one.
# `licence-server config reference` tells why each is as it is. After a change run
# `licence-server config check`, and start the server anew.
";

/// Every setting with what it does, commented out.
#[must_use]
pub fn sample() -> String {
    let mut text = HEAD.to_owned();
    let mut group = "";
    for row in Settings::rows() {
        if row.group != group {
            group = row.group;
            text.push_str(&format!("\n# == {group}\n"));
        }
        text.push_str(&entry(&row));
    }
    text
}

/// A setting without a default has nothing behind its sign, so that it cannot be set by mistake.
fn entry(row: &Row) -> String {
    let Row { name, what, expected, default, .. } = row;
    let written = if default.is_empty() { String::new() } else { format!(" {default}") };
    format!("\n# {what}\n# {expected}\n#{name} ={written}\n")
}
