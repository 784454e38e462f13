//! Entries as version 1 stores them, written and read.
//!
//! What a signed file says stands beside it once more, for people who read the log without this
//! program. It is never read: the file is what was signed.

use std::borrow::Cow;

use licence_cli::Failure;
use licence_core::armour::Label;
use licence_core::claims::RevokedLicence;
use licence_core::{KeyId, LicenceId, Serial, Text, UnixTime, base64url};
use serde::{Deserialize, Serialize};

use super::entry::{Entry, LicenceEntry, OrderMark, Revocation, Revoked, RowDigest, SignedFile};

/// The version of what is written here.
const VERSION: u8 = 1;

#[derive(Deserialize, Serialize)]
struct Versioned<E> {
    version: u8,
    #[serde(flatten)]
    entry: E,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Written<'e> {
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
        #[serde(skip_serializing_if = "Option::is_none")]
        reference: Option<&'e str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        row: Option<String>,
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
    Revocations {
        kid: String,
        seq: u32,
        iat: i64,
        file: &'e str,
    },
    Revocation(Decision<'e>),
}

/// What is read back; other members are the summary.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Read<'e> {
    Licence { kid: String, reference: Option<String>, row: Option<String>, file: String },
    IssuingKey { kid: String, file: String },
    Revocations { kid: String, file: String },
    Revocation(#[serde(borrow)] Decision<'e>),
}

#[derive(Deserialize, Serialize)]
struct Decision<'e> {
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    decided: i64,
    due: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Cow<'e, str>>,
}

pub(super) fn write(entry: &Entry) -> Result<Vec<u8>, Failure> {
    let versioned = Versioned { version: VERSION, entry: Written::from(entry) };
    serde_json::to_vec(&versioned)
        .map_err(|error| Failure::usage(format!("the ledger's entry cannot be written: {error}")))
}

pub(super) fn read(bytes: &[u8]) -> Option<Entry> {
    let Versioned { version, entry } = serde_json::from_slice::<Versioned<Read<'_>>>(bytes).ok()?;
    if version != VERSION {
        return None;
    }
    match entry {
        Read::Licence { kid, reference, row, file } => Some(Entry::Licence(LicenceEntry {
            signed: signed(&kid, file, Label::Licence)?,
            order: match reference {
                Some(reference) => Some(order(&reference, row.as_deref())?),
                None => None,
            },
        })),
        Read::IssuingKey { kid, file } => {
            signed(&kid, file, Label::IssuerKey).map(Entry::IssuingKey)
        }
        Read::Revocations { kid, file } => {
            signed(&kid, file, Label::Revocations).map(Entry::Revocations)
        }
        Read::Revocation(decision) => decision.read().map(Entry::Revocation),
    }
}

fn signed<C: licence_core::claims::Claims>(
    kid: &str,
    file: String,
    label: Label,
) -> Option<SignedFile<C>> {
    SignedFile::recorded(KeyId::parse(kid)?, file, label)
}

fn order(reference: &str, row: Option<&str>) -> Option<OrderMark> {
    let row = match row {
        Some(row) => Some(RowDigest(base64url::decode_array(row)?)),
        None => None,
    };
    Some(OrderMark { reference: Text::parse(reference)?, row })
}

impl<'e> From<&'e Entry> for Written<'e> {
    fn from(entry: &'e Entry) -> Self {
        match entry {
            Entry::Licence(LicenceEntry {
                signed: SignedFile { kid, claims, file, .. },
                order,
            }) => {
                let row = order.as_ref().and_then(|order| order.row);
                Self::Licence {
                    kid: kid.to_string(),
                    jti: claims.jti.to_string(),
                    serial: claims.serial.to_string(),
                    revision: claims.revision,
                    owner: claims.sub.to_string(),
                    institute: claims.institute.name.as_str(),
                    iat: claims.iat.secs(),
                    nbf: claims.period.nbf().secs(),
                    exp: claims.period.exp().map(UnixTime::secs),
                    reference: order.as_ref().map(|order| order.reference.as_str()),
                    row: row.map(|row| base64url::encode(&row.0)),
                    file,
                }
            }
            Entry::IssuingKey(SignedFile { kid, claims, file, .. }) => Self::IssuingKey {
                kid: kid.to_string(),
                jti: claims.jti.to_string(),
                key: claims.key.id().to_string(),
                iat: claims.iat.secs(),
                nbf: claims.nbf.secs(),
                exp: claims.exp.secs(),
                file,
            },
            Entry::Revocations(SignedFile { kid, claims, file, .. }) => Self::Revocations {
                kid: kid.to_string(),
                seq: claims.seq,
                iat: claims.iat.secs(),
                file,
            },
            Entry::Revocation(revocation) => Self::Revocation(Decision::from(revocation)),
        }
    }
}

impl<'e> From<&'e Revocation> for Decision<'e> {
    fn from(revocation: &'e Revocation) -> Self {
        let Revocation { what, decided, due, reason } = revocation;
        let (jti, serial, below, key) = match what {
            Revoked::Licence(RevokedLicence::One(jti)) => (Some(jti.to_string()), None, None, None),
            Revoked::Licence(RevokedLicence::Below(serial, below)) => {
                (None, Some(serial.to_string()), Some(*below), None)
            }
            Revoked::Key(kid) => (None, None, None, Some(kid.to_string())),
        };
        let reason = reason.as_ref().map(|reason| Cow::Borrowed(reason.as_str()));
        Self { jti, serial, below, key, decided: decided.secs(), due: due.secs(), reason }
    }
}

impl Decision<'_> {
    fn read(&self) -> Option<Revocation> {
        let what = match (&self.jti, &self.serial, self.below, &self.key) {
            (Some(jti), None, None, None) => {
                Revoked::Licence(RevokedLicence::One(LicenceId::parse(jti)?))
            }
            (None, Some(serial), Some(below), None) => {
                Revoked::Licence(RevokedLicence::Below(Serial::parse(serial)?, below))
            }
            (None, None, None, Some(kid)) => Revoked::Key(KeyId::parse(kid)?),
            _ => return None,
        };
        let reason = match &self.reason {
            Some(reason) => Some(Text::parse(reason)?),
            None => None,
        };
        Some(Revocation {
            what,
            decided: UnixTime::from_secs(self.decided)?,
            due: UnixTime::from_secs(self.due)?,
            reason,
        })
    }
}
