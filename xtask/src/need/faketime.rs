//! A wall clock for the tests that can be set wrong.

use std::env;
use std::path::PathBuf;

use super::debian;
use crate::failure::Failure;
use crate::files;

/// Tells the tests where the library is that a program is to load first; who sets it chooses the library.
pub(crate) const VARIABLE: &str = "LICENCE_FAKETIME";

/// Debian keeps the libraries of each architecture in a folder of its own, among these.
const LIBRARIES: &str = "/usr/lib";

/// The path of libfaketime, installed if there was none.
pub(crate) fn provide() -> Result<PathBuf, Failure> {
    if let Some(chosen) = env::var_os(VARIABLE) {
        return Ok(chosen.into());
    }
    if let Some(found) = found()? {
        return Ok(found);
    }
    debian::install(&["libfaketime"])?;
    found()?.ok_or_else(|| Failure::Missing {
        what: "libfaketime".to_owned(),
        mend: format!("install it, or set {VARIABLE} to the path of `libfaketime.so.1`"),
    })
}

fn found() -> Result<Option<PathBuf>, Failure> {
    let folders = files::entries(LIBRARIES.as_ref())?.into_iter();
    let mut libraries = folders.map(|folder| folder.join("faketime/libfaketime.so.1"));
    Ok(libraries.find(|library| library.is_file()))
}
