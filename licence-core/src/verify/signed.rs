use super::accepted::{AcceptedLicence, Policy};
use super::revocations::SignedRevocations;
use crate::armour::{self, Label};
use crate::claims::{self, IssuerClaims, LicenceClaims};
use crate::id::KeyId;
use crate::jws::{self, Kind};
use crate::key::{PublicKey, Roots};
use crate::limits::FILE_BYTES_MAX;
use crate::refusal::{Flaw, Part, Reason, Refusal};

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
            return Err(Refusal::at(Part::File, Reason::TooLarge { bytes_max: FILE_BYTES_MAX }));
        }
        if !armour::is_armoured(bytes) {
            return Ok(Self { licence: bytes.to_vec(), issuer: None, revocations: None });
        }
        let refuse = |flaw| Refusal::at(Part::File, Reason::Malformed(flaw));
        let mut blocks = armour::parse(bytes).map_err(refuse)?;
        // The next one last, where it can be taken off.
        blocks.reverse();
        let mut next = |label| blocks.pop_if(|(own, _)| *own == label).map(|(_, text)| text);
        let licence = next(Label::Licence).ok_or_else(|| refuse(Flaw::Blocks))?;
        let (issuer, revocations) = (next(Label::IssuerKey), next(Label::Revocations));
        if !blocks.is_empty() {
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
    /// `malformed`, `wrong_type`, `unknown_key`, `bad_signature`, `unsupported_version`. Then, at the
    /// revocation list, where it is another vendor's: `unknown_key`. At the issuing key, where it signed
    /// beyond its limits: `unknown_key`, `wrong_product`, `not_yet_valid`, `expired`,
    /// `exceeds_licence`.
    pub fn verify_signatures(&self, roots: &Roots) -> Result<SignedLicence, Refusal> {
        self.verify(roots, None)
    }

    /// Both steps at once: who knows their own site's key saves finding out whether that is a key.
    ///
    /// # Errors
    /// Those of [`UnverifiedLicence::verify_signatures`], then those of [`SignedLicence::accept`].
    pub fn accept(&self, roots: &Roots, policy: &Policy) -> Result<AcceptedLicence, Refusal> {
        self.verify(roots, policy.site.as_ref())?.accept(policy)
    }

    fn verify(&self, roots: &Roots, site: Option<&PublicKey>) -> Result<SignedLicence, Refusal> {
        let list = self.revocations.as_deref().map(|text| SignedRevocations::verify(text, roots));
        let list = list.transpose()?;
        let issuer = self.issuer.as_deref().map(|text| SignedIssuer::verify(text, roots));
        let issuer = issuer.transpose()?;
        // With an issuing key in the file, that key must have signed: a file shows no idle blocks.
        let signed = jws::open(&self.licence, Kind::Licence, &|kid| match &issuer {
            Some(issuer) => Some(&issuer.claims.key),
            None => roots.find(kid),
        })?;
        let signer = signed.signer();
        let licence = claims::read_licence(signed.payload(), site)
            .map_err(|reason| Refusal::at(Part::Licence, reason))?;
        // Vendors may share a root key, and one vendor's list says nothing of another's licences.
        if let Some(list) = list.as_ref().filter(|list| list.claims.iss != licence.iss) {
            let reason = Reason::UnknownKey { kid: list.signer };
            return Err(Refusal::at(Part::Revocations, reason));
        }
        if let Some(issuer) = &issuer {
            issuer.check_limits(&licence, signer)?;
        }
        // No key has two roles: a vendor's key that is also a site's could sign tokens.
        let site = licence.site.as_ref().map(PublicKey::id);
        if let Some(kid) = site.filter(|site| *site == signer || roots.find(*site).is_some()) {
            return Err(Refusal::at(Part::Licence, Reason::UnknownKey { kid }));
        }
        let signing_input = signed.signing_input().to_vec();
        Ok(SignedLicence { claims: licence, signing_input, signer, issuer, list })
    }
}

/// An issuing key that a root stands behind.
#[derive(Clone, Debug)]
pub(super) struct SignedIssuer {
    pub(super) claims: IssuerClaims,
    /// What the root signed, as it arrived.
    pub(super) signing_input: Vec<u8>,
    pub(super) root: KeyId,
}

impl SignedIssuer {
    fn verify(text: &[u8], roots: &Roots) -> Result<Self, Refusal> {
        let signed = jws::open(text, Kind::Issuer, &|kid| roots.find(kid))?;
        let claims: IssuerClaims =
            claims::read(signed.payload()).map_err(|r| Refusal::at(Part::Issuer, r))?;
        // No key has two roles: a root that is also an issuing key would outlive its own window.
        if roots.find(claims.key.id()).is_some() {
            return Err(Refusal::at(Part::Issuer, Reason::UnknownKey { kid: claims.key.id() }));
        }
        let signing_input = signed.signing_input().to_vec();
        Ok(Self { claims, signing_input, root: signed.signer() })
    }

    /// Whether the key may have signed this licence. Its window is judged at the licence's `iat`, so
    /// that a licence outlives the key which signed it.
    fn check_limits(&self, licence: &LicenceClaims, kid: KeyId) -> Result<(), Refusal> {
        let IssuerClaims { iss, nbf, exp, products, seats_max, .. } = &self.claims;
        let refuse = |reason| Err(Refusal::at(Part::Issuer, reason));
        if *iss != licence.iss {
            return refuse(Reason::UnknownKey { kid });
        }
        if products.as_ref().is_some_and(|products| !products.contains(&licence.product)) {
            return refuse(Reason::WrongProduct { audience: licence.product.clone().into() });
        }
        if licence.iat.is_before(*nbf, 0) {
            return refuse(Reason::NotYetValid { now: licence.iat, from: *nbf });
        }
        if licence.iat.is_expired(*exp) {
            return refuse(Reason::Expired { now: licence.iat, until: *exp });
        }
        if seats_max.is_some_and(|seats_max| licence.seats.total() > seats_max.number()) {
            return refuse(Reason::ExceedsLicence { claim: "seats" });
        }
        Ok(())
    }
}

/// A licence whose signatures hold.
#[derive(Clone, Debug)]
pub struct SignedLicence {
    pub(super) claims: LicenceClaims,
    /// What was signed, as it arrived: a copy and no digest, for nothing is hashed where no list counts.
    pub(super) signing_input: Vec<u8>,
    pub(super) signer: KeyId,
    pub(super) issuer: Option<SignedIssuer>,
    pub(super) list: Option<SignedRevocations>,
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

    /// The key that signed it: a pinned root, or the issuing key.
    #[must_use]
    pub const fn signer(&self) -> KeyId {
        self.signer
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
}
