//! One file per verb: from what was typed to what is meant, and then done.

mod delegate;
mod init;
mod inspect;
mod issue;
mod keygen;
mod verify;

use licence_cli::Failure;

use crate::cli::{Cli, Verb};
use crate::vendor_dir::VendorDir;

/// Does what was typed.
pub(crate) fn run(typed: &Cli) -> Result<(), Failure> {
    let format = typed.format();
    let vendor_dir = || VendorDir::find(typed.vendor_dir.as_deref());
    match &typed.verb {
        Verb::Init(args) => init::run(args, format),
        Verb::Keygen(args) => keygen::run(args, format),
        Verb::Delegate(args) => delegate::run(args, &vendor_dir()?, format),
        Verb::Issue(args) => issue::run(args, &vendor_dir()?, format),
        Verb::Inspect(args) => inspect::run(args, format),
        Verb::Verify(args) => verify::run(args, format),
    }
}
