//! A vendor, two sites and what they signed, the same in every run.

use licence_core::claims::{
    AccessClaims, AdminClaims, Affiliated, BannedKey, Borrow, CheckpointClaims, Claims, Epoch,
    Feature, Features, IssuerClaims, LeaseClaims, LicenceClaims, LogPosition, Nonce, Period,
    RequestClaims, RevocationsClaims, RevokedClaims, SeatCount, Seats, SignInClaims, UsageClaims,
    UsageDay,
};
use licence_core::{
    ChainHead, FeatureName, Institute, LicenceId, OwnerId, PrivateKey, Product, Role, Serial,
    SessionId, SignedDigest, Text, TokenId, UnixTime, UserId, Uuid, Vendor,
};

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// The product that is licensed.
pub const PRODUCT: &str = "lab";

/// Seats of the licence.
pub const SEATS: u32 = 25;

/// When it is, unless a test says otherwise: 2030-03-17T17:46:40Z.
#[must_use]
pub fn now() -> UnixTime {
    UnixTime::from_secs(1_900_000_000).unwrap()
}

/// The private keys of everyone, from fixed seeds.
pub struct World {
    /// The root key in use.
    pub root: PrivateKey,
    /// The second pinned root.
    pub spare: PrivateKey,
    /// The everyday key that `root` delegates to.
    pub issuing: PrivateKey,
    /// The key of the site that the licence names.
    pub site: PrivateKey,
    /// The key of another site of the same vendor.
    pub other_site: PrivateKey,
    /// The key of a device that takes a seat along.
    pub device: PrivateKey,
    /// A key that nobody pinned.
    pub stranger: PrivateKey,
}

impl Default for World {
    fn default() -> Self {
        let key = |seed| PrivateKey::from_seed(&[seed; 32]).unwrap();
        Self {
            root: key(1),
            spare: key(2),
            issuing: key(3),
            site: key(4),
            other_site: key(5),
            stranger: key(6),
            device: key(7),
        }
    }
}

impl World {
    /// A licence for [`SEATS`] seats, bound to `site`, with every claim that there is but `env` and
    /// `revocations_min`; valid from 100 days ago, announced in 200, ended in 265, gone in 279.
    #[must_use]
    pub fn licence(&self) -> LicenceClaims {
        let from = now().plus(-100 * DAY);
        let day = |days| Some(now().plus(days * DAY));
        LicenceClaims {
            iss: vendor(),
            sub: OwnerId(uuid(1)),
            product: product(PRODUCT),
            jti: licence_id(),
            iat: from,
            period: Period::limited(from, day(265).unwrap(), day(200), day(279)).unwrap(),
            serial: serial(),
            revision: 2,
            institute: institute(),
            seats: Seats {
                registered_max: Some(60),
                borrow: Some(Borrow { days_max: 14, seats_max: 3 }),
                ..Seats::new(SeatCount::new(SEATS).unwrap())
            },
            features: features(),
            site: Some(self.site.public().clone()),
            revocations_min: None,
            is_test: false,
        }
    }

    /// That licence in compact form, signed by `root`.
    #[must_use]
    pub fn licence_text(&self) -> String {
        signed(&self.licence(), &self.root)
    }

    /// The issuing key's certificate: a year from 200 days ago, one product, at most 100 seats.
    #[must_use]
    pub fn issuer(&self) -> IssuerClaims {
        let from = now().plus(-200 * DAY);
        IssuerClaims {
            iss: vendor(),
            jti: TokenId(uuid(3)),
            iat: from,
            nbf: from,
            exp: from.plus(365 * DAY),
            key: self.issuing.public().clone(),
            products: Some(vec![product(PRODUCT)]),
            seats_max: SeatCount::new(100),
        }
    }

    /// An access token of a minute ago, good for a quarter of an hour.
    #[must_use]
    pub fn access(&self) -> AccessClaims {
        AccessClaims {
            sign_in: sign_in("app", "editor"),
            product: product(PRODUCT),
            lic: licence_id(),
            features: Features::default(),
            dat: None,
            position: position(),
        }
    }

    /// An administrator's token of a minute ago, good for a quarter of an hour.
    #[must_use]
    pub fn admin(&self) -> AdminClaims {
        let sign_in = sign_in("admin", "admin");
        AdminClaims { sign_in, product: product(PRODUCT), position: position() }
    }

    /// A lease of an hour ago, good for two days.
    #[must_use]
    pub fn lease(&self) -> LeaseClaims {
        let SignInClaims { iss, sub, sid, .. } = sign_in("app", "editor");
        let iat = now().plus(-3600);
        LeaseClaims {
            iss,
            product: product(PRODUCT),
            sub,
            jti: TokenId(uuid(7)),
            sid,
            iat,
            exp: iat.plus(2 * DAY),
            lic: licence_id(),
            key: self.device.public().clone(),
        }
    }

