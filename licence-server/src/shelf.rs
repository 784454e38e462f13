//! The licences that this site has accepted, with the bytes that were signed.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use licence_core::{
    AcceptedLicence, Code, LicenceId, Policy, Refusal, Roots, UnixTime, UnverifiedLicence,
};

/// What a licence must stand up to, here.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The pinned root keys.
    pub roots: Roots,
    /// Product, site key and what the configuration allows.
    pub policy: Policy,
}

/// A licence file that was accepted.
#[derive(Debug)]
pub struct ShelvedLicence {
    /// The file as it came.
    pub file: Vec<u8>,
    /// What was verified of it.
    pub accepted: AcceptedLicence,
}

/// Accepted licences by their ids. None is ever taken away: tokens that were made under a licence run
/// to their end after another has taken over.
#[derive(Debug)]
pub struct Shelf {
    trust: Trust,
    licences: RwLock<Licences>,
}

type Licences = HashMap<LicenceId, Arc<ShelvedLicence>>;

impl ShelvedLicence {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> LicenceId {
        self.accepted.signed().claims().jti
    }
}

impl Trust {
    fn accept(&self, file: Vec<u8>) -> Result<ShelvedLicence, Refusal> {
        let signed = UnverifiedLicence::parse(&file)?.verify_signatures(&self.roots)?;
        let accepted = signed.accept(&self.policy)?;
        Ok(ShelvedLicence { file, accepted })
    }
}

impl Shelf {
    /// An empty shelf.
    #[must_use]
    pub fn new(trust: Trust) -> Self {
        Self { trust, licences: RwLock::default() }
    }

    /// Verifies a file that was installed before, and keeps it. Whether it has begun or ended is judged
    /// when it is used.
    ///
    /// # Errors
    /// Every refusal that is not about its times.
    pub fn restore(&self, file: Vec<u8>, now: UnixTime) -> Result<Arc<ShelvedLicence>, Refusal> {
        let licence = Arc::new(self.trust.accept(file)?);
        match licence.accepted.at(now) {
            Err(refusal) if refusal.code() == Code::Revoked => return Err(refusal),
            Ok(_) | Err(_) => {}
        }
        self.put(Arc::clone(&licence));
        Ok(licence)
    }

    /// Verifies a file that someone wants to install, and keeps it unless there is one with its id.
    /// One that has not begun is judged at its beginning.
    ///
    /// INVARIANT: a licence is on the shelf before the writer may put it into force, so that no token
    /// is ever made under a licence that cannot be looked up here; and it takes no other's place
    /// before the writer has agreed.
    ///
    /// # Errors
    /// Every refusal, from the root downwards.
    pub fn admit(&self, file: Vec<u8>, now: UnixTime) -> Result<Arc<ShelvedLicence>, Refusal> {
        let licence = self.trust.accept(file)?;
        let first_day = licence.accepted.signed().claims().period.nbf();
        licence.accepted.at(now.max(first_day))?;
        let licence = Arc::new(licence);
        self.write().entry(licence.id()).or_insert_with(|| Arc::clone(&licence));
        Ok(licence)
    }

    /// Lets a licence that was installed take the place of the one with its id, which may have come
    /// with an older revocation list.
    pub fn put(&self, licence: Arc<ShelvedLicence>) {
        self.write().insert(licence.id(), licence);
    }

    /// The licence with an id.
    #[must_use]
    pub fn find(&self, id: LicenceId) -> Option<Arc<ShelvedLicence>> {
        self.read().get(&id).cloned()
    }

    /// Every licence but one.
    #[must_use]
    pub fn others(&self, id: LicenceId) -> Vec<Arc<ShelvedLicence>> {
        self.read().values().filter(|licence| licence.id() != id).cloned().collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Licences> {
        self.licences.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Licences> {
        self.licences.write().unwrap_or_else(PoisonError::into_inner)
    }
}
