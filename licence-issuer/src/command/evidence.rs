//! `evidence`: what a third party needs to see for themselves what was granted.

mod bundle;

use licence_cli::files::StagedFolder;
use licence_cli::{Facts, Failure, Format};
use licence_core::Code;

use self::bundle::Bundle;
use crate::cli::EvidenceArgs;
use crate::vendor_dir::VendorDir;

pub(super) fn run(args: &EvidenceArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let staged = StagedFolder::beside(&args.out)?;
    let ledger = vendor.ledger()?;
    let mut series = ledger.series(args.serial)?;
    series.retain(|licence| {
        args.revision.is_none_or(|wanted| licence.entry.signed.claims.revision == wanted)
    });
    if series.is_empty() {
        return Err(Failure::coded(Code::NotFound, "there is no such licence in the ledger")
            .mend("see `licence-issuer list`"));
    }
    let bundle = Bundle { folder: staged.path(), kit: vendor.kit(), ledger: &ledger };
    let receipt = bundle.write(&series)?;
    staged.publish(&args.out)?;
    let facts = Facts::new()
        .with_text("evidence", args.out.display())
        .with_text("serial", args.serial)
        .with("revisions", series.len())
        .with("ledger_entries", receipt.number)
        .with_text("ledger_head", receipt.head);
    format.print(&facts)
}
