//! What a refusal says: where in the chain, why, and the evidence for it.

use core::fmt;

use crate::code::Code;
use crate::id::{KeyId, LicenceId};
use crate::json::{JsonFlaw, ObjectWriter};
use crate::text::Audience;
use crate::time::UnixTime;

/// Which link of the chain was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The armoured file around the others.
    File,
    /// The revocation list.
    Revocations,
    /// The issuing key's certificate.
    Issuer,
    /// The licence.
    Licence,
    /// The access token.
    Access,
    /// The list of a site's revoked tokens.
    Revoked,
    /// The lease of a seat that was taken along.
    Lease,
    /// The checkpoint of an audit log.
    Checkpoint,
    /// The statement of how a site's seats were used.
    Usage,
    /// The request file.
    Request,
    /// A key that was given.
    Key,
}

impl Part {
    /// Its name in JSON: `licence`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Revocations => "revocations",
            Self::Issuer => "issuer",
            Self::Licence => "licence",
            Self::Access => "access",
            Self::Revoked => "revoked",
            Self::Lease => "lease",
            Self::Checkpoint => "checkpoint",
            Self::Usage => "usage",
            Self::Request => "request",
            Self::Key => "key",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "the file",
            Self::Revocations => "the revocation list",
            Self::Issuer => "the issuing key's certificate",
            Self::Licence => "the licence",
            Self::Access => "the access token",
            Self::Revoked => "the list of revoked tokens",
            Self::Lease => "the lease",
            Self::Checkpoint => "the checkpoint",
            Self::Usage => "the usage statement",
            Self::Request => "the request file",
            Self::Key => "the key",
        })
    }
}

/// What exactly is wrong with something that is not written as its format says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Not three segments between two full stops.
    Segments,
    /// A segment is not canonical base64url.
    Base64,
    /// The JSON of header or claims.
    Json(JsonFlaw),
    /// The header holds a member other than `alg`, `typ` and `kid`, or lacks one.
    Header,
    /// The header's `alg` is neither `EdDSA` nor `Ed25519`.
    Algorithm,
    /// The signature has not 64 bytes.
    SignatureLength,
    /// A claim that must be there is not.
    Missing(&'static str),
    /// A claim has the wrong type or a value outside its range.
    Claim(&'static str),
    /// The armour around a block.
    Armour,
    /// The blocks of a file are not those that belong there, or not in their order.
    Blocks,
    /// A key is not a sound Ed25519 public key in SPKI PEM or JWK.
    Key,
}

impl Flaw {
    /// Its name in JSON: `duplicate_name`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Segments => "segments",
            Self::Base64 => "base64",
            Self::Json(flaw) => flaw.name(),
            Self::Header => "header",
            Self::Algorithm => "algorithm",
            Self::SignatureLength => "signature_length",
            Self::Missing(_) => "missing",
            Self::Claim(_) => "claim",
            Self::Armour => "armour",
            Self::Blocks => "blocks",
            Self::Key => "key",
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Segments => f.write_str("it has not three segments"),
            Self::Base64 => f.write_str("a segment is not canonical base64url"),
            Self::Json(flaw) => flaw.fmt(f),
            Self::Header => f.write_str("its header is not exactly `alg`, `typ` and `kid`"),
            Self::Algorithm => f.write_str("its algorithm is not EdDSA"),
            Self::SignatureLength => f.write_str("its signature has not 64 bytes"),
            Self::Missing(claim) => write!(f, "`{claim}` is missing"),
            Self::Claim(claim) => write!(f, "`{claim}` has the wrong type or value"),
            Self::Armour => f.write_str("a block's armour is not as RFC 7468 says"),
            Self::Blocks => f.write_str("it does not hold the blocks that belong there"),
            Self::Key => f.write_str("it is not a sound Ed25519 public key"),
        }
    }
}

/// Why a link was refused, with the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is larger than anything of its kind.
    TooLarge {
        /// How large it may be.
        bytes_max: usize,
    },
    /// It is not written as its format says.
    Malformed(Flaw),
    /// It is a signed object of another kind.
    WrongType {
        /// The `typ` that belongs here.
        expected: &'static str,
    },
    /// The key that signed it may not sign it here.
    UnknownKey {
        /// The key it names.
        kid: KeyId,
    },
    /// The signature does not hold. Nothing more is said, so that nothing can be learnt.
    BadSignature,
    /// It is written in a version that this verifier does not know.
    UnsupportedVersion {
        /// The version it names.
        ver: i64,
    },
    /// It is for another product.
    WrongProduct {
        /// The product it is for, or what else of that product.
        audience: Audience,
    },
    /// It names no site.
    Unbound,
    /// It is bound to another site's key.
    WrongSite {
        /// The site it is bound to.
        site: KeyId,
    },
    /// It is for tests only.
    TestLicence,
    /// Its time has not come.
    NotYetValid {
        /// The time at which it was judged.
        now: UnixTime,
        /// When it starts.
        from: UnixTime,
    },
    /// Its time is over.
    Expired {
        /// The time at which it was judged.
        now: UnixTime,
        /// When it ended.
        until: UnixTime,
    },
    /// It was taken back.
    Revoked,
    /// It claims more than what it rests on grants.
    ExceedsLicence {
        /// The claim that does.
        claim: &'static str,
    },
    /// It was made under another licence.
    LicenceChanged {
        /// The licence it was made under.
        licence: LicenceId,
    },
}

