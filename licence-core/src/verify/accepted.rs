use super::revocations::SignedRevocations;
use super::signed::SignedLicence;
use crate::claims::LicenceClaims;
use crate::id::{KeyId, Uuid};
use crate::key::PublicKey;
use crate::limits::HAND_LEEWAY_SECS;
use crate::refusal::{Part, Reason, Refusal};
use crate::text::Product;
use crate::time::UnixTime;

/// Whether a licence that names no site is good enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnboundLicences {
    /// It is refused.
    #[default]
    Refused,
    /// It is taken, for trials: the caller says which site's tokens belong to it.
    Allowed,
}

/// Whether a licence for tests is good enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TestLicences {
    /// It is refused.
    #[default]
    Refused,
    /// It is taken.
    Allowed,
}

/// What a licence must be for, here.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The product; `None` takes any product of the vendor.
    pub product: Option<Product>,
    /// The key of this site, where this is a site.
    pub site: Option<PublicKey>,
    /// Whether it may name no site.
    pub unbound: UnboundLicences,
    /// Whether it may be for tests.
    pub test: TestLicences,
    /// A revocation list that the caller holds; the one with the highest `seq` counts.
    pub revocations: Option<SignedRevocations>,
}

impl SignedLicence {
    /// Checks that the licence is for this place and use; says nothing of time.
    ///
    /// # Errors
    /// At the licence: `wrong_product`, `unbound`, `wrong_site`, `test_licence`. At the revocation
    /// list or what it names: `revoked`.
    pub fn accept(self, policy: &Policy) -> Result<AcceptedLicence, Refusal> {
        let refuse = |reason| Refusal::at(Part::Licence, reason);
        let LicenceClaims { product, is_test, .. } = &self.claims;
        if policy.product.as_ref().is_some_and(|own| own != product) {
            return Err(refuse(Reason::WrongProduct { product: product.clone() }));
        }
        let site = match (&self.claims.site, &policy.site) {
            (None, _) if policy.unbound == UnboundLicences::Refused => {
                return Err(refuse(Reason::Unbound));
            }
            (None, own) => own.clone(),
            (Some(named), Some(own)) if named != own => {
                return Err(refuse(Reason::WrongSite { site: named.id() }));
            }
            (Some(named), _) => Some(named.clone()),
        };
        if *is_test && policy.test == TestLicences::Refused {
            return Err(refuse(Reason::TestLicence));
        }
        let newest = self.newest_list(policy.revocations.as_ref()).cloned();
        Ok(AcceptedLicence { list: newest, signed: self, site })
    }

    fn newest_list<'a>(
        &'a self,
        held: Option<&'a SignedRevocations>,
    ) -> Option<&'a SignedRevocations> {
        [self.list.as_ref(), held].into_iter().flatten().max_by_key(|list| list.claims.seq)
    }
}

/// A licence that is for this place and use.
#[derive(Clone, Debug)]
pub struct AcceptedLicence {
    signed: SignedLicence,
    /// Whose tokens belong to it; `None` for an unbound licence where the caller named no site.
    site: Option<PublicKey>,
    list: Option<SignedRevocations>,
}

/// Where a licence stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenceState {
    /// It holds.
    Valid,
    /// It holds, and its end has been announced.
    Expiring,
    /// It has ended, and everything still works for a while.
    Grace,
}

impl LicenceState {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expiring => "expiring",
            Self::Grace => "grace",
        }
    }
}

/// A licence that holds now, here.
#[derive(Clone, Copy, Debug)]
pub struct ValidLicence<'a> {
    accepted: &'a AcceptedLicence,
    state: LicenceState,
}

impl ValidLicence<'_> {
    /// What it grants.
    #[must_use]
    pub const fn claims(&self) -> &LicenceClaims {
        &self.accepted.signed.claims
    }

    /// Where it stands in its life.
    #[must_use]
    pub const fn state(&self) -> LicenceState {
        self.state
    }
}

impl AcceptedLicence {
    /// The licence with its chain.
    #[must_use]
    pub const fn signed(&self) -> &SignedLicence {
        &self.signed
    }

    /// The key whose tokens belong to it.
    #[must_use]
    pub const fn site(&self) -> Option<&PublicKey> {
        self.site.as_ref()
    }

    /// Whether the licence holds at a time.
    ///
    /// # Errors
    /// `not_yet_valid` and `expired` at the licence; `revoked` at what was taken back, and at the
    /// revocation list where a newer one is needed to know.
    pub fn at(&self, now: UnixTime) -> Result<ValidLicence<'_>, Refusal> {
        let state = self.state(now).map_err(|reason| Refusal::at(Part::Licence, reason))?;
        self.check_revocations(now)?;
        Ok(ValidLicence { accepted: self, state })
    }

    fn state(&self, now: UnixTime) -> Result<LicenceState, Reason> {
        let LicenceClaims { period, iat, .. } = &self.signed.claims;
        if now.is_before(*iat, HAND_LEEWAY_SECS) {
            return Err(Reason::NotYetValid { now, from: *iat });
        }
        if period.is_ahead(now) {
            return Err(Reason::NotYetValid { now, from: period.nbf() });
        }
        if let Some(until) = period.last_end().filter(|end| now.is_expired(*end)) {
            return Err(Reason::Expired { now, until });
        }
        let has_passed = |end: Option<UnixTime>| end.is_some_and(|end| now.is_expired(end));
        Ok(if has_passed(period.exp()) {
            LicenceState::Grace
        } else if has_passed(period.warn_at()) {
            LicenceState::Expiring
        } else {
            LicenceState::Valid
        })
    }

    fn check_revocations(&self, now: UnixTime) -> Result<(), Refusal> {
        let SignedLicence { claims, signer, issuer, .. } = &self.signed;
        let seq = self.list.as_ref().map_or(0, |list| list.claims.seq);
        if claims.revocations_min.is_some_and(|min| seq < min) {
            return Err(Refusal::at(Part::Revocations, Reason::Revoked));
        }
        let Some(SignedRevocations { claims: list }) = &self.list else { return Ok(()) };
        if now.is_before(list.iat, HAND_LEEWAY_SECS) {
            return Err(Refusal::at(
                Part::Revocations,
                Reason::NotYetValid { now, from: list.iat },
            ));
        }
        let is_banned = |kid: KeyId, jti: Uuid| list.bans(kid, jti);
        if issuer.as_ref().is_some_and(|issuer| is_banned(issuer.root, issuer.claims.jti.0)) {
            return Err(Refusal::at(Part::Issuer, Reason::Revoked));
        }
        let is_revoked = list.revokes(claims.jti, claims.serial, claims.revision);
        if is_revoked || is_banned(*signer, claims.jti.0) {
            return Err(Refusal::at(Part::Licence, Reason::Revoked));
        }
        Ok(())
    }
}
