//! A browser for the tests.

use std::env;
use std::path::PathBuf;

use super::debian;
use crate::command;
use crate::failure::Failure;

/// Tells the tests where the browser is; who sets it chooses the browser.
pub(crate) const VARIABLE: &str = "LICENCE_CHROMIUM";

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The path of a Chromium, installed if there was none.
pub(crate) fn provide() -> Result<PathBuf, Failure> {
    if let Some(chosen) = env::var_os(VARIABLE) {
        return Ok(chosen.into());
    }
    if let Some(found) = on_path() {
        return Ok(found);
    }
    debian::install(&["chromium"])?;
    on_path().ok_or_else(|| Failure::Missing {
        what: "`chromium`".to_owned(),
        mend: format!("install it, or set {VARIABLE} to its path"),
    })
}

fn on_path() -> Option<PathBuf> {
    NAMES.into_iter().find_map(command::find)
}
