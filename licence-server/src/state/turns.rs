//! What is done by one at a time, or once for all who ask at the same time.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::AppState;
use crate::doctor::Check;
use crate::flight::Flight;
use crate::log_chain::{WalkError, Walked};
use crate::soundness::Soundness;
use crate::store::StoreError;

/// Whose turn it is, of whatever may not be done twice at once.
#[derive(Default)]
pub(super) struct Turns {
    installations: tokio::sync::Mutex<()>,
    statements: tokio::sync::Mutex<()>,
    examination: Flight<Vec<Check>>,
    checks: Flight<Arc<Result<Soundness, StoreError>>>,
    log_walks: Flight<Arc<Result<Walked, WalkError>>>,
    backups: Arc<tokio::sync::Mutex<()>>,
    pub(super) is_backing_up_over: AtomicBool,
}

impl AppState {
    /// Whose turn it is to install a licence or a list.
    #[must_use]
    pub(crate) fn installations(&self) -> &tokio::sync::Mutex<()> {
        &self.0.turns.installations
    }

    /// Whose turn it is to have a usage statement signed.
    #[must_use]
    pub(crate) fn statements(&self) -> &tokio::sync::Mutex<()> {
        &self.0.turns.statements
    }

    /// Looking for what there is to mend, once for all who ask at the same time.
    #[must_use]
    pub(crate) fn examination(&self) -> &Flight<Vec<Check>> {
        &self.0.turns.examination
    }

    /// Looking at every row of the store, once for all who ask at the same time.
    #[must_use]
    pub(crate) fn checks(&self) -> &Flight<Arc<Result<Soundness, StoreError>>> {
        &self.0.turns.checks
    }

    /// Recomputing the log from its first entry to its last, once for all who ask at the same time.
    #[must_use]
    pub(crate) fn log_walks(&self) -> &Flight<Arc<Result<Walked, WalkError>>> {
        &self.0.turns.log_walks
    }

    /// Whose turn it is to write a backup.
    #[must_use]
    pub(crate) fn backups(&self) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(&self.0.turns.backups)
    }
}
