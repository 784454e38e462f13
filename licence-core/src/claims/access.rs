use core::fmt;

use super::{Claims, Features, Flaw, Kind, Object, ObjectWriter, list, may, need, parsed, time};
use crate::hash_chain::ChainHead;
use crate::id::{LicenceId, SessionId, TokenId, UserId};
use crate::limits::{ACCESS_LIFE_SECS_MAX, ROLES_MAX};
use crate::text::{Product, Role, Text};
use crate::time::UnixTime;

/// `at+jwt`: one person may use the application now (shaped like RFC 9068).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    /// The server that made it. With `jti` it is the token's identity; its text never is.
    pub iss: Text,
    /// The application: `aud`.
    pub product: Product,
    /// The person.
    pub sub: UserId,
    /// The program that signed in.
    pub client_id: Text,
    /// When it was made.
    pub iat: UnixTime,
    /// When it ends.
    pub exp: UnixTime,
    /// This token.
    pub jti: TokenId,
    /// The sign-in that it belongs to.
    pub sid: SessionId,
    /// When the password was checked.
    pub auth_time: UnixTime,
    /// What was asked for.
    pub scope: Text,
    /// What the person may do.
    pub roles: Vec<Role>,
    /// The person's id in an older system.
    pub ext_id: Option<Text>,
    /// The licence that it was made under.
    pub lic: LicenceId,
    /// Features of the licence that the server was told to copy.
    pub features: Features,
    /// Where the server's audit log stood.
    pub position: LogPosition,
}

/// Where an audit log stands: a roll-back or a fork of the store shows in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogPosition {
    /// Which life of the store.
    pub epoch: Epoch,
    /// How many entries.
    pub seq: u64,
    /// The head of their hash chain.
    pub head: ChainHead,
}

/// One life of a store, new when it is made and when a backup is restored: a counter and eight random
/// bytes, written as `1-0011223344556677`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// Rises with each restore, from 1.
    pub counter: u32,
    /// Tells two restores of one backup apart.
    pub tag: u64,
}

impl Epoch {
    /// Reads the canonical text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (counter, tag) = text.split_once('-')?;
        let epoch =
            Self { counter: counter.parse().ok()?, tag: u64::from_str_radix(tag, 16).ok()? };
        // Written again, so that `01-…`, `+1-…` and upper case are no second spelling.
        (epoch.to_string() == text).then_some(epoch)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:016x}", self.counter, self.tag)
    }
}

impl AccessClaims {
    /// How long it is good for.
    #[must_use]
    pub const fn life_secs(&self) -> i64 {
        self.exp.since(self.iat)
    }

    /// Whether it is good for no longer than a token may be.
    #[must_use]
    pub const fn is_short_lived(&self) -> bool {
        self.life_secs() <= ACCESS_LIFE_SECS_MAX
    }
}

impl LogPosition {
    fn read(claims: &Object<'_>) -> Result<Self, Flaw> {
        Ok(Self {
            epoch: need(claims, "epoch", parsed(Epoch::parse))?,
            seq: need(claims, "seq", |value| u64::try_from(value.as_integer()?).ok())?,
            head: need(claims, "head", parsed(ChainHead::parse))?,
        })
    }

    fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.string("epoch", self.epoch);
        claims.integer("seq", i64::try_from(self.seq).unwrap_or(i64::MAX));
        claims.string("head", self.head);
    }
}

impl Claims for AccessClaims {
    const KIND: Kind = Kind::Access;

    fn read(claims: &Object<'_>) -> Result<Self, Flaw> {
        let iat = need(claims, "iat", time)?;
        // None is written; other libraries heed one, so it must agree with what is judged here.
        may(claims, "nbf", |nbf| time(nbf).filter(|nbf| *nbf <= iat))?;
        Ok(Self {
            iss: need(claims, "iss", parsed(Text::parse))?,
            product: need(claims, "aud", parsed(Product::parse))?,
            sub: need(claims, "sub", parsed(UserId::parse))?,
            client_id: need(claims, "client_id", parsed(Text::parse))?,
            iat,
            exp: need(claims, "exp", |exp| time(exp).filter(|exp| *exp > iat))?,
            jti: need(claims, "jti", parsed(TokenId::parse))?,
            sid: need(claims, "sid", parsed(SessionId::parse))?,
            auth_time: need(claims, "auth_time", time)?,
            scope: need(claims, "scope", parsed(Text::parse))?,
            roles: need(claims, "roles", list(ROLES_MAX, parsed(Role::parse)))?,
            ext_id: may(claims, "ext_id", parsed(Text::parse))?,
            lic: need(claims, "lic", parsed(LicenceId::parse))?,
            features: may(claims, "features", Features::read)?.unwrap_or_default(),
            position: LogPosition::read(claims)?,
        })
    }

    fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.string("iss", &self.iss);
        claims.string("aud", &self.product);
        claims.string("sub", self.sub);
        claims.string("client_id", &self.client_id);
        claims.integer("iat", self.iat.secs());
        claims.integer("exp", self.exp.secs());
        claims.string("jti", self.jti);
        claims.string("sid", self.sid);
        claims.integer("auth_time", self.auth_time.secs());
        claims.string("scope", &self.scope);
        claims.strings("roles", &self.roles);
        if let Some(ext_id) = &self.ext_id {
            claims.string("ext_id", ext_id);
        }
        claims.string("lic", self.lic);
        if self.features.iter().len() > 0 {
            self.features.write(claims);
        }
        self.position.write(claims);
    }
}
