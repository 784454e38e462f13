//! Every limit of the format, at it and one over.

use licence_core::Code::{Malformed, TooLarge};
use licence_core::armour::{self, Label};
use licence_core::claims::{Claims, IssuerClaims, LicenceClaims};
use licence_core::limits::{
    ACCESS_BYTES_MAX, FEATURE_ITEMS_MAX, FEATURES_MAX, FILE_BYTES_MAX, HEADER_BYTES_MAX,
    IDENTIFIER_CHARS_MAX, JSON_MEMBERS_MAX, KEY_FILE_BYTES_MAX, OBJECT_BYTES_MAX, PRODUCTS_MAX,
    REVOCATIONS_BYTES_MAX, ROLES_MAX, TEXT_CHARS_MAX,
};
use licence_core::{LicenceState, Part};

use super::case::Case;
use super::{Facts, Vector};
use crate::forge::{Forge, padded_to};
use crate::world::{PRODUCT, World, product, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    [objects(w), files(w), json(w), counts(w), names(w)].concat()
}

fn objects(w: &World) -> Vec<Vector> {
    let licence = Forge::new(&w.licence(), &w.root);
    let token = Forge::new(&w.access(), &w.site);
    let list = Forge::new(&w.revocations(), &w.root);
    let request = Forge::new(&w.request(), &w.site);
    let licence = |over| padded_to(&licence, OBJECT_BYTES_MAX + over);
    let token = |over| padded_to(&token, ACCESS_BYTES_MAX + over);
    let list = |over| padded_to(&list, REVOCATIONS_BYTES_MAX + over);
    let request = |over| padded_to(&request, OBJECT_BYTES_MAX + over);
    let armoured = |text: String| armour::write(&[(Label::Licence, text.as_bytes())]);
    vec![
        Case::licence(w, "largest-licence", licence(0)).granted(LicenceState::Valid),
        Case::licence(w, "licence-too-large", licence(1)).refused(Part::Licence, TooLarge),
        Case::licence(w, "largest-licence-armoured", armoured(licence(0)))
            .granted(LicenceState::Valid),
        Case::licence(w, "licence-too-large-armoured", armoured(licence(1)))
            .refused(Part::Licence, TooLarge),
        Case::access(w, "largest-token", token(0)).ok(Facts::access(&w.access().sign_in)),
        Case::access(w, "token-too-large", token(1)).refused(Part::Access, TooLarge),
        Case::revocations(w, "largest-list", list(0)).ok(Facts::revocations(7)),
        Case::revocations(w, "list-too-large", list(1)).refused(Part::Revocations, TooLarge),
        Case::request(w, "largest-request", request(0)).ok(Facts::request(&w.request())),
        Case::request(w, "request-too-large", request(1)).refused(Part::Request, TooLarge),
        issuer(w, "largest-certificate", 0).granted(LicenceState::Valid),
        issuer(w, "certificate-too-large", 1).refused(Part::Issuer, TooLarge),
    ]
}

fn issuer(w: &World, name: &str, over: usize) -> Case {
    let certificate = padded_to(&Forge::new(&w.issuer(), &w.root), OBJECT_BYTES_MAX + over);
    below(w, name, &certificate)
}

fn below(w: &World, name: &str, certificate: &str) -> Case {
    let licence = signed(&w.licence(), &w.issuing);
    let blocks = [(Label::Licence, licence.as_bytes()), (Label::IssuerKey, certificate.as_bytes())];
    Case::licence(w, name, armour::write(&blocks))
}

/// Blank lines around a block are tolerated, up to the size of a file.
fn files(w: &World) -> Vec<Vector> {
    let filled = |text: String, bytes: usize| {
        let blank = "\n".repeat(bytes - text.len());
        text + &blank
    };
    let armoured = |label, text: String| armour::write(&[(label, text.as_bytes())]);
    let licence = |over| filled(armoured(Label::Licence, w.licence_text()), FILE_BYTES_MAX + over);
    let list = signed(&w.revocations(), &w.root);
    let list = |over| filled(armoured(Label::Revocations, list.clone()), FILE_BYTES_MAX + over);
    let request = signed(&w.request(), &w.site);
    let request = |over| filled(armoured(Label::Request, request.clone()), FILE_BYTES_MAX + over);
    let key = |over| filled(w.root.public().to_pem(), KEY_FILE_BYTES_MAX + over);
    let zeros = "A".repeat(FILE_BYTES_MAX + 1);
    vec![
        Case::licence(w, "largest-file", licence(0)).granted(LicenceState::Valid),
        Case::licence(w, "file-too-large", licence(1)).refused(Part::File, TooLarge),
        Case::licence(w, "no-armour-and-too-large", zeros.as_str()).refused(Part::File, TooLarge),
        Case::revocations(w, "largest-list-file", list(0)).ok(Facts::revocations(7)),
        Case::revocations(w, "list-file-too-large", list(1)).refused(Part::File, TooLarge),
        Case::revocations(w, "no-armour-and-too-large-for-a-list", zeros.as_str())
            .refused(Part::File, TooLarge),
        Case::request(w, "largest-request-file", request(0)).ok(Facts::request(&w.request())),
        Case::request(w, "request-file-too-large", request(1)).refused(Part::File, TooLarge),
        Case::key(w, "largest-key-file", key(0)).ok(Facts::key(w.root.public().id())),
        Case::key(w, "key-file-too-large", key(1)).refused(Part::Key, TooLarge),
    ]
}

