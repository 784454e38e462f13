//! Signed objects in the words that every verb uses for them.

use licence_cli::Facts;
use licence_core::Product;
use licence_core::claims::{IssuerClaims, LicenceClaims, SeatCount};

/// What a licence grants, to whom, from when to when.
pub(crate) fn licence(claims: &LicenceClaims) -> Facts {
    Facts::new()
        .with_text("serial", claims.serial)
        .with("revision", claims.revision)
        .with_text("licence", claims.jti)
        .with_text("product", &claims.product)
        .with_text("institute", &claims.institute.name)
        .with("seats", claims.seats.active_max.number())
        .with_some("registered", claims.seats.registered_max)
        .with_text("from", claims.period.nbf())
        .with_some("until", claims.period.exp().map(|exp| exp.to_string()))
        .with_some("site_key", claims.site.as_ref().map(|site| site.id().to_string()))
        .with_some("is_test", claims.is_test.then_some(true))
}

/// What a key may sign, from when to when.
pub(crate) fn certificate(claims: &IssuerClaims) -> Facts {
    let products = claims.products.as_ref();
    let names =
        |products: &Vec<Product>| products.iter().map(Product::to_string).collect::<Vec<_>>();
    Facts::new()
        .with_text("certificate", claims.jti)
        .with_text("issuing_key", claims.key.id())
        .with_some("products", products.map(names))
        .with_some("seats_max", claims.seats_max.map(SeatCount::number))
        .with_text("from", claims.nbf)
        .with_text("until", claims.exp)
}
