//! What can be typed to take something back.

use clap::{ArgGroup, Args};
use licence_cli::files::{Sink, Source};
use licence_core::{KeyId, Serial, Text};

use super::SignerArgs;
use crate::value::{kid, positive, serial, text};

#[derive(Args, Debug)]
#[command(group = ArgGroup::new("what").required(true).args(["serial", "key"]))]
pub(crate) struct RevokeArgs {
    /// The serial of a licence: all its revisions so far, unless fewer are named
    #[arg(value_name = "SERIAL", value_parser = serial)]
    pub(crate) serial: Option<Serial>,

    /// Only this revision
    #[arg(long, value_name = "N", value_parser = positive, requires = "serial", conflicts_with = "below")]
    pub(crate) revision: Option<u32>,

    /// Only the revisions below this one
    #[arg(long, value_name = "N", value_parser = positive, requires = "serial")]
    pub(crate) below: Option<u32>,

    /// A key that leaked, by its id: what the ledger lists of it stays good, and nothing else
    // One id in 64 begins with a hyphen.
    #[arg(long, value_name = "KID", value_parser = kid, allow_hyphen_values = true)]
    pub(crate) key: Option<KeyId>,

    /// Why, for the ledger
    #[arg(long, value_name = "TEXT", value_parser = text)]
    pub(crate) reason: Option<Text>,
}

#[derive(Args, Debug)]
pub(crate) struct RevocationsArgs {
    /// The root key that signs; its public half with --signer
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Source,

    #[command(flatten)]
    pub(crate) signer: SignerArgs,

    /// Where the list is to stand, `-` for standard output; never overwritten
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) out: Sink,
}
