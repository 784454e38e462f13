//! Signed objects in the words that every verb uses for them.

use licence_cli::Facts;
use licence_core::claims::{IssuerClaims, LicenceClaims, RevokedLicence, SeatCount};
use licence_core::{Product, Text, UnixTime};
use serde_json::{Map, Value};

use crate::books::Books;
use crate::ledger::{Contact, LicenceEntry, Owner, Recorded, Revocation, Revoked};
use crate::value::DAY_SECS;

/// What a licence grants, to whom, from when to when.
pub(crate) fn licence(claims: &LicenceClaims) -> Facts {
    Facts::new()
        .with_text("serial", claims.serial)
        .with("revision", claims.revision)
        .with_text("licence", claims.jti)
        .with_text("product", &claims.product)
        .with_text("institute", &claims.institute.name)
        .with_text("owner", claims.sub)
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

/// A licence as the ledger knows it: [`COLUMNS`], as far as they have a value.
pub(crate) fn recorded(licence: &Recorded<LicenceEntry>, books: &Books, now: UnixTime) -> Facts {
    let LicenceEntry { signed, order } = &licence.entry;
    let claims = &signed.claims;
    let standing = books.standing(licence, now);
    let (period, text) = (&claims.period, |time: UnixTime| time.to_string());
    let days = period.exp().map(|exp| exp.since(period.nbf()).div_euclid(DAY_SECS));
    Facts::new()
        .with_text("serial", claims.serial)
        .with("revision", claims.revision)
        .with_text("licence", claims.jti)
        .with_text("product", &claims.product)
        .with_text("institute", &claims.institute.name)
        .with_some("affiliation", claims.institute.affiliation.as_ref().map(ToString::to_string))
        .with_text("owner", claims.sub)
        .with("seats", claims.seats.active_max.number())
        .with_some("registered", claims.seats.registered_max)
        .with_text("from", period.nbf())
        .with_some("until", period.exp().map(text))
        .with_some("grace_until", period.grace_until().map(text))
        .with_some("duration_days", days)
        .with("active", standing.is_active())
        .with("state", standing.name())
        .with_text("created", claims.iat)
        .with_some("site_key", claims.site.as_ref().map(|site| site.id().to_string()))
        .with_some("is_test", claims.is_test.then_some(true))
        .with_some("reference", order.as_ref().map(|order| order.reference.to_string()))
        .with_text("signed_by", signed.kid)
        .with("ledger_entry", licence.number)
}

/// The names of what [`recorded`] tells, in its order.
pub(crate) const COLUMNS: [&str; 21] = [
    "serial",
    "revision",
    "licence",
    "product",
    "institute",
    "affiliation",
    "owner",
    "seats",
    "registered",
    "from",
    "until",
    "grace_until",
    "duration_days",
    "active",
    "state",
    "created",
    "site_key",
    "is_test",
    "reference",
    "signed_by",
    "ledger_entry",
];

/// What is noted of an owner.
pub(crate) fn owner(owner: &Owner) -> Facts {
    let Contact { name, surname, email, affiliation, comments, fields } = &owner.contact;
    let text = |text: &Option<Text>| text.as_ref().map(ToString::to_string);
    let fields: Map<String, Value> =
        fields.iter().map(|(name, value)| (name.to_string(), value.to_string().into())).collect();
    Facts::new()
        .with_text("owner", owner.id)
        .with_some("name", text(name))
        .with_some("surname", text(surname))
        .with_some("email", email.as_ref().map(|email| email.as_str().to_owned()))
        .with_some("affiliation", text(affiliation))
        .with_some("comments", comments.as_ref().map(|comments| comments.as_str().to_owned()))
        .with_some("fields", (!fields.is_empty()).then_some(fields))
        .with_text("created", owner.created)
}

/// The names of what [`owner`] tells, in its order.
pub(crate) const OWNER_COLUMNS: [&str; 8] =
    ["owner", "name", "surname", "email", "affiliation", "comments", "fields", "created"];

/// What was taken back, and why.
pub(crate) fn revocation(revocation: &Revocation) -> Facts {
    let facts = match revocation.what {
        Revoked::Licence(RevokedLicence::One(jti)) => Facts::new().with_text("licence", jti),
        Revoked::Licence(RevokedLicence::Below(serial, below)) => {
            Facts::new().with_text("serial", serial).with("revisions_below", below)
        }
        Revoked::Key(kid) => Facts::new().with_text("key", kid),
    };
    facts
        .with_text("decided", revocation.decided)
        .with_text("from", revocation.due)
        .with_some("reason", revocation.reason.as_ref().map(ToString::to_string))
}
