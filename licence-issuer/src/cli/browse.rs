//! What can be typed to look into the ledger.

use clap::{ArgGroup, Args};
use licence_cli::files::Sink;
use licence_core::{LicenceId, OwnerId, Product, Serial, Text};

use crate::value::{Days, Standing, licence, owner, positive, product, serial, text};

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) filter: Filter,

    /// Every revision, not only the highest of each serial
    #[arg(long)]
    pub(crate) revisions: bool,
}

/// Which licences.
#[derive(Args, Debug)]
#[command(next_help_heading = "Which")]
pub(crate) struct Filter {
    /// Those of this owner
    #[arg(long, value_name = "ID", value_parser = owner)]
    pub(crate) owner: Option<OwnerId>,

    /// Those with this text in the institute's name or affiliation
    #[arg(long, value_name = "TEXT")]
    pub(crate) institute: Option<String>,

    /// Those for this product
    #[arg(long, value_name = "P", value_parser = product)]
    pub(crate) product: Option<Product>,

    /// Those in this state, given several times in any of them: not_yet, staged, valid, expiring,
    /// grace, expired, replaced, revoked
    #[arg(long = "state", value_name = "STATE")]
    pub(crate) states: Vec<Standing>,

    /// Those whose term ends within so many days, and has not ended
    #[arg(long, value_name = "DAYS")]
    pub(crate) ending: Option<Days>,
}

#[derive(Args, Debug)]
#[command(group = ArgGroup::new("which").required(true).args(["serial", "licence", "reference"]))]
pub(crate) struct ShowArgs {
    /// The serial
    #[arg(value_name = "SERIAL", value_parser = serial)]
    pub(crate) serial: Option<Serial>,

    /// The revision [default: the highest]
    #[arg(long, value_name = "N", value_parser = positive, requires = "serial")]
    pub(crate) revision: Option<u32>,

    /// By its id instead: `jti`
    #[arg(long, value_name = "ID", value_parser = licence)]
    pub(crate) licence: Option<LicenceId>,

    /// By your own name for its order instead
    #[arg(long, value_name = "TEXT", value_parser = text)]
    pub(crate) reference: Option<Text>,

    /// Write the licence file once more, as it was handed out; `-` for standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<Sink>,
}

#[derive(Args, Debug)]
#[command(group = ArgGroup::new("what").args(["jwks", "owners"]))]
pub(crate) struct ExportArgs {
    /// The keys of all sites whose licence is in force, as a JWK set: for services that check the
    /// tokens of every site
    #[arg(long)]
    pub(crate) jwks: bool,

    /// The owners instead of the licences
    #[arg(long)]
    pub(crate) owners: bool,

    #[command(flatten)]
    pub(crate) filter: Filter,

    /// Where it is to stand, `-` for standard output; never overwritten
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) out: Sink,
}
