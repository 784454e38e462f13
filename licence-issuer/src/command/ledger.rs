//! `ledger verify`: whether the ledger is as it was written.

use licence_cli::{Facts, Failure, Format};

use crate::cli::{LedgerVerb, LedgerVerifyArgs};
use crate::ledger::{Audit, Expected, Receipt};
use crate::trust;
use crate::vendor_dir::VendorDir;

pub(super) fn run(verb: &LedgerVerb, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    match verb {
        LedgerVerb::Verify(args) => verify(args, vendor, format),
    }
}

fn verify(args: &LedgerVerifyArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let mut roots = vendor.kit().roots.keys().to_owned();
    for file in &args.roots {
        let root = trust::public_key(file)?;
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    let expected =
        args.expect.map(|receipt| Expected(Receipt { number: receipt.number, head: receipt.head }));
    let Audit { tip, licences, owners } =
        vendor.ledger()?.audit(&trust::roots(roots)?, expected)?;
    let facts = Facts::new()
        .with("ledger", "as it was written")
        .with("entries", tip.number)
        .with("licences", licences)
        .with("owners", owners)
        .with_text("ledger_head", tip.head)
        .with_text("receipt", format_args!("{}:{}", tip.number, tip.head));
    format.print(&facts)
}
