//! What can be typed. What it means is decided in [`crate::command`].

mod browse;
mod checksums;
mod issue;
mod keep;
mod keys;
mod owner;
mod revoke;
mod signing;
mod usage;
mod verify;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use licence_cli::Format;
use licence_cli::manual::{CompletionsArgs, ManArgs};

pub(crate) use self::browse::{ExportArgs, Filter, ListArgs, ShowArgs};
pub(crate) use self::checksums::ChecksumsArgs;
pub(crate) use self::issue::{
    BindingArgs, GrantArgs, IssueArgs, OrderArgs, RenewArgs, SeatArgs, TermArgs, WhoArgs,
};
pub(crate) use self::keep::{BackupArgs, EvidenceArgs, ImportArgs, LedgerVerb, LedgerVerifyArgs};
pub(crate) use self::keys::{DelegateArgs, InitArgs, KeygenArgs};
pub(crate) use self::owner::{ContactArgs, OwnerEditArgs, OwnerListArgs, OwnerVerb};
pub(crate) use self::revoke::{RevocationsArgs, RevokeArgs};
pub(crate) use self::signing::{SignerArgs, SigningArgs};
pub(crate) use self::usage::{AuditCheckArgs, SiteArgs, UsageVerb, UsageVerifyArgs};
pub(crate) use self::verify::{InspectArgs, VerifyArgs};

/// Make keys, sign licences, and keep a ledger of all that was signed
#[derive(Debug, Parser)]
#[command(name = "licence-issuer", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// The vendor's folder, made by `init` [default: the current folder, if `init` made it]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "LICENCE_VENDOR",
        hide_env_values = true,
        help_heading = "Everywhere"
    )]
    pub(crate) vendor_dir: Option<PathBuf>,

    /// Write results and errors as JSON
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) verb: Verb,
}

impl Cli {
    pub(crate) fn format(&self) -> Format {
        if self.json { Format::Json } else { Format::Text }
    }
}

/// What scripts ask first.
const EXIT_STATUSES: &str = "Exit status: 0 valid, 1 typed wrongly or a file cannot be read, \
                             2 refused, 3 malformed.";

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make a vendor's folder: root keys, an issuing key, a ledger, and the kit for institutes
    Init(InitArgs),
    /// Make a key pair: FILE for the private key, FILE.pub for the public one
    Keygen(KeygenArgs),
    /// Let a key sign licences: a certificate for it, signed by a root key
    Delegate(DelegateArgs),
    /// Whom licences are for, and how to reach them
    #[command(subcommand)]
    Owner(OwnerVerb),
    /// Sign a licence for an institute, and record it in the ledger
    Issue(Box<IssueArgs>),
    /// Sign the next revision of a licence; what is not said stays as it was
    Renew(Box<RenewArgs>),
    /// Issue a licence for each row of a CSV file; run again, it issues what is missing
    Import(ImportArgs),
    /// Take back a licence, the lower revisions of one, or a key that leaked
    Revoke(RevokeArgs),
    /// Sign the list of all that was taken back
    Revocations(RevocationsArgs),
    /// List the licences in the ledger
    List(ListArgs),
    /// Show a licence: what it grants, its revisions, its owner
    Show(ShowArgs),
    /// Write all licences as CSV or JSON, the owners, or the keys of all sites
    Export(ExportArgs),
    /// Prove to a third party what was granted: files, and steps with OpenSSL alone
    Evidence(EvidenceArgs),
    /// Look after the ledger itself
    #[command(subcommand)]
    Ledger(LedgerVerb),
    /// Copy the ledger, and check the copy
    Backup(BackupArgs),
    /// Show what a file says, without believing any of it
    Inspect(InspectArgs),
    /// Check a licence as an institute's server and its users' browsers do
    #[command(after_help = EXIT_STATUSES)]
    Verify(VerifyArgs),
    /// What a site states of the use of its seats
    #[command(subcommand)]
    Usage(UsageVerb),
    /// Prove from logs, tokens and statements that a site was copied, or put back to an older copy
    AuditCheck(AuditCheckArgs),
    /// Write the SHA-256 of files, and sign the list for OpenSSL to verify
    Checksums(ChecksumsArgs),
    /// Write what a shell needs to complete these commands
    Completions(CompletionsArgs),
    /// Write the man page, or those of all commands into a folder
    Man(ManArgs),
}
