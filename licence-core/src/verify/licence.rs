use crate::armour::{self, Label};
use crate::claims::{self, IssuerClaims, LicenceClaims, RevocationsClaims};
use crate::id::{KeyId, Uuid};
use crate::jws::{Envelope, Kind};
use crate::key::{PublicKey, Roots};
use crate::limits::{FILE_BYTES_MAX, HAND_LEEWAY_SECS};
use crate::refusal::{Flaw, Part, Reason, Refusal};
use crate::text::Product;
use crate::time::UnixTime;

const fn at(part: Part, reason: Reason) -> Refusal {
    Refusal { at: part, reason }
}

/// The signed texts of a licence file, with nothing checked but the file's form.
#[derive(Clone, Debug)]
pub struct UnverifiedLicence {
    licence: Vec<u8>,
    issuer: Option<Vec<u8>>,
    revocations: Option<Vec<u8>>,
}

impl UnverifiedLicence {
    /// Reads a licence file: armoured blocks, or one bare compact licence.
    ///
    /// # Errors
    /// At [`Part::File`]: `too_large` over 2 MiB, `malformed` for armour or blocks other than a
    /// `LICENCE`, then at most one `ISSUER KEY`, then at most one `REVOCATIONS`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > FILE_BYTES_MAX {
            return Err(at(Part::File, Reason::TooLarge { bytes_max: FILE_BYTES_MAX }));
        }
        if !armour::is_armoured(bytes) {
            return Ok(Self { licence: bytes.to_vec(), issuer: None, revocations: None });
        }
        let refuse = |flaw| at(Part::File, Reason::Malformed(flaw));
        let mut blocks = armour::parse(bytes).map_err(refuse)?.into_iter().peekable();
        let mut next = |label| blocks.next_if(|(own, _)| *own == label).map(|(_, text)| text);
        let licence = next(Label::Licence).ok_or_else(|| refuse(Flaw::Blocks))?;
        let (issuer, revocations) = (next(Label::IssuerKey), next(Label::Revocations));
        if blocks.next().is_some() {
            return Err(refuse(Flaw::Blocks));
        }
        Ok(Self { licence, issuer, revocations })
    }

    /// The compact texts with the label of each, in the order of the file.
    pub fn unverified_texts(&self) -> impl Iterator<Item = (Label, &[u8])> {
        let issuer = self.issuer.as_deref().map(|text| (Label::IssuerKey, text));
        let revocations = self.revocations.as_deref().map(|text| (Label::Revocations, text));
        [Some((Label::Licence, self.licence.as_slice())), issuer, revocations].into_iter().flatten()
    }

    /// Checks every signature from the pinned roots down, and that each key kept to what it may sign.
    ///
    /// # Errors
    /// At the revocation list, the issuing key or the licence, in this order: `too_large`,
    /// `malformed`, `wrong_type`, `unknown_key`, `bad_signature`, `unsupported_version`. At the issuing
    /// key, where it signed beyond its limits: `wrong_product`, `not_yet_valid`, `expired`,
    /// `exceeds_licence`.
    pub fn verify_signatures(&self, roots: &Roots) -> Result<SignedLicence, Refusal> {
        let list = self.revocations.as_deref().map(|text| SignedRevocations::verify(text, roots));
        let list = list.transpose()?;
        let issuer = self.issuer.as_deref().map(|text| SignedIssuer::verify(text, roots));
        let issuer = issuer.transpose()?;
        let envelope = Envelope::parse(&self.licence, Kind::Licence)?;
        let signer = envelope.kid();
        // With an issuing key in the file, that key must have signed: a file shows no idle blocks.
        let key = match &issuer {
            Some(issuer) => Some(&issuer.claims.key),
            None => roots.find(signer),
        };
        let payload = envelope.open(key)?;
        let licence: LicenceClaims =
            claims::read(payload.as_slice()).map_err(|r| at(Part::Licence, r))?;
        if let Some(issuer) = &issuer {
            issuer.check_limits(&licence, signer)?;
        }
        // No key has two roles: a vendor's key that is also a site's could sign tokens.
        let site = licence.site.as_ref().map(PublicKey::id);
        if let Some(kid) = site.filter(|site| *site == signer || roots.find(*site).is_some()) {
            return Err(at(Part::Licence, Reason::UnknownKey { kid }));
        }
        Ok(SignedLicence { claims: licence, signer, issuer, list })
    }
}

/// An issuing key that a root stands behind.
#[derive(Clone, Debug)]
struct SignedIssuer {
    claims: IssuerClaims,
    root: KeyId,
}

impl SignedIssuer {
    fn verify(text: &[u8], roots: &Roots) -> Result<Self, Refusal> {
        let envelope = Envelope::parse(text, Kind::Issuer)?;
        let root = envelope.kid();
        let payload = envelope.open(roots.find(root))?;
        let claims: IssuerClaims =
            claims::read(payload.as_slice()).map_err(|r| at(Part::Issuer, r))?;
        // No key has two roles: a root that is also an issuing key would outlive its own window.
        if roots.find(claims.key.id()).is_some() {
            return Err(at(Part::Issuer, Reason::UnknownKey { kid: claims.key.id() }));
        }
        Ok(Self { claims, root })
    }

