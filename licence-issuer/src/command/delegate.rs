//! `delegate`: a root key lets another key sign licences.

use licence_cli::{Facts, Failure, Format, clock};
use licence_core::Product;
use licence_core::claims::SeatCount;

use crate::certificate::{Certificate, Delegation};
use crate::cli::DelegateArgs;
use crate::hand_out::hand_out;
use crate::signer::Signer;
use crate::trust;
use crate::vendor_dir::VendorDir;

pub(super) fn run(args: &DelegateArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let delegation = delegation(args, vendor)?;
    let mut ledger = vendor.ledger()?;
    let root = Signer::open(&args.root, &args.passphrase)?;
    let certificate = Certificate::sign(delegation, vendor.kit(), &root, clock::now()?)?;
    hand_out(&certificate.entry, &mut ledger, &args.out, facts(&certificate), format)
}

fn facts(certificate: &Certificate) -> Facts {
    let claims = &certificate.claims;
    let products = claims.products.iter().flatten().map(Product::as_str).collect::<Vec<_>>();
    Facts::new()
        .with_text("certificate", claims.jti)
        .with_text("root_key", certificate.entry.kid)
        .with_text("issuing_key", claims.key.id())
        .with("products", products)
        .with_some("seats_max", claims.seats_max.map(SeatCount::number))
        .with_text("from", claims.nbf)
        .with_text("until", claims.exp)
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
