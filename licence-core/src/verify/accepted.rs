use super::revocations::SignedRevocations;
use super::signed::SignedLicence;
use crate::claims::{LicenceClaims, LicenceState};
use crate::id::KeyId;
use crate::key::PublicKey;
use crate::limits::HAND_LEEWAY_SECS;
use crate::refusal::{Part, Reason, Refusal};
use crate::signed_digest::SignedDigest;
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
    /// A revocation list that the caller holds. Beside the one in the licence file the newer counts;
    /// one of another vendor than the licence's does not.
    pub revocations: Option<SignedRevocations>,
}

impl SignedLicence {
    /// Checks that the licence is for this place and use; says nothing of time.
    ///
    /// # Errors
    /// At the revocation list: `malformed` where the one in the file and the one held have the same
    /// `seq` and say different things. At the licence: `wrong_product`, `unbound`, `wrong_site`,
    /// `test_licence`.
    pub fn accept(self, policy: &Policy) -> Result<AcceptedLicence, Refusal> {
        let lists = self.counting_lists(policy.revocations.as_ref())?;
        let refuse = |reason| Refusal::at(Part::Licence, reason);
        let LicenceClaims { product, is_test, .. } = &self.claims;
        if policy.product.as_ref().is_some_and(|own| own != product) {
            return Err(refuse(Reason::WrongProduct { audience: product.clone().into() }));
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
        Ok(AcceptedLicence { lists, signed: self, site })
    }

    fn counting_lists(
        &self,
        held: Option<&SignedRevocations>,
    ) -> Result<Vec<SignedRevocations>, Refusal> {
        let held = held.filter(|list| list.claims.iss == self.claims.iss);
        match (&self.list, held) {
            (Some(filed), Some(held)) => SignedRevocations::choose(filed, held),
            (filed, held) => Ok(filed.iter().chain(held).cloned().collect()),
        }
    }
}

/// A licence that is for this place and use.
#[derive(Clone, Debug)]
pub struct AcceptedLicence {
    signed: SignedLicence,
    /// Whose tokens belong to it; `None` for an unbound licence where the caller named no site.
    site: Option<PublicKey>,
    /// The revocation lists that count: none, the newest, or two that ban each other's signers.
    lists: Vec<SignedRevocations>,
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

    /// The key whose tokens belong to it, where somebody named one.
    pub(super) fn named_site(&self) -> Result<&PublicKey, Refusal> {
        self.site().ok_or(Refusal::at(Part::Licence, Reason::Unbound))
    }

    /// Whether the licence holds at a time, looked for from the root downwards.
    ///
    /// # Errors
    /// At the revocation list: `not_yet_valid`, and `revoked` where a newer one is needed to know. At
    /// the issuing key's certificate: `revoked`. At the licence: `not_yet_valid`, `expired`, `revoked`.
    pub fn at(&self, now: UnixTime) -> Result<ValidLicence<'_>, Refusal> {
        self.check_lists(now).map_err(|reason| Refusal::at(Part::Revocations, reason))?;
        if self.is_issuer_banned() {
            return Err(Refusal::at(Part::Issuer, Reason::Revoked));
        }
        let state = self.state(now).map_err(|reason| Refusal::at(Part::Licence, reason))?;
        if self.is_revoked() {
            return Err(Refusal::at(Part::Licence, Reason::Revoked));
        }
        Ok(ValidLicence { accepted: self, state })
    }

    fn check_lists(&self, now: UnixTime) -> Result<(), Reason> {
        let lists = || self.lists.iter().map(|list| &list.claims);
        let ahead = lists().find(|list| now.is_before(list.iat, HAND_LEEWAY_SECS));
        if let Some(list) = ahead {
            return Err(Reason::NotYetValid { now, from: list.iat });
        }
        // Of two that count, nothing tells which is genuine, so both have to be new enough.
        let seq = lists().map(|list| list.seq).min().unwrap_or(0);
        if self.signed.claims.revocations_min.is_some_and(|min| seq < min) {
            return Err(Reason::Revoked);
        }
        Ok(())
    }

    fn is_issuer_banned(&self) -> bool {
        let issuer = self.signed.issuer.as_ref();
        issuer.is_some_and(|issuer| self.is_banned(issuer.root, &issuer.signing_input))
    }

    fn is_revoked(&self) -> bool {
        let SignedLicence { claims, signing_input, signer, .. } = &self.signed;
        let LicenceClaims { jti, serial, revision, .. } = claims;
        self.lists.iter().any(|list| list.claims.revokes(*jti, *serial, *revision))
            || self.is_banned(*signer, signing_input)
    }

    fn is_banned(&self, kid: KeyId, signing_input: &[u8]) -> bool {
        if self.lists.is_empty() {
            return false;
        }
        let digest = SignedDigest::of(signing_input);
        self.lists.iter().any(|list| list.claims.bans(kid, digest))
    }

    fn state(&self, now: UnixTime) -> Result<LicenceState, Reason> {
        let LicenceClaims { period, iat, .. } = &self.signed.claims;
        if now.is_before(*iat, HAND_LEEWAY_SECS) {
            return Err(Reason::NotYetValid { now, from: *iat });
        }
        period.state(now)
    }
}