    /// Whether the key may have signed this licence. Its window is judged at the licence's `iat`, so
    /// that a licence outlives the key which signed it.
    fn check_limits(&self, licence: &LicenceClaims, kid: KeyId) -> Result<(), Refusal> {
        let IssuerClaims { iss, nbf, exp, products, seats_max, .. } = &self.claims;
        let refuse = |reason| Err(at(Part::Issuer, reason));
        if *iss != licence.iss {
            return refuse(Reason::UnknownKey { kid });
        }
        if products.as_ref().is_some_and(|products| !products.contains(&licence.product)) {
            return refuse(Reason::WrongProduct { product: licence.product.clone() });
        }
        if licence.iat.is_before(*nbf, 0) {
            return refuse(Reason::NotYetValid { now: licence.iat, from: *nbf });
        }
        if licence.iat.is_expired(*exp) {
            return refuse(Reason::Expired { now: licence.iat, until: *exp });
        }
        let seats = licence.seats.active_max.number().saturating_add(licence.seats.overage);
        if seats_max.is_some_and(|seats_max| seats > seats_max.number()) {
            return refuse(Reason::ExceedsLicence { claim: "seats" });
        }
        Ok(())
    }
}

/// A revocation list that a root stands behind.
#[derive(Clone, Debug)]
pub struct SignedRevocations {
    claims: RevocationsClaims,
}

impl SignedRevocations {
    /// Reads a list: its armoured block, or the bare compact form.
    ///
    /// # Errors
    /// At [`Part::File`] for the armour, else at [`Part::Revocations`].
    pub fn parse(bytes: &[u8], roots: &Roots) -> Result<Self, Refusal> {
        if !armour::is_armoured(bytes) {
            return Self::verify(bytes, roots);
        }
        let refuse = |flaw| at(Part::File, Reason::Malformed(flaw));
        let blocks = armour::parse(bytes).map_err(refuse)?;
        let [(Label::Revocations, text)] = blocks.as_slice() else {
            return Err(refuse(Flaw::Blocks));
        };
        Self::verify(text, roots)
    }

    fn verify(text: &[u8], roots: &Roots) -> Result<Self, Refusal> {
        let envelope = Envelope::parse(text, Kind::Revocations)?;
        let root = envelope.kid();
        let payload = envelope.open(roots.find(root))?;
        let claims = claims::read(payload.as_slice()).map_err(|r| at(Part::Revocations, r))?;
        Ok(Self { claims })
    }

    /// What it says.
    #[must_use]
    pub const fn claims(&self) -> &RevocationsClaims {
        &self.claims
    }
}

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

/// A licence whose signatures hold.
#[derive(Clone, Debug)]
pub struct SignedLicence {
    claims: LicenceClaims,
    signer: KeyId,
    issuer: Option<SignedIssuer>,
    list: Option<SignedRevocations>,
}

impl SignedLicence {
    /// What it grants.
    #[must_use]
    pub const fn claims(&self) -> &LicenceClaims {
        &self.claims
    }

    /// The issuing key's certificate, where an issuing key signed.
    #[must_use]
    pub fn issuer(&self) -> Option<&IssuerClaims> {
        self.issuer.as_ref().map(|issuer| &issuer.claims)
    }

    /// The pinned root at the top of the chain.
    #[must_use]
    pub fn root(&self) -> KeyId {
        self.issuer.as_ref().map_or(self.signer, |issuer| issuer.root)
    }

    /// The revocation list that came with it.
    #[must_use]
    pub const fn revocations(&self) -> Option<&SignedRevocations> {
        self.list.as_ref()
    }

    /// Checks that the licence is for this place and use; says nothing of time.
    ///
    /// # Errors
    /// At the licence: `wrong_product`, `unbound`, `wrong_site`, `test_licence`. At the revocation
    /// list or what it names: `revoked`.
    pub fn accept(self, policy: &Policy) -> Result<AcceptedLicence, Refusal> {
        let refuse = |reason| at(Part::Licence, reason);
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
        let state = self.state(now).map_err(|reason| at(Part::Licence, reason))?;
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
            return Err(at(Part::Revocations, Reason::Revoked));
        }
        let Some(SignedRevocations { claims: list }) = &self.list else { return Ok(()) };
        if now.is_before(list.iat, HAND_LEEWAY_SECS) {
            return Err(at(Part::Revocations, Reason::NotYetValid { now, from: list.iat }));
        }
        let is_banned = |kid: KeyId, jti: Uuid| list.bans(kid, jti);
        if issuer.as_ref().is_some_and(|issuer| is_banned(issuer.root, issuer.claims.jti.0)) {
            return Err(at(Part::Issuer, Reason::Revoked));
        }
        let is_revoked = list.revokes(claims.jti, claims.serial, claims.revision);
        if is_revoked || is_banned(*signer, claims.jti.0) {
            return Err(at(Part::Licence, Reason::Revoked));
        }
        Ok(())
    }
}
