use crate::claims::{self, CheckpointClaims};
use crate::jws::{self, Kind};
use crate::key::PublicKey;
use crate::refusal::{Part, Reason, Refusal};
use crate::text::Product;

/// A checkpoint of an audit log that its site signed.
#[derive(Clone, Debug)]
pub struct SignedCheckpoint {
    claims: CheckpointClaims,
}

impl SignedCheckpoint {
    /// Verifies a checkpoint. It speaks of the past, so no time is asked for.
    ///
    /// # Errors
    /// At [`Part::Checkpoint`]: `too_large`, `malformed`, `wrong_type`, `unknown_key`, `bad_signature`,
    /// `unsupported_version`, `wrong_product`.
    pub fn verify(text: &[u8], site: &PublicKey, product: &Product) -> Result<Self, Refusal> {
        let signed = jws::open(text, Kind::Checkpoint, &|_| Some(site))?;
        let refuse = |reason| Refusal::at(Part::Checkpoint, reason);
        let claims: CheckpointClaims = claims::read(signed.payload()).map_err(refuse)?;
        if claims.product != *product {
            return Err(refuse(Reason::WrongProduct { audience: claims.product.into() }));
        }
        Ok(Self { claims })
    }

    /// Where the log stood.
    #[must_use]
    pub const fn claims(&self) -> &CheckpointClaims {
        &self.claims
    }
}
