use super::{
    Claims, Features, Kind, Object, ObjectWriter, Period, PublicKey, Reason, Seats, Value,
    confirmation_key_knowing, count, may, need, optional, parsed, time, write_confirmation_key,
};
use crate::id::{LicenceId, OwnerId, Serial};
use crate::text::{Institute, Product, Text, Vendor};
use crate::time::UnixTime;

/// `licence+jwt`: what an institute was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceClaims {
    /// Who grants it.
    pub iss: Vendor,
    /// The owner in the vendor's ledger. Nothing personal: every user sees the licence.
    pub sub: OwnerId,
    /// The application it is for: `aud`.
    pub product: Product,
    /// This licence.
    pub jti: LicenceId,
    /// When it was signed.
    pub iat: UnixTime,
    /// From when to when it holds.
    pub period: Period,
    /// The series of renewals that it belongs to.
    pub serial: Serial,
    /// Its place in the series; a higher one takes over from its `nbf`. From 1.
    pub revision: u32,
    /// Who may use it.
    pub institute: Affiliated,
    /// How many people, and how.
    pub seats: Seats,
    /// What else it grants.
    pub features: Features,
    /// The site's public key: `cnf`. Without it the licence is unbound.
    pub site: Option<PublicKey>,
    /// The `seq` of the oldest revocation list that this licence may be used with.
    pub revocations_min: Option<u32>,
    /// Whether it is for tests only: `env`.
    pub is_test: bool,
}

/// An institute and what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affiliated {
    /// Its name.
    pub name: Institute,
    /// What it belongs to.
    pub affiliation: Option<Text>,
}

impl Affiliated {
    pub(super) fn read(value: &Value<'_>) -> Option<Self> {
        let institute = value.as_object()?;
        Some(Self {
            name: Institute::parse(institute.value("name")?.as_str()?)?,
            affiliation: optional(institute, "affiliation", parsed(Text::parse))?,
        })
    }

    pub(super) fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.object("institute", |institute| {
            institute.string("name", &self.name);
            if let Some(affiliation) = &self.affiliation {
                institute.string("affiliation", affiliation);
            }
        });
    }
}

impl LicenceClaims {
    /// Reads the claims, with the key of the site that reads them where it is one.
    pub(super) fn read_knowing(
        claims: &Object<'_>,
        own: Option<&PublicKey>,
    ) -> Result<Self, Reason> {
        Ok(Self {
            iss: need(claims, "iss", parsed(Vendor::parse))?,
            sub: need(claims, "sub", parsed(OwnerId::parse))?,
            product: need(claims, "aud", parsed(Product::parse))?,
            jti: need(claims, "jti", parsed(LicenceId::parse))?,
            iat: need(claims, "iat", time)?,
            period: Period::read(claims)?,
            serial: need(claims, "serial", parsed(Serial::parse))?,
            revision: need(claims, "revision", |value| count(value).filter(|n| *n > 0))?,
            institute: need(claims, "institute", Affiliated::read)?,
            seats: need(claims, "seats", Seats::read)?,
            features: may(claims, "features", Features::read)?.unwrap_or_default(),
            site: may(claims, "cnf", |cnf| confirmation_key_knowing(cnf, own))?,
            revocations_min: may(claims, "revocations_min", count)?,
            is_test: may(claims, "env", parsed(|env| (env == "test").then_some(())))?.is_some(),
        })
    }
}

impl Claims for LicenceClaims {
    const KIND: Kind = Kind::Licence;

    fn read(claims: &Object<'_>) -> Result<Self, Reason> {
        Self::read_knowing(claims, None)
    }

    fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.string("iss", &self.iss);
        claims.id("sub", self.sub);
        claims.string("aud", &self.product);
        claims.id("jti", self.jti);
        claims.integer("iat", self.iat.secs());
        self.period.write(claims);
        claims.string("serial", self.serial);
        claims.integer("revision", self.revision);
        self.institute.write(claims);
        claims.object("seats", |seats| self.seats.write(seats));
        self.features.write(claims);
        if let Some(site) = &self.site {
            write_confirmation_key(claims, site);
        }
        if let Some(seq) = self.revocations_min {
            claims.integer("revocations_min", seq);
        }
        if self.is_test {
            claims.string("env", "test");
        }
    }
}
