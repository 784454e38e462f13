//! Whether a store is what was written: its rows, what follows from them, and the log's hash chain.

use licence_core::claims::LogPosition;
use licence_core::{
    Product, PublicKey, Refusal, Roots, SignedLicence, SignedRevocations, UnverifiedLicence,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Stored;
use crate::log_chain::{Broken, WalkError, walk};
use crate::store::{Checkup, Reader, StoreError};

/// By whom what is signed in a store was signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signers<'a> {
    /// The site, of its log's checkpoints.
    pub(crate) site_key: &'a PublicKey,
    /// What the site serves.
    pub(crate) product: &'a Product,
    /// The vendor, of licences and revocation lists.
    pub(crate) roots: &'a Roots,
}

/// What was found by looking at the whole store. A backup is restored where there is no [flaw](Self::flaws), so whoever
/// relies on one looks for the same.
#[derive(Debug)]
pub(crate) struct Soundness {
    /// How many rows each table has.
    pub(crate) rows: Vec<(String, u64)>,
    /// Where the log stands.
    pub(crate) position: LogPosition,
    /// What is not as it was written among the rows: a sentence each, the first few of them.
    row_flaws: Vec<String>,
    /// The same of what the vendor signed.
    damaged: Vec<String>,
    /// Where the log stopped being what was written.
    broken: Option<Broken>,
}

impl Soundness {
    /// Reads every row, verifies what the vendor signed, and recomputes the counters and the log's hash chain.
    ///
    /// # Errors
    /// Where the store cannot be read at all.
    pub(crate) fn of(reader: &dyn Reader, by: &Signers<'_>) -> Result<Self, StoreError> {
        let found = reader.check()?;
        let damaged = damaged(reader, by.roots)?;
        let position = reader.site()?.position;
        let broken = match walk(reader, by.site_key, by.product, || (), |(), _, _| {}) {
            Ok(_) => None,
            Err(WalkError::Broken(broken)) => Some(broken),
            Err(WalkError::Store(error)) => return Err(error),
        };
        Ok(Self { rows: found.rows, position, row_flaws: found.flaws, damaged, broken })
    }

    /// What is not as it was written, so that a restore refuses the store: a sentence each.
    pub(crate) fn flaws(&self) -> impl Iterator<Item = String> {
        let of_log = self.broken.iter().map(|broken| format!("in the audit log, {broken}"));
        self.row_flaws.iter().cloned().chain(of_log)
    }

    /// What the vendor signed and does not verify any more: a sentence each. The vendor has it, and a licence that was
    /// renewed long ago must not keep a site from its backups: so it is told, and stands in the way of nothing.
    pub(crate) fn damaged(&self) -> &[String] {
        &self.damaged
    }

    /// Where the log is broken, if it is all that is not as it was written.
    pub(crate) fn broken_log_alone(&self) -> Option<&Broken> {
        self.broken.as_ref().filter(|_| self.row_flaws.is_empty())
    }
}

/// What was there when a backup was begun. At its end the store is looked at, and where this is not there any more, that
/// says nothing of what is in the backup: it may be broken, where what is left or was put in its place is not.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Begun {
    /// From which place on the audit log is there; absent for all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_from: Option<u64>,
    /// What the vendor signed and does not verify: a sentence each, the first few of them.
    pub damaged: Vec<String>,
}

/// What became of a store that is not as it was when a backup was begun.
pub(crate) const OVERTAKEN: &str = "the audit log was pruned, or a licence was put back,";

impl Begun {
    /// What one finds that is begun now.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub(crate) fn now(reader: &dyn Reader, roots: &Roots) -> Result<Self, StoreError> {
        Ok(Self {
            log_from: reader.checkpoint()?.map(|(first, _)| first),
            damaged: damaged(reader, roots)?,
        })
    }
}

/// What the store has of a licence that somebody wants to install. Of one that does not verify it has nothing.
///
/// # Errors
/// Where the store cannot be read.
pub(crate) fn stored_licence(
    file: &[u8],
    reader: &dyn Reader,
    roots: &Roots,
) -> Result<Stored, StoreError> {
    let Ok(licence) = verify(file, roots) else { return Ok(Stored::Sound) };
    let id = licence.claims().jti;
    let row = reader.licence_file(id)?;
    let is_sound = |file: Vec<u8>| verify(&file, roots).is_ok_and(|row| row.claims().jti == id);
    Ok(if row.is_none_or(is_sound) { Stored::Sound } else { Stored::Damaged })
}

/// The same of the revocation list.
///
/// # Errors
/// As [`stored_licence`].
pub(crate) fn stored_list(reader: &dyn Reader, roots: &Roots) -> Result<Stored, StoreError> {
    let list = reader.revocation_list()?;
    let is_sound = |list: Vec<u8>| SignedRevocations::parse(&list, roots).is_ok();
    Ok(if list.is_none_or(is_sound) { Stored::Sound } else { Stored::Damaged })
}

/// What does not verify was changed since it was installed, or a root key was taken away since: the key's name is signed
/// like everything else, so nothing tells which. It stops no start, and grants nothing from then on.
///
/// # Errors
/// Where the store cannot be read.
fn damaged(reader: &dyn Reader, roots: &Roots) -> Result<Vec<String>, StoreError> {
    let mut found = Checkup::default();
    for (place, file) in reader.licence_files()?.iter().enumerate() {
        if let Err(refusal) = verify(file, roots) {
            let number = place.saturating_add(1);
            found.flaw(format!("row {number} of the table `licences` does not verify: {refusal}"));
        }
    }
    let list = reader.revocation_list()?.map(|list| SignedRevocations::parse(&list, roots));
    if let Some(Err(refusal)) = list {
        found.flaw(format!("the revocation list does not verify: {refusal}"));
    }
    Ok(found.flaws)
}

fn verify(file: &[u8], roots: &Roots) -> Result<SignedLicence, Refusal> {
    UnverifiedLicence::parse(file)?.verify_signatures(roots)
}
