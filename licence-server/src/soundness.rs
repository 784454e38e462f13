//! Whether a store is what was written: its rows, what follows from them, and the log's hash chain.

use licence_core::claims::LogPosition;
use licence_core::{Product, PublicKey};

use crate::log_chain::{Broken, WalkError, walk};
use crate::store::{Reader, StoreError};

/// What was found by looking at the whole store. A backup is restored where there is no flaw, so whoever
/// relies on one looks for the same.
#[derive(Debug)]
pub(crate) struct Soundness {
    /// How many rows each table has.
    pub(crate) rows: Vec<(String, u64)>,
    /// Where the log stands.
    pub(crate) position: LogPosition,
    /// What is not as it was written among the rows: a sentence each, the first few of them.
    row_flaws: Vec<String>,
    /// Where the log stopped being what was written.
    broken: Option<Broken>,
}

impl Soundness {
    /// Reads every row, and recomputes the counters and the log's hash chain.
    ///
    /// # Errors
    /// Where the store cannot be read at all.
    pub(crate) fn of(
        reader: &dyn Reader,
        key: &PublicKey,
        product: &Product,
    ) -> Result<Self, StoreError> {
        let found = reader.check()?;
        let position = reader.site()?.position;
        let look = || match walk(reader, key, product, |_, _| {}) {
            Ok(_) => Ok(None),
            Err(WalkError::Broken(broken)) => Ok(Some(broken)),
            Err(WalkError::Store(error)) => Err(error),
        };
        // An administrator may have cut it meanwhile: what is broken is broken the second time, too.
        let broken = if look()?.is_some() { look()? } else { None };
        Ok(Self { rows: found.rows, position, row_flaws: found.flaws, broken })
    }

    /// What is not as it was written: a sentence each.
    pub(crate) fn flaws(&self) -> impl Iterator<Item = String> {
        let of_log = self.broken.iter().map(|broken| format!("in the audit log, {broken}"));
        self.row_flaws.iter().cloned().chain(of_log)
    }

    /// Where the log is broken, if it is all that is not as it was written.
    pub(crate) fn broken_log_alone(&self) -> Option<&Broken> {
        self.broken.as_ref().filter(|_| self.row_flaws.is_empty())
    }
}
