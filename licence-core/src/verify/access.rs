use super::life::check_life;
use super::{AcceptedLicence, SignedRevoked};
use crate::claims::{self, AccessClaims};
use crate::jws::{self, Kind};
use crate::refusal::{Part, Reason, Refusal};
use crate::time::UnixTime;

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
    /// `wrong_type`, `unknown_key`, `bad_signature`, `unsupported_version`, `wrong_product` for one that
    /// opens the administration, `not_yet_valid`, `expired`. Those of [`AcceptedLicence::at`], at the
    /// token's `iat`. At the token: `exceeds_licence`, `licence_changed`.
    pub fn verify_access(&self, token: &[u8], now: UnixTime) -> Result<ValidAccess, Refusal> {
        self.verify(token, None, now)
    }

    /// The same, with a list of the tokens that the site took back.
    ///
    /// # Errors
    /// At the list, before the token is looked at: `unknown_key` where another site signed it,
    /// `not_yet_valid`, `expired`. Those of [`AcceptedLicence::verify_access`], and before
    /// `exceeds_licence`, at the token: `revoked`.
    pub fn verify_access_unless(
        &self,
        revoked: &SignedRevoked,
        token: &[u8],
        now: UnixTime,
    ) -> Result<ValidAccess, Refusal> {
        self.verify(token, Some(revoked), now)
    }

    fn verify(
        &self,
        token: &[u8],
        revoked: Option<&SignedRevoked>,
        now: UnixTime,
    ) -> Result<ValidAccess, Refusal> {
        let site = self.named_site()?;
        if let Some(list) = revoked {
            list.check(site, now)?;
        }
        let signed = jws::open(token, Kind::Access, &|_| Some(site))?;
        let refuse = |reason| Refusal::at(Part::Access, reason);
        let claims: AccessClaims = claims::read(signed.payload()).map_err(refuse)?;
        check_life(claims.sign_in.iat, claims.sign_in.exp, now).map_err(refuse)?;
        self.at(claims.sign_in.iat)?;
        if revoked.is_some_and(|list| list.claims().revokes(&claims, now)) {
            return Err(refuse(Reason::Revoked));
        }
        self.check_grant(&claims).map_err(refuse)?;
        Ok(ValidAccess { claims })
    }

    fn check_grant(&self, token: &AccessClaims) -> Result<(), Reason> {
        let licence = self.signed().claims();
        if token.product != licence.product {
            return Err(Reason::ExceedsLicence { claim: "aud" });
        }
        if !token.sign_in.is_short_lived() {
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
