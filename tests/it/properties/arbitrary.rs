//! Claims of every shape that the formats allow.

use licence_core::claims::{
    AccessClaims, AdminClaims, Affiliated, BannedKey, Borrow, CheckpointClaims, Epoch, Feature,
    Features, IssuerClaims, LeaseClaims, LicenceClaims, LogPosition, Nonce, Period, RequestClaims,
    RevocationsClaims, RevokedClaims, RevokedLicence, RevokedTokens, SeatCount, SeatHolder, Seats,
    SessionData, SignInClaims, TokensOf, UsageClaims, UsageDay,
};
use licence_core::json::{self, Value};
use licence_core::{
    ChainHead, FeatureName, Identifier, Institute, KeyId, LicenceId, OwnerId, PrivateKey, Product,
    Role, Serial, SessionId, SignedDigest, Text, TokenId, UnixTime, UserId, Uuid, Vendor,
};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// What people write, and what they paste.
const CHARACTERS: [char; 14] =
    ['a', 'Z', '0', '"', '\\', '/', ' ', '.', 'ü', 'ß', '東', '\u{301}', '😀', '\u{7e}'];

const IDENTIFIER_CHARACTERS: [char; 7] = ['a', 'Q', '7', '.', '_', '-', 'z'];

/// A source of arbitrary claims, the same for the same seed.
pub(super) struct Arbitrary(StdRng);

impl Arbitrary {
    pub(super) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    pub(super) fn licence(&mut self) -> LicenceClaims {
        LicenceClaims {
            iss: Vendor(self.text()),
            sub: OwnerId(self.uuid()),
            product: Product(self.identifier()),
            jti: LicenceId(self.uuid()),
            iat: self.early(),
            period: self.period(),
            serial: Serial::from_random(self.0.random()),
            revision: self.0.random_range(1..=u32::MAX),
            institute: self.affiliated(),
            seats: self.seats(),
            features: self.features(),
            site: self.maybe(|some| some.key().public().clone()),
            revocations_min: self.maybe(|some| some.0.random()),
            is_test: self.0.random(),
        }
    }

    /// A certificate that covers a licence.
    pub(super) fn issuer(&mut self, key: &PrivateKey, licence: &LicenceClaims) -> IssuerClaims {
        let product = licence.product.clone();
        IssuerClaims {
            iss: licence.iss.clone(),
            jti: TokenId(self.uuid()),
            iat: self.early(),
            nbf: UnixTime::MIN,
            exp: UnixTime::MAX,
            key: key.public().clone(),
            products: self.maybe(|some| vec![product, Product(some.identifier())]),
            seats_max: None,
        }
    }

    pub(super) fn request(&mut self, key: &PrivateKey) -> RequestClaims {
        RequestClaims {
            product: Product(self.identifier()),
            iat: self.early(),
            nonce: Nonce(self.0.random()),
            institute: self.affiliated(),
            site: key.public().clone(),
        }
    }

    pub(super) fn revocations(&mut self) -> RevocationsClaims {
        RevocationsClaims {
            iss: Vendor(self.text()),
            iat: self.early(),
            seq: self.0.random_range(1..=u32::MAX),
            licences: self.some(|some| match some.0.random() {
                true => RevokedLicence::One(LicenceId(some.uuid())),
                false => {
                    RevokedLicence::Below(Serial::from_random(some.0.random()), some.0.random())
                }
            }),
            keys: self.some(|some| BannedKey { kid: some.kid(), keep: some.some(Self::digest) }),
        }
    }

    /// A token that a licence covers, made as it begins.
    pub(super) fn access(&mut self, licence: &LicenceClaims) -> AccessClaims {
        AccessClaims {
            sign_in: self.sign_in(licence.period.nbf()),
            product: licence.product.clone(),
            lic: licence.jti,
            features: match self.0.random() {
                true => licence.features.clone(),
                false => Features::default(),
            },
            dat: self.maybe(Self::session_data),
            position: self.position(),
        }
    }

