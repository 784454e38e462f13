//! A proxy for the tests.

use std::env;
use std::path::{Path, PathBuf};

use super::debian;
use crate::command;
use crate::failure::Failure;

/// Tells the tests where the proxy is; who sets it chooses the proxy.
pub(crate) const VARIABLE: &str = "LICENCE_NGINX";

/// Where Debian puts it, which is on the path of its administrator alone.
const IN_SBIN: &str = "/usr/sbin/nginx";

/// The path of an nginx, installed if there was none.
pub(crate) fn provide() -> Result<PathBuf, Failure> {
    if let Some(chosen) = env::var_os(VARIABLE) {
        return Ok(chosen.into());
    }
    if let Some(found) = found() {
        return Ok(found);
    }
    debian::install(&["nginx"])?;
    found().ok_or_else(|| Failure::Missing {
        what: "`nginx`".to_owned(),
        mend: format!("install it, or set {VARIABLE} to its path"),
    })
}

fn found() -> Option<PathBuf> {
    let in_sbin = Path::new(IN_SBIN);
    command::find("nginx").or_else(|| in_sbin.is_file().then(|| in_sbin.to_owned()))
}
