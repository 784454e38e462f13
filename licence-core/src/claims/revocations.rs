use super::{
    Claims, Kind, Object, ObjectWriter, Reason, Value, audience, count, list, need, need_audience,
    parsed, time,
};
use crate::id::{KeyId, LicenceId, Serial};
use crate::limits::REVOCATIONS_BYTES_MAX;
use crate::signed_digest::SignedDigest;
use crate::text::Vendor;
use crate::time::UnixTime;

/// `revocations+jwt`: the complete list of what a vendor took back, signed by a root key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationsClaims {
    /// The vendor; `aud` is `revocations:<vendor>`.
    pub iss: Vendor,
    /// When it was signed.
    pub iat: UnixTime,
    /// Rises with each list; the highest wins. From 1.
    pub seq: u32,
    /// Licences that are good no more.
    pub licences: Vec<RevokedLicence>,
    /// Keys whose signatures are good no more.
    pub keys: Vec<BannedKey>,
}

/// What one entry takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokedLicence {
    /// One licence.
    One(LicenceId),
    /// Each revision of a series below one.
    Below(Serial, u32),
}

/// A key that leaked. Whoever has it can date a forgery back and give it the id of a genuine object,
/// so neither date nor id tells the two apart: only the very bytes that the ledger lists stay good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BannedKey {
    /// The key.
    pub kid: KeyId,
    /// What it signed that stays good, in rising order.
    pub keep: Vec<SignedDigest>,
}

/// The shortest entry, a digest in `keep`, has 25 bytes with its quotes and comma, so no list within
/// its size holds more.
const ENTRIES_MAX: usize = REVOCATIONS_BYTES_MAX / 25;

impl RevocationsClaims {
    /// Whether the list takes this revision of a licence back.
    #[must_use]
    pub fn revokes(&self, licence: LicenceId, serial: Serial, revision: u32) -> bool {
        self.licences.iter().any(|entry| match entry {
            RevokedLicence::One(jti) => *jti == licence,
            RevokedLicence::Below(own, below) => *own == serial && revision < *below,
        })
    }

    /// Whether the list takes back what this key signed with that digest.
    #[must_use]
    pub fn bans(&self, kid: KeyId, digest: SignedDigest) -> bool {
        self.keys.iter().any(|key| key.kid == kid && !key.keep.contains(&digest))
    }

    /// Whether the list takes back the other lists that this key signed. None is kept: the complete
    /// list needs no other.
    #[must_use]
    pub fn bans_lists_of(&self, kid: KeyId) -> bool {
        self.keys.iter().any(|key| key.kid == kid)
    }
}

impl RevokedLicence {
    fn read(value: &Value<'_>) -> Option<Self> {
        let entry = value.as_object()?;
        match (entry.value("jti"), entry.value("serial"), entry.value("below")) {
            (Some(jti), None, None) => parsed(LicenceId::parse)(jti).map(Self::One),
            (None, Some(serial), Some(below)) => {
                Some(Self::Below(parsed(Serial::parse)(serial)?, count(below)?))
            }
            _ => None,
        }
    }

    fn write(self, entry: &mut ObjectWriter<'_>) {
        match self {
            Self::One(jti) => entry.string("jti", jti),
            Self::Below(serial, below) => {
                entry.string("serial", serial);
                entry.integer("below", below);
            }
        }
    }
}

impl BannedKey {
    fn read(value: &Value<'_>) -> Option<Self> {
        let entry = value.as_object()?;
        Some(Self {
            kid: parsed(KeyId::parse)(entry.value("kid")?)?,
            keep: list(ENTRIES_MAX, parsed(SignedDigest::parse))(entry.value("keep")?)?,
        })
    }

    fn write(&self, entry: &mut ObjectWriter<'_>) {
        entry.string("kid", self.kid);
        entry.strings("keep", &self.keep);
    }
}

impl Claims for RevocationsClaims {
    const KIND: Kind = Kind::Revocations;

    fn read(claims: &Object<'_>) -> Result<Self, Reason> {
        let iss = need(claims, "iss", parsed(Vendor::parse))?;
        need_audience(claims, &audience("revocations", &iss))?;
        Ok(Self {
            iat: need(claims, "iat", time)?,
            seq: need(claims, "seq", |value| count(value).filter(|seq| *seq > 0))?,
            licences: need(claims, "licences", list(ENTRIES_MAX, RevokedLicence::read))?,
            keys: need(claims, "keys", list(ENTRIES_MAX, BannedKey::read))?,
            iss,
        })
    }

    fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.string("iss", &self.iss);
        claims.string("aud", audience("revocations", &self.iss));
        claims.integer("iat", self.iat.secs());
        claims.integer("seq", self.seq);
        claims.array("licences", |entries| {
            self.licences.iter().for_each(|licence| entries.object(|entry| licence.write(entry)));
        });
        claims.array("keys", |entries| {
            self.keys.iter().for_each(|key| entries.object(|entry| key.write(entry)));
        });
    }
}
