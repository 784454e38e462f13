//! What is read outside a batch.

use licence_core::{SessionId, UserId};

use super::engine::StoreError;
use crate::domain::{LoginName, Session, Site, User};

/// Reads over a snapshot of what was committed.
pub trait Reader: Send + Sync + 'static {
    /// The person with a name.
    ///
    /// # Errors
    /// Where the store fails or holds what was never written.
    fn user_by_name(&self, name: &LoginName) -> Result<Option<User>, StoreError>;

    /// The person with an id.
    ///
    /// # Errors
    /// Where the store fails or holds what was never written.
    fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The session with an id.
    ///
    /// # Errors
    /// Where the store fails or holds what was never written.
    fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError>;

    /// Every installed licence file, as it was signed.
    ///
    /// # Errors
    /// Where the store fails or holds what was never written.
    fn licence_files(&self) -> Result<Vec<Vec<u8>>, StoreError>;

    /// The site's row.
    ///
    /// # Errors
    /// Where the store fails or holds what was never written.
    fn site(&self) -> Result<Site, StoreError>;
}
