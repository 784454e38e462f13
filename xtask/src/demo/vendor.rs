//! What the vendor does.

use std::path::PathBuf;

use super::people::PEOPLE;
use super::{SEATS, Site};
use crate::failure::Failure;

pub(super) const INSTITUTE: &str = "Institute of Demonstration";

/// Makes the root key, the issuing key delegated from it, and the kit that an institute gets.
pub(super) fn found(site: &Site<'_>) -> Result<(), Failure> {
    let init = site.issuer().words(&["init"]).file(&folder(site));
    init.words(&["--vendor", "Demo Vendor", "--product", "demo-app", "--no-passphrase"]).run()
}

/// Signs a licence for the key that the institute's request proves it holds.
pub(super) fn issue(site: &Site<'_>) -> Result<(), Failure> {
    site.issuer()
        .words(&["issue"])
        .option("--vendor-dir", folder(site))
        .words(&["--institute", INSTITUTE, "--days", "365", "--borrow", "7:2"])
        .option("--seats", SEATS.to_string())
        .option("--registered", PEOPLE.len().to_string())
        .option("--request", site.path("request.jwt"))
        .option("--out", site.path("demo.licence"))
        .run()
}

/// The institute's half of what `found` makes: product and root keys, for its server and for the
/// page.
pub(super) fn kit(site: &Site<'_>) -> PathBuf {
    folder(site).join("site-kit.json")
}

fn folder(site: &Site<'_>) -> PathBuf {
    site.path("vendor")
}
