//! The JavaScript that loads the module.

use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

use crate::failure::Failure;

/// Writes the module, bound for JavaScript, and its loader into a folder.
///
/// One loader serves browsers and Node.js: in a browser it fetches the module from beside itself,
/// in Node.js it is handed the bytes (`initSync({ module: bytes })`).
pub(crate) fn emit(module: &Path, folder: &Path) -> Result<(), Failure> {
    let mut bindgen = Bindgen::new();
    // The types are written by hand: the generated ones know neither the codes nor the claims.
    bindgen.input_path(module).typescript(false);
    // The loader names its module by `new URL(..., import.meta.url)`, which bundlers follow.
    bindgen.omit_default_module_path(false);
    bindgen.remove_name_section(true).remove_producers_section(true);
    let generated = bindgen.web(true).and_then(|bindgen| bindgen.generate(folder));
    generated.map_err(|error| Failure::Loader { reason: format!("{error:#}") })
}
