use crate::armour::{self, Label};
use crate::claims::{self, RevocationsClaims};
use crate::id::KeyId;
use crate::jws::{self, Kind};
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
        let signed = jws::open(text, Kind::Revocations, &|kid| roots.find(kid))?;
        let claims =
            claims::read(signed.payload()).map_err(|r| Refusal::at(Part::Revocations, r))?;
        Ok(Self { claims, signer: signed.signer() })
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
    pub(super) fn choose(filed: &Self, held: &Self) -> Result<Vec<Self>, Refusal> {
        let (seq, held_seq) = (filed.claims.seq, held.claims.seq);
        let counting: &[&Self] = match (filed.bans_signer_of(held), held.bans_signer_of(filed)) {
            (true, false) => &[filed],
            (false, true) => &[held],
            _ if seq == held_seq && filed.claims != held.claims => {
                let reason = Reason::Malformed(Flaw::Claim("seq"));
                return Err(Refusal::at(Part::Revocations, reason));
            }
            (true, true) => &[filed, held],
            (false, false) => &[if seq > held_seq { filed } else { held }],
        };
        Ok(counting.iter().copied().cloned().collect())
    }

    fn bans_signer_of(&self, other: &Self) -> bool {
        self.claims.bans_lists_of(other.signer)
    }
}