fn json(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.licence(), &w.root);
    let header = |bytes: usize| genuine.clone().header_text(|h| format!("{h:<bytes$}")).compact();
    let members = |count: usize| {
        let have = licence_core::json::parse(w.licence().to_json().as_bytes())
            .ok()
            .and_then(|value| value.as_object().map(|object| object.members().len()))
            .unwrap();
        let add = (have..count).fold(genuine.clone(), |forge, number| {
            forge.claims(|c| c.add(&format!("x{number}"), "0"))
        });
        add.compact()
    };
    let nested = |depth: usize| {
        let value = format!("{}{}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        genuine.clone().claims(|c| c.add("x", &value)).compact()
    };
    at_and_over(
        w,
        [
            ("header", header(HEADER_BYTES_MAX), header(HEADER_BYTES_MAX + 1)),
            ("members", members(JSON_MEMBERS_MAX), members(JSON_MEMBERS_MAX + 1)),
            ("depth", nested(16), nested(17)),
        ],
    )
}

/// A licence at a limit, which is granted, and one over it, which is not.
fn at_and_over<const N: usize>(w: &World, pairs: [(&str, String, String); N]) -> Vec<Vector> {
    pairs
        .into_iter()
        .flat_map(|(name, at, over)| {
            [
                Case::licence(w, &format!("{name}-at-the-limit"), at).granted(LicenceState::Valid),
                Case::licence(w, &format!("{name}-over-the-limit"), over)
                    .refused(Part::Licence, Malformed),
            ]
        })
        .collect()
}

fn counts(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.licence(), &w.root);
    let token = Forge::new(&w.access(), &w.site);
    let quoted = |count: usize| {
        let items: Vec<_> = (0..count).map(|number| format!("\"p{number}\"")).collect();
        format!("[{}]", items.join(","))
    };
    let features = |count: usize| {
        let members: Vec<_> = (0..count).map(|number| format!("\"f{number}\":true")).collect();
        let value = format!("{{{}}}", members.join(","));
        genuine.clone().claims(|c| c.set("features", &value)).compact()
    };
    let items = |count: usize| {
        let value = format!("{{\"list\":{}}}", quoted(count));
        genuine.clone().claims(|c| c.set("features", &value)).compact()
    };
    let roles = |count: usize| token.clone().claims(|c| c.set("roles", &quoted(count))).compact();
    let products = |count: usize| {
        let mut products: Vec<_> =
            (1..count).map(|number| product(&format!("p{number}"))).collect();
        products.push(product(PRODUCT));
        signed(&IssuerClaims { products: Some(products), ..w.issuer() }, &w.root)
    };
    let mut vectors = at_and_over(
        w,
        [
            ("features", features(FEATURES_MAX), features(FEATURES_MAX + 1)),
            ("feature-items", items(FEATURE_ITEMS_MAX), items(FEATURE_ITEMS_MAX + 1)),
        ],
    );
    vectors.extend([
        Case::access(w, "roles-at-the-limit", roles(ROLES_MAX))
            .ok(Facts::access(&w.access().sign_in)),
        Case::access(w, "roles-over-the-limit", roles(ROLES_MAX + 1))
            .refused(Part::Access, Malformed),
        below(w, "products-at-the-limit", &products(PRODUCTS_MAX)).granted(LicenceState::Valid),
        below(w, "products-over-the-limit", &products(PRODUCTS_MAX + 1))
            .refused(Part::Issuer, Malformed),
    ]);
    vectors
}

/// Characters are counted, not bytes.
fn names(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.licence(), &w.root);
    let institute = |count: usize| {
        let value = format!("{{\"name\":\"{}\"}}", "東".repeat(count));
        genuine.clone().claims(|c| c.set("institute", &value)).compact()
    };
    let word = |count: usize| {
        let value = format!("{{\"text\":\"{}\"}}", "😀".repeat(count));
        genuine.clone().claims(|c| c.set("features", &value)).compact()
    };
    let feature_name = |count: usize| {
        let value = format!("{{\"{}\":true}}", "f".repeat(count));
        genuine.clone().claims(|c| c.set("features", &value)).compact()
    };
    let long = "p".repeat(IDENTIFIER_CHARS_MAX);
    let long_product = LicenceClaims { product: product(&long), ..w.licence() };
    let mut vectors = at_and_over(
        w,
        [
            ("name", institute(TEXT_CHARS_MAX), institute(TEXT_CHARS_MAX + 1)),
            ("feature-text", word(TEXT_CHARS_MAX), word(TEXT_CHARS_MAX + 1)),
            (
                "feature-name",
                feature_name(IDENTIFIER_CHARS_MAX),
                feature_name(IDENTIFIER_CHARS_MAX + 1),
            ),
        ],
    );
    vectors.push(
        Case::licence(w, "product-at-the-limit", signed(&long_product, &w.root))
            .product(Some(&long))
            .granted(LicenceState::Valid),
    );
    let over = genuine.claims(|c| c.set("aud", &format!("\"{long}p\""))).compact();
    vectors
        .push(Case::licence(w, "product-over-the-limit", over).refused(Part::Licence, Malformed));
    vectors
}
