//! `delegate`: a root key lets another key sign licences.

use licence_cli::{Failure, Format, clock};

use crate::certificate::{Certificate, Delegation};
use crate::cli::DelegateArgs;
use crate::description;
use crate::hand_out::hand_out;
use crate::signer::Signer;
use crate::trust;
use crate::vendor_dir::VendorDir;

pub(super) fn run(args: &DelegateArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let delegation = delegation(args, vendor)?;
    let mut ledger = vendor.ledger()?;
    let root = Signer::open(&args.root, &args.passphrase)?;
    let certificate = Certificate::sign(delegation, vendor.kit(), &root, clock::now()?)?;
    let facts = description::certificate(&certificate.claims);
    hand_out(&certificate.entry, &mut ledger, &args.out, facts, format)
}

fn delegation(args: &DelegateArgs, vendor: &VendorDir) -> Result<Delegation, Failure> {
    let products = match args.products.as_slice() {
        [] => vec![vendor.kit().product.clone()],
        named => named.to_vec(),
    };
    Ok(Delegation {
        key: trust::public_key(&args.key)?,
        days: args.days,
        products,
        seats_max: args.seats_max,
    })
}
