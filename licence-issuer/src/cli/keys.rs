//! What can be typed to make keys and to set up a desk.

use std::path::PathBuf;

use clap::Args;
use licence_cli::files::{Sink, Source};
use licence_cli::passphrase::NewPassphraseFlags;
use licence_core::claims::SeatCount;
use licence_core::{Product, Vendor};

use super::SignerArgs;
use crate::value::{Days, product, seat_count, vendor};

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
    /// The root key that signs; its public half with --signer
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
    pub(crate) signer: SignerArgs,
}
