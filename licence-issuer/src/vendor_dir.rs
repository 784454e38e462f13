//! The vendor's folder, as `init` makes it: what is in it, and which.

use std::path::{Path, PathBuf};

use licence_cli::files::{self, ByteLimit, Source};
use licence_cli::site_kit::SITE_KIT_BYTES_MAX;
use licence_cli::{Failure, SiteKit};

use crate::key_pair;
use crate::ledger::{Ledger, LedgerWriter};

/// The key that signs issuing keys' certificates and revocation lists.
pub(crate) const ROOT_KEY: &str = "root.key";
/// The root key for the day on which the first one is lost; applications trust both from the start.
pub(crate) const SPARE_KEY: &str = "spare.key";
/// The everyday key, which signs licences.
pub(crate) const ISSUING_KEY: &str = "issuing.key";
/// The everyday key's certificate.
pub(crate) const ISSUING_CERTIFICATE: &str = "issuing.crt";
/// Every signature ever made.
pub(crate) const LEDGER: &str = "ledger.redb";
/// What an institute's server is set up with; also where this folder's vendor and product stand.
pub(crate) const SITE_KIT: &str = "site-kit.json";

/// A folder that `init` made.
pub(crate) struct VendorDir {
    path: PathBuf,
    kit: SiteKit,
}

impl VendorDir {
    /// The folder that was named, else the current one.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self, Failure> {
        let path = named.unwrap_or(Path::new(".")).to_owned();
        let kit = path.join(SITE_KIT);
        if !kit.is_file() {
            return Err(no_vendor_dir(&path));
        }
        let kit = Source::File(kit);
        let bytes = files::read(&kit, ByteLimit(SITE_KIT_BYTES_MAX))?;
        Ok(Self { path, kit: SiteKit::parse(&bytes).ok_or_else(|| no_kit(&kit))? })
    }

    /// The vendor, the product and the root keys.
    pub(crate) fn kit(&self) -> &SiteKit {
        &self.kit
    }

    /// The key that signs licences where none is named.
    pub(crate) fn issuing_key(&self) -> Source {
        Source::File(self.path.join(ISSUING_KEY))
    }

    /// Its public half, which stands for it where a command signs.
    pub(crate) fn issuing_public_key(&self) -> Source {
        Source::File(key_pair::public_path(&self.path.join(ISSUING_KEY)))
    }

    /// The certificate that goes into licences where none is named.
    pub(crate) fn issuing_certificate(&self) -> Source {
        Source::File(self.path.join(ISSUING_CERTIFICATE))
    }

    /// Opens the ledger to read it, which any number of processes may do, also while one writes.
    pub(crate) fn ledger(&self) -> Result<Ledger, Failure> {
        Ledger::open(&self.path.join(LEDGER))
    }

    /// Opens the ledger to write to it. It is made by `init` alone, so that a mistyped folder never
    /// starts a second history.
    pub(crate) fn ledger_writer(&self) -> Result<LedgerWriter, Failure> {
        LedgerWriter::open(&self.path.join(LEDGER))
    }
}

fn no_vendor_dir(path: &Path) -> Failure {
    Failure::usage(format!("`{}` is not a vendor's folder", path.display()))
        .mend("name it with --vendor-dir DIR or LICENCE_VENDOR; `licence-issuer init` makes one")
}

fn no_kit(kit: &Source) -> Failure {
    Failure::usage(format!("{kit} is not the site kit that `init` wrote"))
        .mend("put back the copy that came with the folder")
}
