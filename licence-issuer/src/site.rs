//! The licences of a site, and so the keys by which its word is known.

use std::path::Path;

use licence_cli::files::{self, ByteLimit, Source};
use licence_cli::{Failure, pinned};
use licence_core::claims::LicenceClaims;
use licence_core::limits::FILE_BYTES_MAX;
use licence_core::{
    AcceptedLicence, Policy, PublicKey, Refusal, Roots, TestLicences, UnverifiedLicence,
};

use crate::cli::SiteArgs;
use crate::trust;
use crate::vendor_dir::VendorDir;

/// Licences that a root stands behind, and that are bound to a site: one at least.
pub(crate) struct SiteLicences {
    first: AcceptedLicence,
    others: Vec<AcceptedLicence>,
}

impl SiteLicences {
    /// Reads those that were named. Whether they hold now does not matter: a statement is about the past.
    pub(crate) fn read(args: &SiteArgs, vendor_dir: Option<&Path>) -> Result<Self, Failure> {
        let roots = roots(&args.roots, vendor_dir)?;
        let mut licences = args.licences.iter().map(|file| licence(file, &roots));
        let first = licences.next().ok_or_else(|| {
            Failure::usage("no licence was named").mend("name the site's with --licence FILE")
        })??;
        Ok(Self { first, others: licences.collect::<Result<_, _>>()? })
    }

    fn all(&self) -> impl Iterator<Item = &AcceptedLicence> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// What they grant.
    pub(crate) fn claims(&self) -> Vec<&LicenceClaims> {
        self.all().map(|licence| licence.signed().claims()).collect()
    }

    /// The site's keys: another one with each rotation.
    pub(crate) fn keys(&self) -> Vec<&PublicKey> {
        self.all().filter_map(AcceptedLicence::site).collect()
    }

    /// The first that is not refused; what the first licence says, where all refuse.
    pub(crate) fn by_any<T>(
        &self,
        verify: impl Fn(&AcceptedLicence) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let refused = match verify(&self.first) {
            Ok(verified) => return Ok(verified),
            Err(refusal) => refusal,
        };
        self.others.iter().find_map(|licence| verify(licence).ok()).ok_or(refused)
    }
}

/// Those that were named; where none was, those of the vendor's folder, if one is at hand.
fn roots(named: &[Source], vendor_dir: Option<&Path>) -> Result<Roots, Failure> {
    let named = named.iter().map(trust::public_key).collect::<Result<Vec<_>, _>>()?;
    match VendorDir::find(vendor_dir) {
        Ok(folder) if named.is_empty() => pinned::confirm(folder.kit().roots.clone()),
        // A folder that was named is meant.
        Err(failure) if named.is_empty() && vendor_dir.is_some() => Err(failure),
        Ok(_) | Err(_) => pinned::choose(named),
    }
}

fn licence(file: &Source, roots: &Roots) -> Result<AcceptedLicence, Failure> {
    let bytes = files::read(file, ByteLimit(FILE_BYTES_MAX))?;
    let policy = Policy { test: TestLicences::Allowed, ..Policy::default() };
    Ok(UnverifiedLicence::parse(&bytes)?.accept(roots, &policy)?)
}
