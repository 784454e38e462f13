use crate::claims::{self, AccessClaims};
use crate::jws::{Envelope, Kind};
use crate::limits::SERVER_LEEWAY_SECS;
use crate::refusal::{Part, Reason, Refusal};
use crate::time::UnixTime;
use crate::verify::AcceptedLicence;

/// An access token that holds now under a licence that held when it was made.
#[derive(Clone, Debug)]
pub struct ValidAccess {
    claims: AccessClaims,
}

impl ValidAccess {
    /// Who may do what, until when.
    #[must_use]
    pub const fn claims(&self) -> &AccessClaims {
        &self.claims
    }
}

impl AcceptedLicence {
    /// Verifies an access token down the whole chain.
    ///
    /// The licence is judged at the token's `iat`, because a token that was made in time runs to its
    /// end. So its times are looked at after the token's own: one that is over says nothing of a
    /// licence, which may have been renewed since.
    ///
    /// # Errors
    /// At the licence: `unbound` where nobody named the site. At the token: `too_large`, `malformed`,
    /// `wrong_type`, `unknown_key`, `bad_signature`, `unsupported_version`, `not_yet_valid`, `expired`.
    /// Those of [`AcceptedLicence::at`], at the token's `iat`. At the token: `exceeds_licence`,
    /// `licence_changed`.
    pub fn verify_access(&self, token: &[u8], now: UnixTime) -> Result<ValidAccess, Refusal> {
        let site = self.site().ok_or(Refusal::at(Part::Licence, Reason::Unbound))?;
        let signed = Envelope::parse(token, Kind::Access)?.open(Some(site))?;
        let refuse = |reason| Refusal::at(Part::Access, reason);
        let claims: AccessClaims = claims::read(signed.payload()).map_err(refuse)?;
        check_time(&claims, now).map_err(refuse)?;
        self.at(claims.iat)?;
        self.check_grant(&claims).map_err(refuse)?;
        Ok(ValidAccess { claims })
    }

    fn check_grant(&self, token: &AccessClaims) -> Result<(), Reason> {
        let licence = self.signed().claims();
        if token.product != licence.product {
            return Err(Reason::ExceedsLicence { claim: "aud" });
        }
        if !token.is_short_lived() {
            return Err(Reason::ExceedsLicence { claim: "exp" });
        }
        if token.lic != licence.jti {
            return Err(Reason::LicenceChanged { licence: token.lic });
        }
        if !token.features.is_within(&licence.features) {
            return Err(Reason::ExceedsLicence { claim: "features" });
        }
        Ok(())
    }
}

fn check_time(token: &AccessClaims, now: UnixTime) -> Result<(), Reason> {
    if now.is_before(token.iat, SERVER_LEEWAY_SECS) {
        return Err(Reason::NotYetValid { now, from: token.iat });
    }
    if now.is_expired(token.exp) {
        return Err(Reason::Expired { now, until: token.exp });
    }
    Ok(())
}
