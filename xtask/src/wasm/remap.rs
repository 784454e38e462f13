//! Names of source files in the module, which says nothing of the machine that built it.

use std::env;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::files;
use crate::need::rust_target;

/// What cargo is told so that a panic names `base64-0.23.1/src/decode.rs`, and not where this machine
/// keeps the sources of others. The workspace's own are named from its root anyway.
///
/// It adds to the flags in `.cargo/config.toml`; the variable `RUSTFLAGS` would replace them.
///
/// # Errors
/// [`Failure::Missing`] where cargo's home cannot be told, [`Failure::File`] where it cannot be read.
pub(crate) fn setting() -> Result<String, Failure> {
    let registries = files::entries(&cargo_home()?.join("registry/src"))?;
    let flags =
        registries.iter().map(|folder| format!("--remap-path-prefix={}/=", folder.display()));
    // A text as Rust quotes it is one as TOML does.
    Ok(format!("target.{}.rustflags={:?}", rust_target::WASM, flags.collect::<Vec<_>>()))
}

fn cargo_home() -> Result<PathBuf, Failure> {
    let told = env::var_os("CARGO_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    told.or_else(|| Some(env::home_dir()?.join(".cargo"))).ok_or_else(|| Failure::Missing {
        what: "the folder where cargo keeps its registry".to_owned(),
        mend: "set `CARGO_HOME`".to_owned(),
    })
}
