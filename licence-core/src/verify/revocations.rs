use crate::armour::{self, Label};
use crate::claims::{self, RevocationsClaims};
use crate::jws::{Envelope, Kind};
use crate::key::Roots;
use crate::limits::FILE_BYTES_MAX;
use crate::refusal::{Flaw, Part, Reason, Refusal};

/// A revocation list that a root stands behind.
#[derive(Clone, Debug)]
pub struct SignedRevocations {
    pub(super) claims: RevocationsClaims,
}

impl SignedRevocations {
    /// Reads a list: its armoured block, or the bare compact form.
    ///
    /// # Errors
    /// At [`Part::File`]: `too_large` over 2 MiB, and `malformed` for the armour; else at
    /// [`Part::Revocations`].
    pub fn parse(bytes: &[u8], roots: &Roots) -> Result<Self, Refusal> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(Refusal::at(Part::File, Reason::TooLarge { bytes_max: FILE_BYTES_MAX }));
        }
        if !armour::is_armoured(bytes) {
            return Self::verify(bytes, roots);
        }
        let refuse = |flaw| Refusal::at(Part::File, Reason::Malformed(flaw));
        let blocks = armour::parse(bytes).map_err(refuse)?;
        let [(Label::Revocations, text)] = blocks.as_slice() else {
            return Err(refuse(Flaw::Blocks));
        };
        Self::verify(text, roots)
    }

    pub(super) fn verify(text: &[u8], roots: &Roots) -> Result<Self, Refusal> {
        let envelope = Envelope::parse(text, Kind::Revocations)?;
        let root = envelope.kid();
        let payload = envelope.open(roots.find(root))?;
        let claims =
            claims::read(payload.as_slice()).map_err(|r| Refusal::at(Part::Revocations, r))?;
        Ok(Self { claims })
    }

    /// What it says.
    #[must_use]
    pub const fn claims(&self) -> &RevocationsClaims {
        &self.claims
    }
}
