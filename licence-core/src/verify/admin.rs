use super::life::check_life;
use crate::claims::{self, AdminClaims};
use crate::jws::{self, Kind};
use crate::key::PublicKey;
use crate::refusal::{Part, Reason, Refusal};
use crate::text::{Audience, Product};
use crate::time::UnixTime;

/// A token that opens the administration of a server now.
#[derive(Clone, Debug)]
pub struct ValidAdmin {
    claims: AdminClaims,
}

impl ValidAdmin {
    /// Verifies an administrator's token with the site's key alone: who administers a server must get
    /// in where no licence holds, for instance to install one.
    ///
    /// # Errors
    /// At [`Part::Access`]: `too_large`, `malformed`, `wrong_type`, `unknown_key`, `bad_signature`,
    /// `unsupported_version`, `wrong_product` for another product's and for one that opens an
    /// application, `not_yet_valid`, `expired`, `exceeds_licence` for one of over an hour.
    pub fn verify(
        token: &[u8],
        site: &PublicKey,
        product: &Product,
        now: UnixTime,
    ) -> Result<Self, Refusal> {
        let signed = jws::open(token, Kind::Access, &|_| Some(site))?;
        let refuse = |reason| Refusal::at(Part::Access, reason);
        let claims: AdminClaims = claims::read(signed.payload()).map_err(refuse)?;
        if claims.product != *product {
            let audience = Audience::Administration(claims.product);
            return Err(refuse(Reason::WrongProduct { audience }));
        }
        check_life(claims.sign_in.iat, claims.sign_in.exp, now).map_err(refuse)?;
        if !claims.sign_in.is_short_lived() {
            return Err(refuse(Reason::ExceedsLicence { claim: "exp" }));
        }
        Ok(Self { claims })
    }

    /// Who may administer, until when.
    #[must_use]
    pub const fn claims(&self) -> &AdminClaims {
        &self.claims
    }
}
