//! `backup`: a copy of the ledger that was read back before it got its name.

use licence_cli::{Facts, Failure, Format};

use crate::cli::BackupArgs;
use crate::vendor_dir::VendorDir;

pub(super) fn run(args: &BackupArgs, vendor: &VendorDir, format: Format) -> Result<(), Failure> {
    let copy = vendor.ledger()?.copy(&args.file)?;
    let audit = copy.ledger.audit(&vendor.kit().roots, None)?;
    drop(copy.ledger);
    copy.staged.publish()?;
    let facts = Facts::new()
        .with_text("backup", args.file.display())
        .with("entries", audit.tip.number)
        .with_text("ledger_head", audit.tip.head);
    format.print(&facts)
}
