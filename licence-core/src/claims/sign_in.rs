use super::{Flaw, Object, ObjectWriter, life, list, may, need, parsed, time};
use crate::id::{SessionId, TokenId, UserId};
use crate::limits::{ACCESS_LIFE_SECS_MAX, ROLES_MAX};
use crate::text::{Audience, Role, Text};
use crate::time::UnixTime;

/// What every `at+jwt` says, whatever it opens: who, by which sign-in, from when to when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInClaims {
    /// The server that made the token. With `jti` it is the token's identity; its text never is.
    pub iss: Text,
    /// The person.
    pub sub: UserId,
    /// The program that signed in.
    pub client_id: Text,
    /// When the token was made.
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
}

impl SignInClaims {
    /// Whether the token is good for no longer than one may be.
    #[must_use]
    pub const fn is_short_lived(&self) -> bool {
        self.exp.since(self.iat) <= ACCESS_LIFE_SECS_MAX
    }

    pub(super) fn read(claims: &Object<'_>) -> Result<Self, Flaw> {
        let (iat, exp) = life(claims)?;
        // None is written; other libraries heed one, so it must agree with what is judged here.
        may(claims, "nbf", |nbf| time(nbf).filter(|nbf| *nbf <= iat))?;
        Ok(Self {
            iss: need(claims, "iss", parsed(Text::parse))?,
            sub: need(claims, "sub", parsed(UserId::parse))?,
            client_id: need(claims, "client_id", parsed(Text::parse))?,
            iat,
            exp,
            jti: need(claims, "jti", parsed(TokenId::parse))?,
            sid: need(claims, "sid", parsed(SessionId::parse))?,
            auth_time: need(claims, "auth_time", time)?,
            scope: need(claims, "scope", parsed(Text::parse))?,
            roles: need(claims, "roles", list(ROLES_MAX, parsed(Role::parse)))?,
            ext_id: may(claims, "ext_id", parsed(Text::parse))?,
        })
    }

    /// Writes the claims, with what the token opens in its usual place.
    pub(super) fn write(&self, audience: &Audience, claims: &mut ObjectWriter<'_>) {
        claims.text("iss", self.iss.as_str());
        claims.string("aud", audience);
        claims.id("sub", self.sub);
        claims.text("client_id", self.client_id.as_str());
        claims.integer("iat", self.iat.secs());
        claims.integer("exp", self.exp.secs());
        claims.id("jti", self.jti);
        claims.id("sid", self.sid);
        claims.integer("auth_time", self.auth_time.secs());
        claims.text("scope", self.scope.as_str());
        claims.strings("roles", &self.roles);
        if let Some(ext_id) = &self.ext_id {
            claims.text("ext_id", ext_id.as_str());
        }
    }
}
