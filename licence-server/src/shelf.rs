//! The licences that this site has accepted, with the bytes that were signed, and the newest revocation
//! list.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use licence_core::armour::{self, Label};
use licence_core::{
    AcceptedLicence, Code, LicenceId, Policy, Refusal, Roots, SignedRevocations, UnixTime,
    UnverifiedLicence,
};

/// What a licence must stand up to, here.
#[derive(Clone, Debug)]
pub struct Trust {
    /// The pinned root keys.
    pub roots: Roots,
    /// Product, site key and what the configuration allows. Its revocation list is the newest that was
    /// installed.
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

/// A licence that may be installed.
#[derive(Debug)]
pub struct Admitted {
    /// The licence.
    pub licence: Arc<ShelvedLicence>,
    /// Which licences on the shelf are revoked, by the newest list there is with this one.
    pub revoked: BTreeSet<LicenceId>,
    /// The number of that list; 0 where there is none.
    pub list_seq: u32,
}

/// The newest revocation list, for whoever verifies the licence with an older one.
#[derive(Clone, Debug)]
pub struct ShelvedList {
    /// Its number.
    pub seq: u32,
    /// The list in its compact form, as it was signed.
    pub text: Arc<str>,
}

/// A revocation list that may be installed.
#[derive(Debug)]
pub struct AdmittedList {
    /// The file as it came.
    pub file: Vec<u8>,
    /// The list.
    pub list: SignedRevocations,
    /// Which licences on the shelf are revoked, by the newest list there is with this one.
    pub revoked: BTreeSet<LicenceId>,
    /// The number of that list.
    pub list_seq: u32,
}

/// What a revocation list is to the one that counts.
#[derive(Debug)]
pub enum ListAdmission {
    /// It may be installed.
    Newer(AdmittedList),
    /// It is the one that counts.
    Known(AdmittedList),
    /// The one that counts is newer: it changes nothing.
    Older(AdmittedList),
    /// The one that counts has the same number, which is this, and says something else.
    Other(u32),
}

/// Accepted licences by their ids. None is ever taken away: tokens that were made under a licence run
/// to their end after another has taken over.
#[derive(Debug)]
pub struct Shelf {
    content: RwLock<Content>,
    /// Counts how often another licence or list came to count.
    changes: AtomicU64,
}

#[derive(Debug)]
struct Content {
    trust: Trust,
    licences: Licences,
    list: Option<ShelvedList>,
}

type Licences = HashMap<LicenceId, Arc<ShelvedLicence>>;

impl ShelvedLicence {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> LicenceId {
        self.accepted.signed().claims().jti
    }

    /// Whether it was revoked, judged at a time at which it holds but for that.
    fn is_revoked(&self, now: UnixTime) -> bool {
        let first_day = self.accepted.signed().claims().period.nbf();
        let verdict = self.accepted.at(now.max(first_day));
        verdict.is_err_and(|refusal| refusal.code() == Code::Revoked)
    }
}

impl Trust {
    fn accept(&self, file: Vec<u8>) -> Result<ShelvedLicence, Refusal> {
        let accepted = UnverifiedLicence::parse(&file)?.accept(&self.roots, &self.policy)?;
        Ok(ShelvedLicence { file, accepted })
    }

    /// The same with another list, where that is the newer one.
    fn with_list(&self, list: Option<&SignedRevocations>) -> Self {
        let seq = |list: Option<&SignedRevocations>| list.map(|list| list.claims().seq);
        let mut trust = self.clone();
        if seq(list) > seq(self.policy.revocations.as_ref()) {
            trust.policy.revocations = list.cloned();
        }
        trust
    }
}

impl Content {
    /// Every licence as it stands under another trust. One that is not accepted any more stays as it
    /// was: it grants nothing that it did not grant.
    fn under(&self, trust: &Trust) -> Licences {
        let licences = self.licences.iter().map(|(id, licence)| {
            let accepted = licence.accepted.signed().clone().accept(&trust.policy);
            let licence = match accepted {
                Ok(accepted) => Arc::new(ShelvedLicence { file: licence.file.clone(), accepted }),
                Err(_) => Arc::clone(licence),
            };
            (*id, licence)
        });
        licences.collect()
    }

    /// Which licences are revoked under another trust.
    fn revoked(&self, trust: &Trust, now: UnixTime) -> BTreeSet<LicenceId> {
        let licences = self.under(trust);
        licences.values().filter(|licence| licence.is_revoked(now)).map(|one| one.id()).collect()
    }

    /// Goes by another trust, whose list may have come in that file.
    fn set_trust(&mut self, trust: Trust, file: &[u8]) {
        let newest = trust.policy.revocations.as_ref().map(|list| list.claims().seq);
        let held = self.list.as_ref().map(|list| list.seq);
        if let Some(seq) = newest.filter(|_| newest > held) {
            self.list = list_in(file).map(|text| ShelvedList { seq, text });
        }
        self.licences = self.under(&trust);
        self.trust = trust;
    }
}

/// The compact list in a file that is one, or in a licence file that brought one along.
fn list_in(file: &[u8]) -> Option<Arc<str>> {
    if !armour::is_armoured(file) {
        return std::str::from_utf8(file).ok().map(Arc::from);
    }
    let blocks = armour::parse(file).ok()?;
    let (_, list) = blocks.into_iter().find(|(label, _)| *label == Label::Revocations)?;
    String::from_utf8(list).ok().map(Arc::from)
}

impl Shelf {
    /// An empty shelf.
    #[must_use]
    pub fn new(trust: Trust) -> Self {
        let content = Content { trust, licences: Licences::default(), list: None };
        Self { content: RwLock::new(content), changes: AtomicU64::new(0) }
    }

