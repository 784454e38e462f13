//! One entry of the log: what was signed or taken back.

use licence_cli::Failure;
use licence_core::armour::{self, Label};
use licence_core::claims::{
    Claims, IssuerClaims, LicenceClaims, RevocationsClaims, RevokedLicence,
};
use licence_core::{KeyId, SignedDigest, Text, UnixTime, json, unverified_parts};
use sha2::{Digest as _, Sha256};

use super::stored;

/// What happened.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every entry of a log is the largest: a licence"
)]
pub(crate) enum Entry {
    /// A licence was signed.
    Licence(LicenceEntry),
    /// A certificate that lets a key sign licences was signed.
    IssuingKey(SignedFile<IssuerClaims>),
    /// A revocation list was signed.
    Revocations(SignedFile<RevocationsClaims>),
    /// Something was taken back; the next list says so.
    Revocation(Revocation),
}

/// A signed object as it was handed out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SignedFile<C> {
    /// The key that signed it.
    pub(crate) kid: KeyId,
    /// What it says.
    pub(crate) claims: C,
    /// By what a list keeps it, should the key be banned.
    pub(crate) digest: SignedDigest,
    /// The file, which says it.
    pub(crate) file: String,
}

/// A licence, and what it answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LicenceEntry {
    pub(crate) signed: SignedFile<LicenceClaims>,
    pub(crate) order: Option<OrderMark>,
}

/// What tells an order from all others, so that it is never answered twice.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct OrderMark {
    /// The vendor's own name for it.
    pub(crate) reference: Text,
    /// What the row of a table said, where it came in one: a changed row is not the same order.
    pub(crate) row: Option<RowDigest>,
}

/// The SHA-256 of a row's cells.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct RowDigest(pub(crate) [u8; 32]);

/// A decision to take something back. It takes effect with the list that carries it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Revocation {
    pub(crate) what: Revoked,
    /// When it was decided.
    pub(crate) decided: UnixTime,
    /// From when on a list carries it.
    pub(crate) due: UnixTime,
    pub(crate) reason: Option<Text>,
}

/// What is taken back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Revoked {
    /// A licence, or the lower revisions of a series.
    Licence(RevokedLicence),
    /// A key that leaked. What it signed before this entry stays good.
    Key(KeyId),
}

impl Revocation {
    pub(super) const KIND: &'static str = "revocation";
}

impl Entry {
    /// Its kind, as the log names it.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Licence(_) => "licence",
            Self::IssuingKey(_) => "issuing_key",
            Self::Revocations(_) => "revocations",
            Self::Revocation(_) => Revocation::KIND,
        }
    }

    /// The bytes that are stored: JSON, because a vendor must be able to read the log when this
    /// program is long gone. They are hashed as they are stored and never written anew.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, Failure> {
        stored::write(self)
    }

    /// Reads the bytes; `None` where they are no entry of this version.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        stored::read(bytes)
    }
}

/// What goes into the hash chain for an entry: its hash, so that a third party can follow the chain
/// past entries that are none of their business.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

impl<C: Claims> SignedFile<C> {
    /// Reads a file that was verified before it was recorded.
    pub(super) fn recorded(kid: KeyId, file: String, label: Label) -> Option<Self> {
        let blocks = armour::parse(file.as_bytes()).ok()?;
        let (_, text) = blocks.iter().find(|(own, _)| *own == label)?;
        let parts = unverified_parts(text, C::KIND).ok()?;
        let value = json::parse(parts.unverified_claims.as_bytes()).ok()?;
        let claims = C::read(value.as_object()?).ok()?;
        Some(Self { kid, claims, digest: SignedDigest::of_compact(text), file })
    }
}
