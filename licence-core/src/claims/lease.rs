use super::{
    Claims, Kind, Object, ObjectWriter, PublicKey, Reason, audience, confirmation_key, life, need,
    parsed, product_of, write_confirmation_key,
};
use crate::id::{LicenceId, SessionId, TokenId, UserId};
use crate::text::{Product, Text};
use crate::time::UnixTime;

/// `lease+jwt`: one person takes a seat along for days, on one device, without the server.
///
/// It is worth something only beside the private half of the key in it, which was made on that device
/// and never left it. What the seat opens, the licence says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseClaims {
    /// The server that lent the seat.
    pub iss: Text,
    /// The application: `aud` is `lease:<product>`.
    pub product: Product,
    /// The person.
    pub sub: UserId,
    /// This lease.
    pub jti: TokenId,
    /// The sign-in that took it.
    pub sid: SessionId,
    /// When it was made.
    pub iat: UnixTime,
    /// When it ends.
    pub exp: UnixTime,
    /// The licence that it was made under.
    pub lic: LicenceId,
    /// The public half of the device's key: `cnf`.
    pub key: PublicKey,
}

impl Claims for LeaseClaims {
    const KIND: Kind = Kind::Lease;

    fn read(claims: &Object<'_>) -> Result<Self, Reason> {
        let (iat, exp) = life(claims)?;
        Ok(Self {
            iss: need(claims, "iss", parsed(Text::parse))?,
            product: product_of("lease", claims)?,
            sub: need(claims, "sub", parsed(UserId::parse))?,
            jti: need(claims, "jti", parsed(TokenId::parse))?,
            sid: need(claims, "sid", parsed(SessionId::parse))?,
            iat,
            exp,
            lic: need(claims, "lic", parsed(LicenceId::parse))?,
            key: need(claims, "cnf", confirmation_key)?,
        })
    }

    fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.string("iss", &self.iss);
        claims.string("aud", audience("lease", &self.product));
        claims.id("sub", self.sub);
        claims.id("jti", self.jti);
        claims.id("sid", self.sid);
        claims.integer("iat", self.iat.secs());
        claims.integer("exp", self.exp.secs());
        claims.id("lic", self.lic);
        write_confirmation_key(claims, &self.key);
    }
}
