//! The page.

use std::fs;

use super::{Site, vendor};
use crate::failure::Failure;
use crate::files;

/// Puts the page, the verifier it imports and the root keys it trusts into one folder, as a
/// vendor's own build would.
pub(super) fn assemble(site: &Site<'_>) -> Result<(), Failure> {
    let app = folder(site);
    files::copy_folder(&site.workspace.wasm_verifier().join("demo"), &app)?;
    files::copy_folder(&site.workspace.dist(), &app.join("wasm-verifier"))?;
    let kit = vendor::kit(site);
    fs::copy(&kit, app.join("roots.json")).map_err(Failure::file("copy", &kit))?;
    Ok(())
}

/// What the server serves at `/`.
pub(super) fn folder(site: &Site<'_>) -> std::path::PathBuf {
    site.path("app")
}
