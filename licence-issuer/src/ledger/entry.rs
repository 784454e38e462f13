//! One entry of the log: what was signed, by which key, when.

use licence_cli::Failure;
use licence_core::claims::{IssuerClaims, LicenceClaims};
use licence_core::{KeyId, LicenceId, OwnerId, Serial, TokenId, UnixTime};
use serde::Serialize;

/// The version of what [`Entry::encode`] writes.
const VERSION: u8 = 1;

/// A signature that was made.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The key that made it.
    pub(crate) kid: KeyId,
    /// What it was made over.
    pub(crate) signed: Signed,
    /// The file as it was handed out.
    pub(crate) file: String,
}

/// What was signed.
#[derive(Clone, Debug)]
pub(crate) enum Signed {
    /// A licence.
    Licence(LicenceEntry),
    /// A certificate that lets a key sign licences.
    IssuingKey(IssuingKeyEntry),
}

/// What a vendor looks a licence up by.
#[derive(Clone, Debug)]
pub(crate) struct LicenceEntry {
    pub(crate) id: LicenceId,
    pub(crate) serial: Serial,
    pub(crate) revision: u32,
    pub(crate) owner: OwnerId,
    pub(crate) institute: String,
    pub(crate) iat: UnixTime,
    pub(crate) nbf: UnixTime,
    pub(crate) exp: Option<UnixTime>,
}

/// What a vendor looks a certificate up by.
#[derive(Clone, Debug)]
pub(crate) struct IssuingKeyEntry {
    pub(crate) id: TokenId,
    pub(crate) key: KeyId,
    pub(crate) iat: UnixTime,
    pub(crate) nbf: UnixTime,
    pub(crate) exp: UnixTime,
}

impl From<&LicenceClaims> for Signed {
    fn from(claims: &LicenceClaims) -> Self {
        Self::Licence(LicenceEntry {
            id: claims.jti,
            serial: claims.serial,
            revision: claims.revision,
            owner: claims.sub,
            institute: claims.institute.name.to_string(),
            iat: claims.iat,
            nbf: claims.period.nbf(),
            exp: claims.period.exp(),
        })
    }
}

impl From<&IssuerClaims> for Signed {
    fn from(claims: &IssuerClaims) -> Self {
        Self::IssuingKey(IssuingKeyEntry {
            id: claims.jti,
            key: claims.key.id(),
            iat: claims.iat,
            nbf: claims.nbf,
            exp: claims.exp,
        })
    }
}

impl Entry {
    /// The bytes that are stored and chained: the version, then JSON.
    ///
    /// JSON, because a vendor must be able to read the log when this program is long gone; they are
    /// hashed as they are stored and never written anew.
    pub(super) fn encode(&self) -> Result<Vec<u8>, Failure> {
        let json = serde_json::to_vec(&Stored::from(self)).map_err(|error| {
            Failure::usage(format!("the ledger's entry cannot be written: {error}"))
        })?;
        Ok([&[VERSION], json.as_slice()].concat())
    }
}

/// An entry as version 1 stores it.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Stored<'e> {
    Licence {
        kid: String,
        jti: String,
        serial: String,
        revision: u32,
        owner: String,
        institute: &'e str,
        iat: i64,
        nbf: i64,
        #[serde(skip_serializing_if = "Option::is_none")]
        exp: Option<i64>,
        file: &'e str,
    },
    IssuingKey {
        kid: String,
        jti: String,
        key: String,
        iat: i64,
        nbf: i64,
        exp: i64,
        file: &'e str,
    },
}

impl<'e> From<&'e Entry> for Stored<'e> {
    fn from(entry: &'e Entry) -> Self {
        let (kid, file) = (entry.kid.to_string(), entry.file.as_str());
        match &entry.signed {
            Signed::Licence(licence) => Self::Licence {
                kid,
                jti: licence.id.to_string(),
                serial: licence.serial.to_string(),
                revision: licence.revision,
                owner: licence.owner.to_string(),
                institute: &licence.institute,
                iat: licence.iat.secs(),
                nbf: licence.nbf.secs(),
                exp: licence.exp.map(UnixTime::secs),
                file,
            },
            Signed::IssuingKey(certificate) => Self::IssuingKey {
                kid,
                jti: certificate.id.to_string(),
                key: certificate.key.to_string(),
                iat: certificate.iat.secs(),
                nbf: certificate.nbf.secs(),
                exp: certificate.exp.secs(),
                file,
            },
        }
    }
}
