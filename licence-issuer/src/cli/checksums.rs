//! What can be typed to vouch for files.

use std::path::PathBuf;

use clap::Args;
use licence_cli::files::Source;

use super::SignerArgs;

#[derive(Args, Debug)]
pub(crate) struct ChecksumsArgs {
    /// A file to list, by the last part of its path
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// The private key that signs: one for releases alone, made by `keygen`; its public half with
    /// --signer
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Source,

    /// Where the list is to stand, its signature beside it as FILE.sig; never overwritten
    #[arg(long, value_name = "FILE", default_value = "SHA256SUMS")]
    pub(crate) out: PathBuf,

    #[command(flatten)]
    pub(crate) signer: SignerArgs,
}