    /// An administrator's token, made at a time.
    pub(super) fn admin(&mut self, iat: UnixTime) -> AdminClaims {
        AdminClaims {
            sign_in: self.sign_in(iat),
            product: Product(self.identifier()),
            position: self.position(),
        }
    }

    /// A lease of at most a day for the licence, made as it begins.
    pub(super) fn lease(&mut self, licence: &LicenceClaims, device: &PrivateKey) -> LeaseClaims {
        let iat = licence.period.nbf();
        LeaseClaims {
            iss: self.text(),
            product: licence.product.clone(),
            sub: UserId(self.uuid()),
            jti: TokenId(self.uuid()),
            sid: SessionId(self.uuid()),
            iat,
            exp: iat.plus(self.0.random_range(1..=86_400)),
            lic: licence.jti,
            key: device.public().clone(),
        }
    }

    /// A list of revoked tokens for the licence.
    pub(super) fn revoked(&mut self, licence: &LicenceClaims) -> RevokedClaims {
        let iat = self.early();
        RevokedClaims {
            product: licence.product.clone(),
            iat,
            exp: iat.plus(self.0.random_range(1..=86_400)),
            epoch: self.maybe(|some| Epoch {
                counter: some.0.random_range(0..=u32::MAX),
                tag: some.0.random_range(0..=u64::MAX),
            }),
            revoked: self.some(|some| RevokedTokens {
                of: match some.0.random_range(0..4) {
                    0 => TokensOf::Session(SessionId(some.uuid())),
                    1 => TokensOf::Token(TokenId(some.uuid())),
                    2 => TokensOf::User(UserId(some.uuid())),
                    _ => TokensOf::All,
                },
                until: some.early(),
                before: some.maybe(|some| some.0.random_range(0..=u64::MAX >> 1)),
            }),
        }
    }

    /// A checkpoint.
    pub(super) fn checkpoint(&mut self) -> CheckpointClaims {
        CheckpointClaims {
            product: Product(self.identifier()),
            iat: self.early(),
            position: self.position(),
        }
    }

    /// A usage statement of the licence's product.
    pub(super) fn usage(&mut self, licence: &LicenceClaims) -> UsageClaims {
        let mut days = self.some(Self::usage_day);
        days.push(self.usage_day());
        let early = self.early();
        let from = early.plus(86_400 - early.secs() % 86_400);
        let mut claims = UsageClaims {
            product: licence.product.clone(),
            iat: from,
            from,
            days,
            start: self.position(),
            end: self.position(),
            previous: self.maybe(|some| SignedDigest::of(&some.0.random::<[u8; 16]>())),
        };
        claims.iat = claims.until().plus(self.0.random_range(0..86_400));
        claims
    }

    fn usage_day(&mut self) -> UsageDay {
        let mut number = || if self.0.random() { self.0.random() } else { 0 };
        UsageDay {
            seats: number(),
            peak: number(),
            p95: number(),
            people: number(),
            refused: number(),
            resets: number(),
            accepts: number(),
            disputes: number(),
        }
    }

    fn sign_in(&mut self, iat: UnixTime) -> SignInClaims {
        SignInClaims {
            iss: self.text(),
            sub: UserId(self.uuid()),
            client_id: self.text(),
            iat,
            exp: iat.plus(self.0.random_range(1..=3600)),
            jti: TokenId(self.uuid()),
            sid: SessionId(self.uuid()),
            auth_time: self.early(),
            scope: self.text(),
            roles: self.some(|some| Role(some.identifier())),
            ext_id: self.maybe(Self::text),
        }
    }

    fn session_data(&mut self) -> SessionData {
        let (name, text) = (self.text(), self.text());
        let data = json::object(|data| {
            data.value(name.as_str(), &Value::Integer(self.0.random()));
            data.object("below", |below| below.string("text", text));
        });
        SessionData::parse(&data).unwrap()
    }

