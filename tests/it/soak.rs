//! How long a test goes on that finds the more the longer it does.

use std::env;

/// As many rounds as usual, or as `cargo xtask test --soak` asks for.
pub(crate) fn rounds(usual: u32, soak: u32) -> u32 {
    if env::var_os("LICENCE_SOAK").is_some() { soak } else { usual }
}