    /// A list of revoked tokens of a minute ago, good for an hour, which takes nothing back.
    #[must_use]
    pub fn revoked(&self) -> RevokedClaims {
        let iat = now().plus(-60);
        RevokedClaims {
            product: product(PRODUCT),
            iat,
            exp: iat.plus(3600),
            epoch: None,
            revoked: Vec::new(),
        }
    }

    /// A checkpoint of yesterday.
    #[must_use]
    pub fn checkpoint(&self) -> CheckpointClaims {
        let iat = now().plus(-DAY);
        CheckpointClaims { product: product(PRODUCT), iat, position: position() }
    }

    /// The site's first usage statement: two days, the second of them without anybody, made today.
    #[must_use]
    pub fn usage(&self) -> UsageClaims {
        let midnight = now().plus(-now().secs().rem_euclid(DAY));
        let busy = UsageDay {
            seats: SEATS,
            peak: 19,
            p95: 17,
            people: 31,
            refused: 2,
            ..UsageDay::default()
        };
        UsageClaims {
            product: product(PRODUCT),
            iat: now().plus(-60),
            from: midnight.plus(-2 * DAY),
            days: vec![busy, UsageDay { accepts: 1, ..UsageDay::default() }],
            start: LogPosition { seq: 7, head: ChainHead::EMPTY.append(b"earlier"), ..position() },
            end: position(),
            previous: None,
        }
    }

    /// A request of yesterday, by `site`.
    #[must_use]
    pub fn request(&self) -> RequestClaims {
        RequestClaims {
            product: product(PRODUCT),
            iat: now().plus(-DAY),
            nonce: Nonce([9; 16]),
            institute: institute(),
            site: self.site.public().clone(),
        }
    }

    /// A revocation list of ten days ago with `seq` 7, which takes nothing back.
    #[must_use]
    pub fn revocations(&self) -> RevocationsClaims {
        RevocationsClaims {
            iss: vendor(),
            iat: now().plus(-10 * DAY),
            seq: 7,
            licences: Vec::new(),
            keys: Vec::new(),
        }
    }
}

/// What a key honestly signs.
#[must_use]
pub fn signed<C: Claims>(claims: &C, key: &PrivateKey) -> String {
    key.sign(claims.signing_input(key.public().id()))
}

/// A ban of a key that keeps these of the texts that it signed.
#[must_use]
pub fn ban(key: &PrivateKey, keep: &[&str]) -> BannedKey {
    let mut keep: Vec<_> =
        keep.iter().map(|text| SignedDigest::of_compact(text.as_bytes())).collect();
    keep.sort_unstable();
    BannedKey { kid: key.public().id(), keep }
}

/// The vendor.
#[must_use]
pub fn vendor() -> Vendor {
    Vendor::parse("Example Software").unwrap()
}

/// A product.
#[must_use]
pub fn product(name: &str) -> Product {
    Product::parse(name).unwrap()
}

/// The licence's `jti`.
#[must_use]
pub fn licence_id() -> LicenceId {
    LicenceId(uuid(2))
}

/// The licence's series.
#[must_use]
pub fn serial() -> Serial {
    Serial::from_random(*b"a fixed serial.")
}

/// A UUID that differs by its number.
#[must_use]
pub const fn uuid(number: u8) -> Uuid {
    Uuid::v7(1_890_000_000_000, [number; 10])
}

fn sign_in(scope: &str, role: &str) -> SignInClaims {
    let iat = now().plus(-60);
    SignInClaims {
        iss: Text::parse("https://licences.example.org").unwrap(),
        sub: UserId(uuid(4)),
        client_id: Text::parse("spa").unwrap(),
        iat,
        exp: iat.plus(900),
        jti: TokenId(uuid(5)),
        sid: SessionId(uuid(6)),
        auth_time: now().plus(-3600),
        scope: Text::parse(scope).unwrap(),
        roles: vec![Role::parse(role).unwrap()],
        ext_id: None,
    }
}

fn position() -> LogPosition {
    LogPosition {
        epoch: Epoch { counter: 1, tag: 0x0011_2233_4455_6677 },
        seq: 42,
        head: ChainHead::EMPTY.append(b"entry"),
    }
}

fn institute() -> Affiliated {
    Affiliated {
        name: Institute::parse("Institute of Examples").unwrap(),
        affiliation: Text::parse("Universität Łódź"),
    }
}

fn features() -> Features {
    let values = [
        ("export", Feature::Bool(true)),
        ("modules", Feature::List(vec!["optics".to_owned(), "lasers".to_owned()])),
        ("projects", Feature::Integer(40)),
        ("tier", Feature::String("gold".to_owned())),
    ];
    values.into_iter().fold(Features::default(), |features, (name, value)| {
        features.with(FeatureName::parse(name).unwrap(), value).unwrap()
    })
}
