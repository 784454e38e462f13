use core::cmp::Ordering;

use super::AcceptedLicence;
use super::life::check_life;
use crate::claims::{self, RevokedClaims};
use crate::id::KeyId;
use crate::jws::{self, Kind};
use crate::key::PublicKey;
use crate::refusal::{Part, Reason, Refusal};
use crate::time::UnixTime;

/// A list of revoked tokens that a site signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRevoked {
    claims: RevokedClaims,
    signer: KeyId,
}

impl AcceptedLicence {
    /// Verifies a list of the tokens that the licence's site took back. The times of the licence do
    /// not matter: what was taken back stays taken back.
    ///
    /// # Errors
    /// At the licence: `unbound` where nobody named the site. At the list: `too_large`, `malformed`,
    /// `wrong_type`, `unknown_key`, `bad_signature`, `unsupported_version`, `wrong_product`,
    /// `not_yet_valid`, `expired`.
    pub fn verify_revoked(&self, list: &[u8], now: UnixTime) -> Result<SignedRevoked, Refusal> {
        let site = self.named_site()?;
        let signed = jws::open(list, Kind::Revoked, &|_| Some(site))?;
        let refuse = |reason| Refusal::at(Part::Revoked, reason);
        let claims: RevokedClaims = claims::read(signed.payload()).map_err(refuse)?;
        if claims.product != self.signed().claims().product {
            return Err(refuse(Reason::WrongProduct { audience: claims.product.into() }));
        }
        let list = SignedRevoked { claims, signer: site.id() };
        list.check(site, now)?;
        Ok(list)
    }
}

impl SignedRevoked {
    /// What it takes back.
    #[must_use]
    pub const fn claims(&self) -> &RevokedClaims {
        &self.claims
    }

    /// The list to go by once another of the same site came: the later one, whatever the order in
    /// which they came, so that an old list which is sent again takes nothing away. Nothing tells which
    /// of one second is the later, so both of them count.
    #[must_use]
    pub fn latest(mut self, mut other: Self) -> Self {
        match self.claims.iat.cmp(&other.claims.iat) {
            Ordering::Greater => self,
            Ordering::Less => other,
            Ordering::Equal => {
                let own = &mut self.claims.revoked;
                other.claims.revoked.retain(|entry| !own.contains(entry));
                own.append(&mut other.claims.revoked);
                self
            }
        }
    }

    /// Whether it can be relied on for the tokens of a site: it may have been kept for long.
    pub(super) fn check(&self, site: &PublicKey, now: UnixTime) -> Result<(), Refusal> {
        let refuse = |reason| Refusal::at(Part::Revoked, reason);
        if self.signer != site.id() {
            return Err(refuse(Reason::UnknownKey { kid: self.signer }));
        }
        check_life(self.claims.iat, self.claims.exp, now).map_err(refuse)
    }
}
