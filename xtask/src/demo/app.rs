//! The page.

use std::fs;

use super::{Site, vendor};
use crate::failure::Failure;
use crate::files;

/// Puts the page, the verifier it imports and the root key it trusts into one folder, as a
/// vendor's own build would.
pub(super) fn assemble(site: &Site<'_>) -> Result<(), Failure> {
    let app = folder(site);
    files::copy_folder(&site.workspace.wasm_verifier().join("demo"), &app)?;
    files::copy_folder(&site.workspace.dist(), &app.join("wasm-verifier"))?;
    let root_key = vendor::root_key(site);
    fs::copy(&root_key, app.join("root.key.pub")).map_err(Failure::file("copy", &root_key))?;
    Ok(())
}

/// What the server serves at `/`.
pub(super) fn folder(site: &Site<'_>) -> std::path::PathBuf {
    site.path("app")
}