    /// Verifies a list that was installed before, and goes by it.
    ///
    /// # Errors
    /// Every refusal of a list.
    pub fn restore_list(&self, file: &[u8]) -> Result<(), Refusal> {
        let mut content = self.write();
        let list = SignedRevocations::parse(file, &content.trust.roots)?;
        let trust = content.trust.with_list(Some(&list));
        self.go_by(trust, file, &mut content);
        Ok(())
    }

    /// Verifies a file that was installed before, and keeps it. Whether it has begun, ended or was
    /// revoked is judged when it is used.
    ///
    /// # Errors
    /// Every refusal that is not about those.
    pub fn restore(&self, file: Vec<u8>) -> Result<Arc<ShelvedLicence>, Refusal> {
        let mut content = self.write();
        let licence = Arc::new(content.trust.accept(file)?);
        content.licences.insert(licence.id(), Arc::clone(&licence));
        let trust = content.trust.with_list(licence.accepted.signed().revocations());
        self.go_by(trust, &licence.file, &mut content);
        Ok(licence)
    }

    /// Which licences are revoked.
    #[must_use]
    pub fn revoked(&self, now: UnixTime) -> BTreeSet<LicenceId> {
        let content = self.read();
        content.revoked(&content.trust, now)
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
    pub fn admit(&self, file: Vec<u8>, now: UnixTime) -> Result<Admitted, Refusal> {
        self.admit_if(file, now, |licence| {
            let first_day = licence.accepted.signed().claims().period.nbf();
            licence.accepted.at(now.max(first_day)).map(drop)
        })
    }

    /// The same of a file that was installed before, and that the store does not have any more as it was signed.
    ///
    /// # Errors
    /// As [`restore`](Self::restore).
    pub fn admit_again(&self, file: Vec<u8>, now: UnixTime) -> Result<Admitted, Refusal> {
        self.admit_if(file, now, |_| Ok(()))
    }

    fn admit_if(
        &self,
        file: Vec<u8>,
        now: UnixTime,
        check: impl FnOnce(&ShelvedLicence) -> Result<(), Refusal>,
    ) -> Result<Admitted, Refusal> {
        let mut content = self.write();
        let licence = content.trust.accept(file)?;
        check(&licence)?;
        let licence = Arc::new(licence);
        content.licences.entry(licence.id()).or_insert_with(|| Arc::clone(&licence));
        let trust = content.trust.with_list(licence.accepted.signed().revocations());
        let revoked = content.revoked(&trust, now);
        let list_seq = trust.policy.revocations.map_or(0, |list| list.claims().seq);
        Ok(Admitted { licence, revoked, list_seq })
    }

    /// Lets a licence that was installed take the place of the one with its id, which may have come
    /// with an older revocation list, and goes by its list.
    pub fn take(&self, admitted: &Admitted) {
        let mut content = self.write();
        content.licences.insert(admitted.licence.id(), Arc::clone(&admitted.licence));
        let trust = content.trust.with_list(admitted.licence.accepted.signed().revocations());
        self.go_by(trust, &admitted.licence.file, &mut content);
    }

    /// Verifies a revocation list that someone wants to install.
    ///
    /// # Errors
    /// Every refusal of a list.
    pub fn admit_list(&self, file: &[u8], now: UnixTime) -> Result<ListAdmission, Refusal> {
        let content = self.read();
        let list = SignedRevocations::parse(file, &content.trust.roots)?;
        let revoked = content.revoked(&content.trust.with_list(Some(&list)), now);
        let held = content.trust.policy.revocations.as_ref().map(SignedRevocations::claims);
        let seq = list.claims().seq;
        let list_seq = held.map_or(seq, |held| held.seq.max(seq));
        let admitted = AdmittedList { file: file.to_vec(), list, revoked, list_seq };
        Ok(match held {
            Some(held) if held == admitted.list.claims() => ListAdmission::Known(admitted),
            Some(held) if held.seq == seq => ListAdmission::Other(seq),
            Some(held) if held.seq > seq => ListAdmission::Older(admitted),
            Some(_) | None => ListAdmission::Newer(admitted),
        })
    }

    /// Goes by a list that was installed.
    pub fn take_list(&self, admitted: &AdmittedList) {
        let mut content = self.write();
        let trust = content.trust.with_list(Some(&admitted.list));
        self.go_by(trust, &admitted.file, &mut content);
    }

    /// The newest revocation list there is.
    #[must_use]
    pub fn newest_list(&self) -> Option<ShelvedList> {
        self.read().list.clone()
    }

    /// The licence with an id.
    #[must_use]
    pub fn find(&self, id: LicenceId) -> Option<Arc<ShelvedLicence>> {
        self.read().licences.get(&id).cloned()
    }

    /// Every licence but one.
    #[must_use]
    pub fn others(&self, id: LicenceId) -> Vec<Arc<ShelvedLicence>> {
        let content = self.read();
        content.licences.values().filter(|licence| licence.id() != id).cloned().collect()
    }

    /// Rises whenever another licence or list comes to count: what was verified before is to be verified
    /// again.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    fn go_by(&self, trust: Trust, file: &[u8], content: &mut Content) {
        content.set_trust(trust, file);
        // Last: whoever reads the new number finds the new content.
        self.changes.fetch_add(1, Ordering::Release);
    }

    fn read(&self) -> RwLockReadGuard<'_, Content> {
        self.content.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Content> {
        self.content.write().unwrap_or_else(PoisonError::into_inner)
    }
}
