//! What can be typed to fill, prove, check and copy the ledger.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use licence_cli::files::Source;
use licence_core::Serial;

use super::SigningArgs;
use crate::value::{ReceiptArg, positive, serial};

/// What a row may say.
const COLUMNS_HELP: &str = "Columns: `reference`, which each row needs and no other has, and any of \
    the names that a plan knows; `features` holds `export=true; tier=gold`. A request file is looked \
    for beside the CSV file.";

#[derive(Args, Debug)]
#[command(after_help = COLUMNS_HELP)]
pub(crate) struct ImportArgs {
    /// The CSV file, in UTF-8, with the names of its columns in the first line
    #[arg(value_name = "FILE")]
    pub(crate) file: Source,

    /// The folder for the licence files, SERIAL.licence each; made if it is missing
    #[arg(long, value_name = "DIR", required_unless_present = "dry_run")]
    pub(crate) out_dir: Option<PathBuf>,

    /// Check every row and sign nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Issue what can be issued though other rows are refused
    #[arg(long)]
    pub(crate) keep_going: bool,

    #[command(flatten, next_help_heading = "Signing")]
    pub(crate) signing: SigningArgs,
}

#[derive(Args, Debug)]
pub(crate) struct EvidenceArgs {
    /// The serial of the licence
    #[arg(value_name = "SERIAL", value_parser = serial)]
    pub(crate) serial: Serial,

    /// Only this revision [default: all]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) revision: Option<u32>,

    /// The folder to make
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerVerb {
    /// Find any entry that was edited, removed or moved
    Verify(LedgerVerifyArgs),
}

#[derive(Args, Debug)]
pub(crate) struct LedgerVerifyArgs {
    /// A receipt that was noted when the entry was written: its number and head
    #[arg(long, value_name = "NUMBER:HEAD")]
    pub(crate) expect: Option<ReceiptArg>,

    /// A root key that signed before and is no longer in the site kit
    #[arg(long = "root", value_name = "PUB")]
    pub(crate) roots: Vec<Source>,
}

#[derive(Args, Debug)]
pub(crate) struct BackupArgs {
    /// Where the copy is to stand; never overwritten
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}
