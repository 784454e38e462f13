//! An issuing key keeps to its window, its products and its seats; and what its certificate says.

use licence_core::Code::{
    ExceedsLicence, Expired, Malformed, NotYetValid, UnknownKey, UnsupportedVersion, WrongProduct,
};
use licence_core::armour::{self, Label};
use licence_core::claims::{IssuerClaims, LicenceClaims, Period, SeatCount, Seats};
use licence_core::{Code, LicenceState, Part, Vendor};

use super::Vector;
use super::case::Case;
use crate::forge::Forge;
use crate::world::{DAY, World, now, product, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    [window(w), products(w), seats(w), vendor(w), certificate(w)].concat()
}

fn case(w: &World, name: &str, licence: &LicenceClaims, certificate: &str) -> Case {
    let licence = signed(licence, &w.issuing);
    let blocks = [(Label::Licence, licence.as_bytes()), (Label::IssuerKey, certificate.as_bytes())];
    Case::licence(w, name, armour::write(&blocks))
}

/// The window is judged at the licence's `iat`, so a licence outlives the key that signed it.
fn window(w: &World) -> Vec<Vector> {
    let issuer = w.issuer();
    let signed_at = |name, iat| {
        let licence = LicenceClaims { iat, ..w.licence() };
        case(w, name, &licence, &signed(&issuer, &w.root)).at(now().plus(200 * DAY - 1))
    };
    let perpetual =
        LicenceClaims { period: Period::perpetual(w.licence().period.nbf()), ..w.licence() };
    vec![
        signed_at("signed-as-the-window-opens", issuer.nbf).granted(LicenceState::Valid),
        signed_at("signed-a-second-before-the-window", issuer.nbf.plus(-1))
            .refused(Part::Issuer, NotYetValid),
        signed_at("signed-in-the-last-second-of-the-window", issuer.exp.plus(-1))
            .granted(LicenceState::Valid),
        signed_at("signed-as-the-window-closes", issuer.exp).refused(Part::Issuer, Expired),
        case(w, "used-long-after-the-window", &perpetual, &signed(&issuer, &w.root))
            .at(now().plus(9_000 * DAY))
            .granted(LicenceState::Valid),
    ]
}

fn products(w: &World) -> Vec<Vector> {
    let only = |name: &str, products: Option<&[&str]>| {
        let products = products.map(|names| names.iter().map(|name| product(name)).collect());
        case(w, name, &w.licence(), &signed(&IssuerClaims { products, ..w.issuer() }, &w.root))
    };
    vec![
        only("every-product", None).granted(LicenceState::Valid),
        only("several-products", Some(&["mill", "lab"])).granted(LicenceState::Valid),
        only("other-products", Some(&["mill", "Lab"])).refused(Part::Issuer, WrongProduct),
        only("no-product", Some(&[])).refused(Part::Issuer, WrongProduct),
        // The issuing key is nearer to the root than the wish for another product.
        only("other-products-and-another-wished-for", Some(&["mill"]))
            .product(Some("yard"))
            .refused(Part::Issuer, WrongProduct),
    ]
}

fn seats(w: &World) -> Vec<Vector> {
    let count = |number| SeatCount::new(number).unwrap();
    let granting = |name, active_max, overage, seats_max| {
        let seats = Seats { overage, ..Seats::new(count(active_max)) };
        let certificate = IssuerClaims { seats_max, ..w.issuer() };
        case(w, name, &LicenceClaims { seats, ..w.licence() }, &signed(&certificate, &w.root))
    };
    let at_most = SeatCount::new(100);
    vec![
        granting("as-many-seats-as-allowed", 100, 0, at_most)
            .granted_seats(LicenceState::Valid, 100),
        granting("one-seat-too-many", 101, 0, at_most).refused(Part::Issuer, ExceedsLicence),
        granting("overage-up-to-the-limit", 90, 10, at_most).granted_seats(LicenceState::Valid, 90),
        granting("overage-beyond-the-limit", 90, 11, at_most).refused(Part::Issuer, ExceedsLicence),
        granting("any-number-of-seats", 1_000_000, 1_000_000, None)
            .granted_seats(LicenceState::Valid, 1_000_000),
    ]
}

fn vendor(w: &World) -> Vec<Vector> {
    let other = LicenceClaims { iss: Vendor::parse("Example software").unwrap(), ..w.licence() };
    vec![
        case(w, "licence-of-another-vendor", &other, &signed(&w.issuer(), &w.root))
            .refused(Part::Issuer, UnknownKey),
    ]
}

fn certificate(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.issuer(), &w.root);
    let issued = |name: &str, certificate: &Forge<'_>, code: Code| {
        case(w, name, &w.licence(), &certificate.compact()).refused(Part::Issuer, code)
    };
    let mut vectors: Vec<_> = ["ver", "iss", "aud", "jti", "iat", "nbf", "exp", "cnf"]
        .map(|claim| {
            let without = genuine.clone().claims(|c| c.without(claim));
            issued(&format!("{claim}-missing"), &without, Malformed)
        })
        .into();
    for (name, claim, value, code) in [
        ("aud-of-another-vendor", "aud", r#""issuer:Someone""#, Malformed),
        ("aud-of-another-kind", "aud", r#""revocations:Example Software""#, Malformed),
        ("aud-array", "aud", r#"["issuer:Example Software"]"#, Malformed),
        ("exp-at-nbf", "exp", "1882720000", Malformed),
        ("exp-float", "exp", "1914256000.0", Malformed),
        ("products-string", "products", r#""lab""#, Malformed),
        ("products-null", "products", "null", Malformed),
        ("products-with-a-wild-card", "products", r#"["*"]"#, Malformed),
        ("seats-zero", "seats_max", "0", Malformed),
        ("seats-null", "seats_max", "null", Malformed),
        ("key-of-small-order", "cnf", &small_order_key(), Malformed),
        ("version-2", "ver", "2", UnsupportedVersion),
    ] {
        vectors.push(issued(name, &genuine.clone().claims(|c| c.set(claim, value)), code));
    }
    let twice = genuine.claims(|c| c.add("seats_max", "1000000"));
    vectors.push(issued("seats-twice", &twice, Malformed));
    vectors
}

fn small_order_key() -> String {
    format!(r#"{{"jwk":{{"kty":"OKP","crv":"Ed25519","x":"{}"}}}}"#, "A".repeat(43))
}
