use crate::armour::{self, Label};
use crate::claims::{self, RequestClaims};
use crate::jws::{Envelope, Kind};
use crate::limits::{FILE_BYTES_MAX, HAND_LEEWAY_SECS};
use crate::refusal::{Flaw, Part, Reason, Refusal};
use crate::time::UnixTime;

/// A site's request for a licence, signed by the key that it carries.
///
/// The signature proves that whoever asks holds the key, and nothing of who they are: that is what
/// the two ends compare the key's fingerprint for.
#[derive(Clone, Debug)]
pub struct SignedRequest {
    claims: RequestClaims,
}

impl SignedRequest {
    /// Reads a request file: its armoured block, or the bare compact form.
    ///
    /// # Errors
    /// At [`Part::File`] for the armour. At [`Part::Request`]: `too_large`, `malformed`, `wrong_type`,
    /// `unsupported_version`, `unknown_key` where the key it names is not the one it carries,
    /// `bad_signature`, `not_yet_valid` where it was signed more than a day ahead of `now`.
    pub fn parse(bytes: &[u8], now: UnixTime) -> Result<Self, Refusal> {
        if bytes.len() > FILE_BYTES_MAX {
            let reason = Reason::TooLarge { bytes_max: FILE_BYTES_MAX };
            return Err(Refusal::at(Part::File, reason));
        }
        if !armour::is_armoured(bytes) {
            return Self::verify(bytes, now);
        }
        let refuse = |flaw| Refusal::at(Part::File, Reason::Malformed(flaw));
        let blocks = armour::parse(bytes).map_err(refuse)?;
        let [(Label::Request, text)] = blocks.as_slice() else { return Err(refuse(Flaw::Blocks)) };
        Self::verify(text, now)
    }

    fn verify(text: &[u8], now: UnixTime) -> Result<Self, Refusal> {
        let refuse = |reason| Refusal::at(Part::Request, reason);
        let envelope = Envelope::parse(text, Kind::Request)?;
        // The one object whose key is inside it, so it is read before its signature is checked.
        let claims: RequestClaims = claims::read(envelope.unverified_payload()).map_err(refuse)?;
        envelope.open(Some(&claims.site))?;
        if now.is_before(claims.iat, HAND_LEEWAY_SECS) {
            return Err(refuse(Reason::NotYetValid { now, from: claims.iat }));
        }
        Ok(Self { claims })
    }

    /// What it asks for.
    #[must_use]
    pub const fn claims(&self) -> &RequestClaims {
        &self.claims
    }
}
