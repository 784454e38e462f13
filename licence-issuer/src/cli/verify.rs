//! What can be typed to look at a file.

use clap::Args;
use licence_cli::files::Source;
use licence_core::Product;

use crate::value::{When, product};

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

    /// A root key to trust: SPKI PEM or JWK; never taken from the file that is checked. A program that
    /// was built with `LICENCE_ROOTS` trusts those and takes none
    #[arg(long = "root", value_name = "PUB")]
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