    fn position(&mut self) -> LogPosition {
        LogPosition {
            epoch: Epoch { counter: self.0.random(), tag: self.0.random() },
            seq: self.0.random_range(0..=u64::MAX >> 1),
            head: ChainHead::from_bytes(self.0.random()),
        }
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.0.random::<bool>().then(|| make(self))
    }

    /// Up to five.
    fn some<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.0.random_range(0..6)).map(|_| make(self)).collect()
    }

    fn digest(&mut self) -> SignedDigest {
        SignedDigest::of(&self.0.random::<[u8; 8]>())
    }

    fn uuid(&mut self) -> Uuid {
        Uuid::from_bytes(self.0.random())
    }

    fn key(&mut self) -> PrivateKey {
        PrivateKey::from_seed(&self.0.random()).unwrap()
    }

    fn kid(&mut self) -> KeyId {
        self.key().public().id()
    }

    /// Before the year 2100.
    fn early(&mut self) -> UnixTime {
        UnixTime::MIN.plus(self.0.random_range(0..2_500_000_000))
    }

    fn period(&mut self) -> Period {
        let nbf = self.early();
        let mut after = |from: UnixTime| from.plus(self.0.random_range(1..40_000_000));
        let warn_at = after(nbf);
        let exp = after(warn_at);
        let grace_until = after(exp);
        match self.0.random_range(0..4) {
            0 => Period::perpetual(nbf),
            1 => Period::limited(nbf, exp, None, None).unwrap(),
            2 => Period::limited(nbf, exp, Some(warn_at), None).unwrap(),
            _ => Period::limited(nbf, exp, Some(warn_at), Some(grace_until)).unwrap(),
        }
    }

    fn seats(&mut self) -> Seats {
        Seats {
            active_max: SeatCount::new(self.0.random_range(1..=1_000_000)).unwrap(),
            registered_max: self.maybe(|some| some.0.random()),
            holder: if self.0.random() { SeatHolder::User } else { SeatHolder::Session },
            overage: self.0.random_range(0..=1_000_000),
            lease_secs: self.0.random_range(300..=86_400),
            idle_secs: self.0.random_range(1..=u32::MAX),
            sessions_max: self.0.random_range(1..=u32::MAX),
            borrow: self.maybe(|some| Borrow { days_max: some.0.random(), seats_max: 1 }),
        }
    }

    fn affiliated(&mut self) -> Affiliated {
        Affiliated { name: Institute(self.text()), affiliation: self.maybe(Self::text) }
    }

    fn features(&mut self) -> Features {
        let mut features = Features::default();
        for _ in 0..self.0.random_range(0..6) {
            let (name, value) = (FeatureName(self.identifier()), self.feature());
            // A name that was drawn before is left out.
            features = features.clone().with(name, value).unwrap_or(features);
        }
        features
    }

    fn feature(&mut self) -> Feature {
        match self.0.random_range(0..4) {
            0 => Feature::Bool(self.0.random()),
            1 => {
                Feature::Integer(self.0.random_range(-Feature::INTEGER_MAX..=Feature::INTEGER_MAX))
            }
            2 => Feature::String(self.words()),
            _ => Feature::List(self.some(Self::words)),
        }
    }

    /// Words as they come, with white space at their ends or empty.
    fn words(&mut self) -> String {
        (0..self.0.random_range(0..20)).map(|_| self.one_of(&CHARACTERS)).collect()
    }

    fn text(&mut self) -> Text {
        Text::parse(self.words().trim()).unwrap_or_else(|| self.text())
    }

    fn identifier(&mut self) -> Identifier {
        let length = self.0.random_range(1..20);
        let name: String = (0..length).map(|_| self.one_of(&IDENTIFIER_CHARACTERS)).collect();
        Identifier::parse(&name).unwrap_or_else(|| self.identifier())
    }

    fn one_of(&mut self, characters: &[char]) -> char {
        *characters.get(self.0.random_range(0..characters.len())).unwrap()
    }
}
