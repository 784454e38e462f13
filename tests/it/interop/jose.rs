//! npm's jose.

use std::path::Path;
use std::process::Command;

use licence_tests::json_lines::JsonLines;

use super::library::Library;

fn jose() -> Library {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("node");
    assert!(
        folder.join("node_modules/jose").is_dir(),
        "npm's jose is not installed: run `cargo xtask test`, which sets it up"
    );
    let mut node = Command::new("node");
    let program =
        JsonLines::start("jose", node.arg(folder.join("jose.mjs")), "install Node.js 20 or later");
    Library::new(
        program,
        "ERR_JWT_CLAIM_VALIDATION_FAILED aud",
        "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
    )
}

#[test]
fn jose_verifies_what_we_sign() {
    jose().verifies_what_we_sign();
}

#[test]
fn we_verify_what_jose_signs() {
    jose().signs_what_we_verify();
}

#[test]
fn jose_takes_no_other_kind_for_an_access_token() {
    jose().takes_no_other_kind_for_an_access_token();
}
