//! Whether a store is what was written: its rows, what follows from them, and the log's hash chain.

use licence_core::claims::LogPosition;
use licence_core::{
    Code, Product, PublicKey, Refusal, Roots, SignedRevocations, UnverifiedLicence,
};

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

    /// What the vendor signed and is not what it was: a sentence each. The vendor has it, and a licence that was
    /// renewed long ago must not keep a site from its backups: so it is told, and stands in the way of nothing.
    pub(crate) fn damaged(&self) -> &[String] {
        &self.damaged
    }

    /// Where the log is broken, if it is all that is not as it was written.
    pub(crate) fn broken_log_alone(&self) -> Option<&Broken> {
        self.broken.as_ref().filter(|_| self.row_flaws.is_empty())
    }
}

/// A licence that is damaged stops no start, and grants nothing from then on.
fn damaged(reader: &dyn Reader, roots: &Roots) -> Result<Vec<String>, StoreError> {
    let mut found = Checkup::default();
    for (place, file) in reader.licence_files()?.iter().enumerate() {
        let parsed = UnverifiedLicence::parse(file);
        let verified = parsed.and_then(|licence| licence.verify_signatures(roots));
        if verified.is_err_and(|refusal| is_damage(&refusal)) {
            let number = place.saturating_add(1);
            found.flaw(format!("row {number} of the table `licences` is not what was signed"));
        }
    }
    let list = reader.revocation_list()?;
    let verified = list.map(|list| SignedRevocations::parse(&list, roots));
    if verified.is_some_and(|list| list.is_err_and(|refusal| is_damage(&refusal))) {
        found.flaw("the revocation list is not what was signed");
    }
    Ok(found.flaws)
}

/// Whether bytes were changed since they were installed. A root key that was taken away since, or a setting, is no
/// flaw of the store.
fn is_damage(refusal: &Refusal) -> bool {
    matches!(
        refusal.code(),
        Code::TooLarge | Code::Malformed | Code::WrongType | Code::BadSignature
    )
}
