//! The Python that the tests are told of.

use std::env;
use std::path::Path;
use std::process::Command;

pub(crate) const MEND: &str = "run `cargo xtask test`, which sets it up";

/// A script of `tests/python`, with the packages that `requirements.txt` pins.
pub(crate) fn script(name: &str) -> Command {
    let python = env::var_os("LICENCE_PYTHON")
        .unwrap_or_else(|| panic!("`LICENCE_PYTHON` names no interpreter: {MEND}"));
    let mut command = Command::new(python);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(name));
    command
}
