//! What a vector asks, in the core's own types.

use licence_core::{
    Policy, Product, PublicKey, Refusal, Roots, SignedRevocations, TestLicences, UnboundLicences,
    UnixTime,
};

use crate::vectors::{Jwk, Vector};

/// What the licence must be for.
///
/// # Errors
/// Where the revocation list that the verifier holds is refused.
pub fn policy(vector: &Vector, roots: &Roots) -> Result<Policy, Refusal> {
    let asked = &vector.policy;
    let held = asked.revocations.as_ref();
    let held = held.map(|list| SignedRevocations::parse(&list.bytes(), roots));
    Ok(Policy {
        product: asked.product.as_deref().map(product_called),
        site: asked.site.as_ref().map(public_key),
        unbound: match asked.allow_unbound {
            true => UnboundLicences::Allowed,
            false => UnboundLicences::Refused,
        },
        test: match asked.allow_test {
            true => TestLicences::Allowed,
            false => TestLicences::Refused,
        },
        revocations: held.transpose()?,
    })
}

/// The pinned roots.
#[must_use]
pub fn roots(vector: &Vector) -> Roots {
    Roots::new(vector.roots.iter().map(public_key).collect()).unwrap()
}

/// Whose it must be, where no licence says so.
#[must_use]
pub fn site(vector: &Vector) -> PublicKey {
    public_key(vector.policy.site.as_ref().expect("the site is known"))
}

/// What it must be for, where no licence says so.
#[must_use]
pub fn product(vector: &Vector) -> Product {
    product_called(vector.policy.product.as_deref().expect("the product is known"))
}

fn product_called(name: &str) -> Product {
    Product::parse(name).unwrap()
}

/// When it is.
#[must_use]
pub fn now(vector: &Vector) -> UnixTime {
    UnixTime::from_secs(vector.now).unwrap()
}

fn public_key(jwk: &Jwk) -> PublicKey {
    PublicKey::parse(serde_json::to_string(jwk).unwrap().as_bytes()).unwrap()
}
