//! Whether the ledger is what this program wrote, entry by entry.
//!
//! The chain finds an entry that was changed, removed or moved. Whoever rewrites the whole chain has a
//! log without a flaw and with another head, which is why a receipt that was noted elsewhere can be
//! held against it.

use licence_cli::Failure;
use licence_core::armour::{self, Label};
use licence_core::{
    ChainHead, KeyId, PublicKey, Roots, SignedLicence, SignedRevocations, UnverifiedLicence,
    base64url,
};

use super::entry::{self, Entry};
use super::index::Pointers;
use super::table::TIP;
use super::{Ledger, Receipt};

/// A ledger without a flaw.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Audit {
    /// The last entry's number and head.
    pub(crate) tip: Receipt,
    /// How many of the entries are licences.
    pub(crate) licences: usize,
    /// How many owners there are.
    pub(crate) owners: usize,
}

/// What a receipt that was noted elsewhere says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Expected(pub(crate) Receipt);

impl Ledger {
    /// Checks the chain, the signature in every entry, that each says what its file says, and the
    /// tables that follow from the log.
    ///
    /// # Errors
    /// `malformed`, with the number of the first entry that is not as it was written.
    pub(crate) fn audit(
        &self,
        roots: &Roots,
        expected: Option<Expected>,
    ) -> Result<Audit, Failure> {
        let mut auditor = Auditor { roots, expected, tip: Receipt::EMPTY, licences: 0 };
        let mut pointers = 0_u64;
        let tables = self.read(Pointers::open)?;
        for (stored, bytes) in self.stored()? {
            let entry = auditor.take(stored, &bytes)?;
            for pointer in entry.pointers() {
                pointers = pointers.saturating_add(1);
                let is_held = self.read(|_| tables.holds(&pointer, stored.number))?;
                if !is_held {
                    return Err(flaw(stored.number, "the tables do not lead to it"));
                }
            }
        }
        let Auditor { tip, licences, expected, .. } = auditor;
        self.check_end(tip)?;
        if self.read(|_| tables.count())? != pointers {
            return Err(tampered("the tables lead to entries that are not in the log"));
        }
        if let Some(Expected(noted)) = expected.filter(|Expected(noted)| noted.number > tip.number)
        {
            return Err(tampered(format!(
                "the log ends at entry {}, and entry {} was noted",
                tip.number, noted.number
            )));
        }
        Ok(Audit { tip, licences, owners: self.owners()?.len() })
    }

    /// What was written last is still the end of the log.
    fn check_end(&self, tip: Receipt) -> Result<(), Failure> {
        let noted = self.read(|transaction| {
            let table = transaction.open_table(TIP)?;
            Ok(table.get(())?.map(|tip| (tip.value().0, *tip.value().1)))
        })?;
        let (number, head) = noted.unwrap_or((0, ChainHead::EMPTY.to_bytes()));
        if number == tip.number && head == tip.head.to_bytes() {
            return Ok(());
        }
        Err(tampered(format!("the log ends at entry {}, and {number} were written", tip.number)))
    }
}

/// How far the audit has come.
struct Auditor<'r> {
    roots: &'r Roots,
    expected: Option<Expected>,
    tip: Receipt,
    licences: usize,
}

impl Auditor<'_> {
    fn take(&mut self, stored: Receipt, bytes: &[u8]) -> Result<Entry, Failure> {
        let number = self.tip.number.saturating_add(1);
        if stored.number != number {
            return Err(flaw(number, "it is missing"));
        }
        let head = self.tip.head.append(&entry::digest(bytes));
        if stored.head != head {
            return Err(flaw(number, "it was changed, or what stood before it"));
        }
        self.tip = Receipt { number, head };
        if self.expected.is_some_and(|Expected(noted)| noted.number == number && noted.head != head)
        {
            return Err(flaw(number, "its head is not the one that was noted"));
        }
        let entry = Entry::decode(bytes).ok_or_else(|| flaw(number, "it cannot be read"))?;
        if entry.encode()? != bytes {
            return Err(flaw(number, "it does not say what its file says"));
        }
        self.check_signature(&entry).ok_or_else(|| flaw(number, "its signature does not hold"))?;
        self.licences =
            self.licences.saturating_add(usize::from(matches!(entry, Entry::Licence(_))));
        Ok(entry)
    }

    fn check_signature(&self, entry: &Entry) -> Option<()> {
        match entry {
            Entry::Licence(licence) => {
                let file = UnverifiedLicence::parse(licence.signed.file.as_bytes()).ok()?;
                let verified = file.verify_signatures(self.roots).ok()?;
                (signer(&verified) == licence.signed.kid).then_some(())
            }
            Entry::IssuingKey(certificate) => {
                let root = self.roots.keys().iter().find(|root| root.id() == certificate.kid)?;
                holds(&certificate.file, root)
            }
            Entry::Revocations(list) => {
                SignedRevocations::parse(list.file.as_bytes(), self.roots).ok().map(drop)
            }
            Entry::Revocation(_) => Some(()),
        }
    }
}

fn signer(licence: &SignedLicence) -> KeyId {
    licence.issuer().map_or_else(|| licence.root(), |issuer| issuer.key.id())
}

/// Whether a certificate's signature is the root's.
fn holds(file: &str, root: &PublicKey) -> Option<()> {
    let blocks = armour::parse(file.as_bytes()).ok()?;
    let [(Label::IssuerKey, text)] = blocks.as_slice() else { return None };
    let (signing_input, signature) = std::str::from_utf8(text).ok()?.rsplit_once('.')?;
    let signature = base64url::decode_array(signature)?;
    root.verifies(signing_input.as_bytes(), &signature).then_some(())
}

fn flaw(number: u64, what: &str) -> Failure {
    tampered(format!("entry {number} of the ledger is not as it was written: {what}"))
}

fn tampered(sentence: impl Into<String>) -> Failure {
    Failure::malformed(sentence)
        .mend("go back to a copy of the ledger, and find out who could write to this one")
}
