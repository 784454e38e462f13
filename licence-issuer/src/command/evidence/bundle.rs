//! The folder: one for each revision, the last revocation list, and the steps.

use std::path::Path;

use licence_cli::files::{self, Access};
use licence_cli::{Failure, SiteKit};
use licence_core::{PublicKey, UnverifiedLicence};

use crate::books::Books;
use crate::ledger::{Ledger, LicenceEntry, Link, Receipt, Recorded};

/// What a third party does with the folder.
const STEPS: &str = include_str!("steps.sh");

/// A bundle in the making.
pub(super) struct Bundle<'b> {
    pub(super) folder: &'b Path,
    pub(super) kit: &'b SiteKit,
    pub(super) ledger: &'b Ledger,
}

impl Bundle<'_> {
    /// Writes it, and tells where the ledger stands.
    pub(super) fn write(&self, series: &[Recorded<LicenceEntry>]) -> Result<Receipt, Failure> {
        let mut tip = Receipt::EMPTY;
        for licence in series {
            tip = self.revision(licence)?;
        }
        if let Some(list) = Books::read(self.ledger)?.list {
            let root = self.kit.roots.keys().iter().find(|root| root.id() == list.kid);
            if let Some(root) = root {
                let folder = self.folder.join("revocations");
                files::create_folder(&folder)?;
                write(&folder, "list.txt", list.file.as_bytes())?;
                write(&folder, "root.pub", root.to_pem().as_bytes())?;
            }
        }
        write(self.folder, "steps.sh", STEPS.as_bytes())?;
        Ok(tip)
    }

    fn revision(&self, licence: &Recorded<LicenceEntry>) -> Result<Receipt, Failure> {
        let signed = &licence.entry.signed;
        let folder = self.folder.join(format!("revision-{}", signed.claims.revision));
        files::create_folder(&folder)?;
        write(&folder, "licence.txt", signed.file.as_bytes())?;
        self.keys(&signed.file, &folder)?;
        let Some(Link { before, bytes, after, tip }) = self.ledger.link(licence.number)? else {
            return Err(Failure::malformed("the licence is not in the log that leads to it")
                .mend("see what `licence-issuer ledger verify` finds"));
        };
        write(&folder, "entry.json", &bytes)?;
        write(&folder, "before.bin", &before.to_bytes())?;
        write(&folder, "after.bin", after.concat().as_slice())?;
        write(&folder, "head.txt", format!("{}\n", tip.head).as_bytes())?;
        Ok(tip)
    }

    /// The keys that signed, from the root down.
    fn keys(&self, file: &str, folder: &Path) -> Result<(), Failure> {
        let file = UnverifiedLicence::parse(file.as_bytes())?;
        let verified = file.verify_signatures(&self.kit.roots)?;
        let is_root = |key: &&PublicKey| key.id() == verified.root();
        if let Some(root) = self.kit.roots.keys().iter().find(is_root) {
            write(folder, "root.pub", root.to_pem().as_bytes())?;
        }
        verified
            .issuer()
            .map_or(Ok(()), |issuer| write(folder, "issuing.pub", issuer.key.to_pem().as_bytes()))
    }
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    files::create(&folder.join(name), bytes, Access::Shared)
}
