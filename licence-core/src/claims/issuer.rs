use super::{
    Claims, Kind, Object, ObjectWriter, PublicKey, Reason, SeatCount, audience, confirmation_key,
    list, may, need, need_audience, parsed, time, write_confirmation_key,
};
use crate::id::TokenId;
use crate::limits::PRODUCTS_MAX;
use crate::text::{Product, Vendor};
use crate::time::UnixTime;

/// `issuer+jwt`: a root key lets another key sign licences, within limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerClaims {
    /// The vendor; `aud` is `issuer:<vendor>`.
    pub iss: Vendor,
    /// This certificate.
    pub jti: TokenId,
    /// When it was signed.
    pub iat: UnixTime,
    /// A licence's `iat` must not be earlier.
    pub nbf: UnixTime,
    /// A licence's `iat` must be earlier.
    pub exp: UnixTime,
    /// The key that may sign licences.
    pub key: PublicKey,
    /// The products it may sign for; `None` for each of the vendor's.
    pub products: Option<Vec<Product>>,
    /// Seats of one licence at most; `None` for as many as the format allows.
    pub seats_max: Option<SeatCount>,
}

impl Claims for IssuerClaims {
    const KIND: Kind = Kind::Issuer;

    fn read(claims: &Object<'_>) -> Result<Self, Reason> {
        let iss = need(claims, "iss", parsed(Vendor::parse))?;
        need_audience(claims, &audience("issuer", &iss))?;
        let nbf = need(claims, "nbf", time)?;
        Ok(Self {
            jti: need(claims, "jti", parsed(TokenId::parse))?,
            iat: need(claims, "iat", time)?,
            nbf,
            exp: need(claims, "exp", |exp| time(exp).filter(|exp| *exp > nbf))?,
            key: need(claims, "cnf", confirmation_key)?,
            products: may(claims, "products", list(PRODUCTS_MAX, parsed(Product::parse)))?,
            seats_max: may(claims, "seats_max", SeatCount::read)?,
            iss,
        })
    }

    fn write(&self, claims: &mut ObjectWriter<'_>) {
        claims.string("iss", &self.iss);
        claims.string("aud", audience("issuer", &self.iss));
        claims.id("jti", self.jti);
        claims.integer("iat", self.iat.secs());
        claims.integer("nbf", self.nbf.secs());
        claims.integer("exp", self.exp.secs());
        write_confirmation_key(claims, &self.key);
        if let Some(products) = &self.products {
            claims.strings("products", products);
        }
        if let Some(seats) = self.seats_max {
            claims.integer("seats_max", seats.number());
        }
    }
}
