//! What can be typed. What it means is decided in [`crate::command`].

mod issue;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use licence_cli::Format;
use licence_cli::files::{Sink, Source};
use licence_cli::passphrase::{NewPassphraseFlags, PassphraseFlags};
use licence_core::claims::SeatCount;
use licence_core::{Product, Vendor};

pub(crate) use self::issue::{BindingArgs, IssueArgs, SeatArgs, TermArgs};
use crate::value::{Days, When, product, seat_count, vendor};

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
    /// Sign a licence for an institute, and record it in the ledger
    Issue(Box<IssueArgs>),
    /// Show what a file says, without believing any of it
    Inspect(InspectArgs),
    /// Check a licence as an institute's server and its users' browsers do
    #[command(after_help = EXIT_STATUSES)]
    Verify(VerifyArgs),
}

#[derive(Args, Debug)]
pub(crate) struct InitArgs {
    /// The folder to make
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,

    /// The vendor's name, as licences show it
    #[arg(long, value_name = "NAME", value_parser = vendor)]
    pub(crate) vendor: Vendor,

    /// The product's identifier, as the application and its servers know it
    #[arg(long, value_name = "P", value_parser = product)]
    pub(crate) product: Product,

    #[command(flatten)]
    pub(crate) passphrase: NewPassphraseFlags,
}

#[derive(Args, Debug)]
pub(crate) struct KeygenArgs {
    /// Where the private key is to stand (mode 0600); never overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,

    #[command(flatten)]
    pub(crate) passphrase: NewPassphraseFlags,
}

#[derive(Args, Debug)]
pub(crate) struct DelegateArgs {
    /// The root key that signs
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Source,

    /// The public key that may sign licences from now on
    #[arg(long, value_name = "PUB")]
    pub(crate) key: Source,

    /// For how many days it may sign; what it has signed stays good
    #[arg(long, value_name = "N")]
    pub(crate) days: Days,

    /// A product that it may sign for [default: the product of the vendor's folder]
    #[arg(long = "product", value_name = "P", value_parser = product)]
    pub(crate) products: Vec<Product>,

    /// The most seats that a licence signed by it may have [default: no bound]
    #[arg(long, value_name = "N", value_parser = seat_count)]
    pub(crate) seats_max: Option<SeatCount>,

    /// Where the certificate is to stand, `-` for standard output; never overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Sink,

    #[command(flatten)]
    pub(crate) passphrase: PassphraseFlags,
}

#[derive(Args, Debug)]
pub(crate) struct InspectArgs {
    /// A licence, a certificate, a request, a token or a public key; `-` for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Source,
}

#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    /// The licence file, `-` for standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: Source,

    /// A root key to trust: SPKI PEM or JWK; never taken from the file that is checked
    #[arg(long = "root", value_name = "PUB", required = true)]
    pub(crate) roots: Vec<Source>,

    /// A revocation list beside the one that the file may carry
    #[arg(long, value_name = "FILE")]
    pub(crate) revocations: Option<Source>,

    /// Judge at this time: YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<When>,

    /// The product it must be for [default: whichever it names]
    #[arg(long, value_name = "P", value_parser = product)]
    pub(crate) product: Option<Product>,

    /// The public key of the site it must be bound to [default: whichever it names]
    #[arg(long, value_name = "PUB")]
    pub(crate) site: Option<Source>,

    /// Accept a licence that is bound to no site
    #[arg(long)]
    pub(crate) allow_unbound: bool,

    /// Accept a licence that is for tests only
    #[arg(long)]
    pub(crate) allow_test: bool,
}
