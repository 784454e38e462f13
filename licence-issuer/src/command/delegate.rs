//! `delegate`: a root key lets another key sign licences.

use licence_cli::{Failure, Format, clock};

use crate::certificate::{Certificate, Delegation};
use crate::cli::DelegateArgs;
use crate::description;
use crate::hand_out::{Telling, hand_out};
use crate::issuance::refuse_banned;
use crate::ledger::Entry;
use crate::signer::Signer;
use crate::trust;
use crate::vendor_dir::VendorDir;

pub(super) fn run(args: &DelegateArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let delegation = delegation(args, vendor)?;
    let mut ledger = vendor.ledger_writer()?;
    let root = Signer::open(&args.root, &args.signer)?;
    refuse_banned(root.public(), &ledger)?;
    let certificate = Certificate::sign(delegation, vendor.kit(), &root, clock::now()?)?;
    let telling =
        Telling { facts: description::certificate(&certificate.claims), sink: &args.out, format };
    let file = certificate.file.clone();
    hand_out(&file, &Entry::IssuingKey(certificate).into(), &mut ledger, telling)
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