impl From<Flaw> for Reason {
    fn from(flaw: Flaw) -> Self {
        Self::Malformed(flaw)
    }
}

/// A refusal: the first thing wrong, looked for from the root downwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which link of the chain.
    pub at: Part,
    /// Why, with the evidence.
    pub reason: Reason,
}

impl Refusal {
    pub(crate) const fn at(at: Part, reason: Reason) -> Self {
        Self { at, reason }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self.reason {
            Reason::TooLarge { .. } => Code::TooLarge,
            Reason::Malformed(_) => Code::Malformed,
            Reason::WrongType { .. } => Code::WrongType,
            Reason::UnknownKey { .. } => Code::UnknownKey,
            Reason::BadSignature => Code::BadSignature,
            Reason::UnsupportedVersion { .. } => Code::UnsupportedVersion,
            Reason::WrongProduct { .. } => Code::WrongProduct,
            Reason::Unbound => Code::Unbound,
            Reason::WrongSite { .. } => Code::WrongSite,
            Reason::TestLicence => Code::TestLicence,
            Reason::NotYetValid { .. } => Code::NotYetValid,
            Reason::Expired { .. } => Code::Expired,
            Reason::Revoked => Code::Revoked,
            Reason::ExceedsLicence { .. } => Code::ExceedsLicence,
            Reason::LicenceChanged { .. } => Code::LicenceChanged,
        }
    }

    /// Writes what a script reads: `at`, `code` and the evidence, each under its name.
    pub fn write_json(&self, refusal: &mut ObjectWriter<'_>) {
        refusal.string("at", self.at.name());
        refusal.string("code", self.code().name());
        self.reason.write_evidence(refusal);
    }
}

impl Reason {
    fn write_evidence(&self, refusal: &mut ObjectWriter<'_>) {
        match self {
            Self::TooLarge { bytes_max } => {
                refusal.integer("bytes_max", i64::try_from(*bytes_max).unwrap_or(i64::MAX));
            }
            Self::Malformed(flaw) => {
                refusal.string("flaw", flaw.name());
                if let Flaw::Missing(claim) | Flaw::Claim(claim) = flaw {
                    refusal.string("claim", claim);
                }
            }
            Self::WrongType { expected } => refusal.string("expected", expected),
            Self::UnknownKey { kid } => refusal.string("kid", kid),
            Self::UnsupportedVersion { ver } => refusal.integer("ver", *ver),
            Self::WrongProduct { audience } => refusal.string("product", audience),
            Self::WrongSite { site } => refusal.string("site", site),
            Self::NotYetValid { now, from } => {
                refusal.integer("now", now.secs());
                refusal.integer("from", from.secs());
            }
            Self::Expired { now, until } => {
                refusal.integer("now", now.secs());
                refusal.integer("until", until.secs());
            }
            Self::ExceedsLicence { claim } => refusal.string("claim", claim),
            Self::LicenceChanged { licence } => refusal.string("licence", licence),
            Self::BadSignature | Self::Unbound | Self::TestLicence | Self::Revoked => {}
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is refused: {}", self.at, self.code().title())?;
        match &self.reason {
            Reason::TooLarge { bytes_max } => write!(f, " (over {bytes_max} bytes)"),
            Reason::Malformed(flaw) => write!(f, " ({flaw})"),
            Reason::WrongType { expected } => write!(f, " (`{expected}` was expected)"),
            Reason::UnknownKey { kid } => write!(f, " (key `{kid}`)"),
            Reason::UnsupportedVersion { ver } => write!(f, " (version {ver})"),
            Reason::WrongProduct { audience } => write!(f, " (`{audience}`)"),
            Reason::WrongSite { site } => write!(f, " (site `{site}`)"),
            Reason::NotYetValid { now, from } => write!(f, " (from {from}; it is {now})"),
            Reason::Expired { now, until } => write!(f, " (until {until}; it is {now})"),
            Reason::ExceedsLicence { claim } => write!(f, " (`{claim}`)"),
            Reason::LicenceChanged { licence } => write!(f, " (licence `{licence}`)"),
            Reason::BadSignature | Reason::Unbound | Reason::TestLicence | Reason::Revoked => {
                Ok(())
            }
        }
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn written(at: Part, reason: Reason) -> String {
        json::object(|refusal| Refusal { at, reason }.write_json(refusal))
    }

    #[test]
    fn a_script_reads_the_place_the_code_and_the_evidence() {
        let (now, until) = (UnixTime::MIN.plus(60), UnixTime::MIN);
        assert_eq!(
            written(Part::Licence, Reason::Expired { now, until }),
            r#"{"at":"licence","code":"expired","now":1577836860,"until":1577836800}"#
        );
        assert_eq!(
            written(Part::Access, Reason::Malformed(Flaw::Missing("jti"))),
            r#"{"at":"access","code":"malformed","flaw":"missing","claim":"jti"}"#
        );
    }

    #[test]
    fn a_bad_signature_carries_nothing_more() {
        assert_eq!(
            written(Part::Issuer, Reason::BadSignature),
            r#"{"at":"issuer","code":"bad_signature"}"#
        );
    }
}
