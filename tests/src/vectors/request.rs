//! A request carries the key that signed it, so its claims are read before its signature.

use licence_core::Code::{BadSignature, Malformed, UnknownKey, UnsupportedVersion, WrongType};
use licence_core::armour::{self, Label};
use licence_core::{Part, base64url};

use super::case::Case;
use super::{Facts, Vector};
use crate::forge::Forge;
use crate::world::{World, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    [forms(w), keys(w), claims(w)].concat()
}

fn forms(w: &World) -> Vec<Vector> {
    let genuine = signed(&w.request(), &w.site);
    let block = |label, text: &str| armour::write(&[(label, text.as_bytes())]);
    let armoured = block(Label::Request, &genuine);
    let ok = |name, text: &str| Case::request(w, name, text).ok(Facts::request(&w.request()));
    let refused = |name, text: &str, at, code| Case::request(w, name, text).refused(at, code);
    let licence = w.licence_text();
    vec![
        ok("compact", &genuine),
        ok("armoured", &armoured),
        ok("crlf-and-mark", &format!("\u{feff}\r\n{}", armoured.replace('\n', "\r\n"))),
        refused("two-requests", &armoured.repeat(2), Part::File, Malformed),
        refused("licence-block", &block(Label::Licence, &genuine), Part::File, Malformed),
        refused(
            "licence-behind",
            &(armoured + &block(Label::Licence, &licence)),
            Part::File,
            Malformed,
        ),
        refused(
            "licence-in-a-request-block",
            &block(Label::Request, &licence),
            Part::Request,
            WrongType,
        ),
        refused("public-key", &w.site.public().to_pem(), Part::File, Malformed),
        refused("empty", "", Part::Request, Malformed),
        refused("line-break-at-the-end", &format!("{genuine}\n"), Part::Request, Malformed),
    ]
}

fn keys(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.request(), &w.site);
    let refused = |name, text, code| Case::request(w, name, text).refused(Part::Request, code);
    let broken = genuine.clone().signed_by(&w.other_site);
    vec![
        refused("signed-by-another-key", broken.compact(), BadSignature),
        refused(
            "names-a-key-that-it-does-not-carry",
            signed(&w.request(), &w.other_site),
            UnknownKey,
        ),
        // What it carries must be readable before a signature can be.
        refused(
            "malformed-under-a-bad-signature",
            broken.clone().claims(|c| c.without("nonce")).compact(),
            Malformed,
        ),
        refused(
            "version-2-under-a-bad-signature",
            broken.claims(|c| c.set("ver", "2")).compact(),
            UnsupportedVersion,
        ),
    ]
}

fn claims(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.request(), &w.site);
    let refused = |name: &str, forged: Forge<'_>, code| {
        Case::request(w, name, forged.compact()).refused(Part::Request, code)
    };
    let mut vectors: Vec<_> = ["ver", "aud", "iat", "nonce", "institute", "cnf"]
        .map(|claim| {
            let name = format!("{claim}-missing");
            refused(&name, genuine.clone().claims(|c| c.without(claim)), Malformed)
        })
        .into();
    let x = base64url::encode(&w.site.public().to_bytes());
    let with_private = format!(r#"{{"jwk":{{"kty":"OKP","crv":"Ed25519","x":"{x}","d":"{x}"}}}}"#);
    let values = [
        ("aud-bare-product", "aud", r#""lab""#, Malformed),
        ("aud-without-product", "aud", r#""request:""#, Malformed),
        ("aud-of-another-kind", "aud", r#""lease:lab""#, Malformed),
        ("aud-array", "aud", r#"["request:lab"]"#, Malformed),
        ("aud-twice-prefixed", "aud", r#""request:request:lab""#, Malformed),
        ("nonce-too-short", "nonce", r#""CQkJCQkJCQkJCQkJCQkJ""#, Malformed),
        ("nonce-too-long", "nonce", r#""CQkJCQkJCQkJCQkJCQkJCQk""#, Malformed),
        ("nonce-padded", "nonce", r#""CQkJCQkJCQkJCQkJCQkJCQ==""#, Malformed),
        ("nonce-with-trailing-bits", "nonce", r#""CQkJCQkJCQkJCQkJCQkJCR""#, Malformed),
        ("nonce-number", "nonce", "9", Malformed),
        ("iat-float", "iat", "1899913600.0", Malformed),
        ("institute-empty-name", "institute", r#"{"name":""}"#, Malformed),
        ("institute-with-direction-override", "institute", r#"{"name":"a\u202eb"}"#, Malformed),
        ("private-key-travels-along", "cnf", with_private.as_str(), Malformed),
        ("version-2", "ver", "2", UnsupportedVersion),
    ];
    vectors.extend(values.map(|(name, claim, value, code)| {
        refused(name, genuine.clone().claims(|c| c.set(claim, value)), code)
    }));
    vectors.push(refused(
        "aud-twice",
        genuine.claims(|c| c.add("aud", r#""request:mill""#)),
        Malformed,
    ));
    vectors
}
