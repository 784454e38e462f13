//! A vendor's own build: the program compiled with `LICENCE_ROOTS`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::fixtures;
use crate::run::Answer;

/// What is compiled anew: `licence-cli`, which reads the variable, and the program.
const COMPILED: [&str; 2] = ["licence-cli", "licence-issuer"];

/// Builds the program with the roots of the fixtures in it.
///
/// Cargo tells artefacts apart by their profile and not by the environment, so a profile of their own
/// keeps these two crates beside those of every other build, and all that they depend on is shared.
#[track_caller]
fn program() -> PathBuf {
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let target = shared.join("pinned");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap());
    cargo.current_dir(env!("CARGO_MANIFEST_DIR")).env("LICENCE_ROOTS", fixtures::pinned_root());
    cargo.args(["build", "--locked", "--quiet", "--package", "licence-issuer", "--target-dir"]);
    cargo.arg(&target).env("CARGO_BUILD_BUILD_DIR", shared);
    for package in COMPILED {
        cargo.arg("--config").arg(format!("profile.dev.package.{package}.debug=0"));
    }
    let built = Answer::from(cargo.output().unwrap());
    assert_eq!(built.status, 0, "{}", built.stderr);
    target.join("debug").join(format!("licence-issuer{}", std::env::consts::EXE_SUFFIX))
}

#[test]
fn a_program_that_was_built_with_its_roots_trusts_them_and_no_others() {
    let program = program();
    let verify = |words: &str| {
        let mut command = Command::new(&program);
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/verify.in"));
        command.args(["verify", "--at", "2026-02-01"]).args(words.split(' '));
        Answer::from(command.output().unwrap())
    };
    let good = verify("good.licence");
    assert_eq!(good.status, 0, "it needs no --root: {good:?}");
    for root in ["root.pub", "other-root.pub"] {
        let refused = verify(&format!("good.licence --root {root}"));
        assert_eq!(refused.status, 1, "{refused:?}");
        assert_eq!(
            refused.stderr,
            "error: this program was built with its root keys\n  \
             help: leave --root out: it trusts no other key\n"
        );
    }
    let strange = verify("site-signed.licence");
    assert_eq!(strange.status, 2, "{strange:?}");
    assert!(strange.stderr.contains("is not one that may sign it here"), "{strange:?}");
}
