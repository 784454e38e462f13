use core::fmt;

use super::{
    Affiliated, Claims, Kind, Object, ObjectWriter, PublicKey, Reason, audience, confirmation_key,
    need, parsed, product_of, time, write_confirmation_key,
};
use crate::base64url;
use crate::text::Product;
use crate::time::UnixTime;

/// `request+jwt`: a site asks for a licence that is bound to its key, and signs with that key, so
/// that nobody can ask for a licence bound to a key they do not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestClaims {
    /// The application: `aud` is `request:<product>`.
    pub product: Product,
    /// When it was signed.
    pub iat: UnixTime,
    /// What tells two requests of one site apart.
    pub nonce: Nonce,
    /// Who asks.
    pub institute: Affiliated,
    /// The site's public key: `cnf`.
    pub site: PublicKey,
}

/// Sixteen random bytes, written as 22 characters of base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nonce(pub [u8; 16]);

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(&self.0))
    }
}

impl Claims for RequestClaims {
    const KIND: Kind = Kind::Request;

    fn read(claims: &Object<'_>) -> Result<Self, Reason> {
        Ok(Self {
            product: product_of("request", claims)?,
            iat: need(claims, "iat", time)?,
            nonce: need(claims, "nonce", parsed(base64url::decode_array)).map(Nonce)?,
            institute: need(claims, "institute", Affiliated::read)?,
            site: need(claims, "cnf", confirmation_key)?,
        })
    }

    fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.string("aud", audience("request", &self.product));
        claims.integer("iat", self.iat.secs());
        claims.string("nonce", self.nonce);
        self.institute.write(claims);
        write_confirmation_key(claims, &self.site);
    }
}
