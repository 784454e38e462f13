use super::{
    AccessClaims, Claims, Epoch, Kind, Object, ObjectWriter, Reason, Value, audience, life, list,
    may, need, optional, parsed, product_of, time,
};
use crate::id::{SessionId, TokenId, UserId};
use crate::limits::REVOKED_ENTRIES_MAX;
use crate::text::Product;
use crate::time::UnixTime;

/// `revoked+jwt`: which of a site's access tokens are good no more, for services that verify them
/// without asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedClaims {
    /// The application: `aud` is `revoked:<product>`.
    pub product: Product,
    /// When it was signed. Of two lists the later counts.
    pub iat: UnixTime,
    /// From when on it is too old to be relied on.
    pub exp: UnixTime,
    /// The life of the site's store that it tells of. A token of another life, made no later than the list,
    /// is good no more: a backup was put back since.
    pub epoch: Option<Epoch>,
    /// Every token that could otherwise still be good.
    pub revoked: Vec<RevokedTokens>,
}

/// One entry: tokens of one sign-in, one token, one person's, or all of the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokedTokens {
    /// Whose.
    pub of: TokensOf,
    /// Until when the entry counts: none of them can be good from then on.
    pub until: UnixTime,
    /// Only those that were made before this place in the site's audit log, which each of them carries
    /// as `seq`; `None` for all. A place is finer than a time, and no clock moves it.
    pub before: Option<u64>,
}

/// What tokens have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokensOf {
    /// Their sign-in: `sid`.
    Session(SessionId),
    /// There is one of them: `jti`.
    Token(TokenId),
    /// Their person: `sub`.
    User(UserId),
    /// Their site: `all` is `true`.
    All,
}

impl RevokedClaims {
    /// Whether the list takes a token back. Every entry is looked at: so many as there may be cost
    /// less than the token's signature.
    #[must_use]
    pub fn revokes(&self, token: &AccessClaims, now: UnixTime) -> bool {
        let is_listed =
            self.revoked.iter().any(|entry| entry.names(token) && !now.is_expired(entry.until));
        is_listed || self.is_of_another_life(token)
    }

    /// A token that is newer than the list may be of a life that the list does not know of yet.
    fn is_of_another_life(&self, token: &AccessClaims) -> bool {
        let is_other = self.epoch.is_some_and(|epoch| epoch != token.position.epoch);
        is_other && token.sign_in.iat <= self.iat
    }
}

impl RevokedTokens {
    fn names(&self, token: &AccessClaims) -> bool {
        let is_of = match self.of {
            TokensOf::Session(sid) => sid == token.sign_in.sid,
            TokensOf::Token(jti) => jti == token.sign_in.jti,
            TokensOf::User(sub) => sub == token.sign_in.sub,
            TokensOf::All => true,
        };
        is_of && self.before.is_none_or(|before| token.position.seq < before)
    }

    fn read(value: &Value<'_>) -> Option<Self> {
        let entry = value.as_object()?;
        let of = match ["sid", "jti", "sub", "all"].map(|name| entry.value(name)) {
            [Some(sid), None, None, None] => TokensOf::Session(parsed(SessionId::parse)(sid)?),
            [None, Some(jti), None, None] => TokensOf::Token(parsed(TokenId::parse)(jti)?),
            [None, None, Some(sub), None] => TokensOf::User(parsed(UserId::parse)(sub)?),
            [None, None, None, Some(Value::Bool(true))] => TokensOf::All,
            _ => return None,
        };
        Some(Self {
            of,
            until: time(entry.value("until")?)?,
            before: optional(entry, "before", |place| u64::try_from(place.as_integer()?).ok())?,
        })
    }

    fn write(&self, entry: &mut ObjectWriter<'_>) {
        match self.of {
            TokensOf::Session(sid) => entry.string("sid", sid),
            TokensOf::Token(jti) => entry.string("jti", jti),
            TokensOf::User(sub) => entry.string("sub", sub),
            TokensOf::All => entry.boolean("all", true),
        }
        entry.integer("until", self.until.secs());
        if let Some(before) = self.before {
            entry.integer("before", i64::try_from(before).unwrap_or(i64::MAX));
        }
    }
}

impl Claims for RevokedClaims {
    const KIND: Kind = Kind::Revoked;

    fn read(claims: &Object<'_>) -> Result<Self, Reason> {
        let (iat, exp) = life(claims)?;
        Ok(Self {
            product: product_of("revoked", claims)?,
            iat,
            exp,
            epoch: may(claims, "epoch", parsed(Epoch::parse))?,
            revoked: need(claims, "revoked", list(REVOKED_ENTRIES_MAX, RevokedTokens::read))?,
        })
    }

    fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.string("aud", audience("revoked", &self.product));
        claims.integer("iat", self.iat.secs());
        claims.integer("exp", self.exp.secs());
        if let Some(epoch) = self.epoch {
            claims.string("epoch", epoch);
        }
        claims.array("revoked", |entries| {
            self.revoked.iter().for_each(|tokens| entries.object(|entry| tokens.write(entry)));
        });
    }
}
