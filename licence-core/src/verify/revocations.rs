use crate::armour::{self, Label};
use crate::claims::{self, RevocationsClaims};
use crate::id::KeyId;
use crate::jws::{Envelope, Kind};
use crate::key::Roots;
use crate::limits::FILE_BYTES_MAX;
use crate::refusal::{Flaw, Part, Reason, Refusal};

/// A revocation list that a root stands behind.
#[derive(Clone, Debug)]
pub struct SignedRevocations {
    pub(super) claims: RevocationsClaims,
    pub(super) signer: KeyId,
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
        let signer = envelope.kid();
        let signed = envelope.open(roots.find(signer))?;
        let claims =
            claims::read(signed.payload()).map_err(|r| Refusal::at(Part::Revocations, r))?;
        Ok(Self { claims, signer })
    }

    /// What it says.
    #[must_use]
    pub const fn claims(&self) -> &RevocationsClaims {
        &self.claims
    }

    /// Which of two lists of one vendor count.
    ///
    /// The newest does. A leaked root could sign the newest, so a list whose signer the other one
    /// bans is left out; and where each bans the other's signer, nothing tells which of the two is
    /// the vendor's, so whatever either takes back is taken back.
    ///
    /// # Errors
    /// `malformed`, claim `seq`, at the revocation list: both would count as the newest, and they say
    /// different things.
    pub(super) fn choose(filed: Self, held: Self) -> Result<Vec<Self>, Refusal> {
        let (seq, held_seq) = (filed.claims.seq, held.claims.seq);
        match (filed.bans_signer_of(&held), held.bans_signer_of(&filed)) {
            (true, false) => Ok(vec![filed]),
            (false, true) => Ok(vec![held]),
            _ if seq == held_seq && filed.claims != held.claims => {
                Err(Refusal::at(Part::Revocations, Reason::Malformed(Flaw::Claim("seq"))))
            }
            (true, true) => Ok(vec![filed, held]),
            (false, false) => Ok(vec![if seq > held_seq { filed } else { held }]),
        }
    }

    fn bans_signer_of(&self, other: &Self) -> bool {
        self.claims.bans_lists_of(other.signer)
    }
}
