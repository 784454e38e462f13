//! The npm package, by the functions that everyone has who installs it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use licence_tests::implementation::Subprocess;
use licence_tests::json_lines::JsonLines;
use licence_tests::vectors::{Input, Vector, Verify};

const MEND: &str = "install Node.js 20 or later";

/// In Node.js, through its own door.
pub(crate) fn in_node() -> Subprocess {
    answering("the package in Node.js", &built().join("test/vectors/node.mjs"))
}

/// In a page of Chromium, which is started once for all vectors.
pub(crate) fn in_chromium() -> Subprocess {
    let folder = project().join("tests/browser");
    assert!(
        env::var_os("LICENCE_CHROMIUM").is_some(),
        "`LICENCE_CHROMIUM` names no browser: run `cargo xtask test`, which sets it up"
    );
    assert!(
        folder.join("node_modules/playwright-core").is_dir(),
        "npm's playwright-core is not installed: run `cargo xtask test`, which sets it up"
    );
    built();
    answering("the package in Chromium", &folder.join("vectors.mjs"))
}

/// What the package verifies is licences and access tokens, and what it takes for them is text.
fn covers(vector: &Vector) -> bool {
    let given = [Some(&vector.input), vector.licence.as_ref(), vector.policy.revocations.as_ref()];
    let is_text = |input: &Input| !matches!(input, Input::Bytes { .. });
    matches!(vector.verify, Verify::Licence | Verify::Access)
        && vector.revoked.is_none()
        && given.into_iter().flatten().all(is_text)
}

fn answering(name: &str, script: &Path) -> Subprocess {
    let mut node = Command::new("node");
    Subprocess::new(JsonLines::start(name, node.arg(script), MEND), covers)
}

/// The package's folder, with what is built of it.
fn built() -> PathBuf {
    let package = project().join("wasm-verifier");
    assert!(
        package.join("dist/index.js").is_file(),
        "the npm package is not built: run `cargo xtask test`, which builds it"
    );
    package
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
