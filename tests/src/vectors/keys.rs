//! Public keys, as SPKI PEM and as JWK; and the points that are no keys.

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::CompressedEdwardsY;
use licence_core::Code::Malformed;
use licence_core::armour::{self, Label};
use licence_core::{Part, base64url};

use super::case::Case;
use super::{Facts, Input, Vector};
use crate::world::World;

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let mut vectors = accepted(w);
    let texts = [wrong_pem(w), wrong_der(w), wrong_jwk(w), unsound()].concat();
    let refuse =
        |(name, text): (String, String)| Case::key(w, &name, text).refused(Part::Key, Malformed);
    vectors.extend(texts.into_iter().map(refuse));
    let raw = w.root.public().to_bytes();
    let raw = Case::key(w, "raw-32-bytes", Input::from(raw.as_slice()));
    vectors.push(raw.refused(Part::Key, Malformed));
    vectors
}

type Texts = Vec<(String, String)>;

fn named<const N: usize>(texts: [(&str, String); N]) -> Texts {
    texts.map(|(name, text)| (name.to_owned(), text)).into()
}

fn x(w: &World) -> String {
    base64url::encode(&w.root.public().to_bytes())
}

fn accepted(w: &World) -> Vec<Vector> {
    let (x, kid, pem) = (x(w), w.root.public().id(), w.root.public().to_pem());
    let ok = |name, text: String| Case::key(w, name, text).ok(Facts::key(kid));
    vec![
        ok("pem", pem.clone()),
        ok("pem-with-crlf-and-mark", format!("\u{feff}{}", pem.replace('\n', "\r\n"))),
        ok("pem-between-blank-lines", format!("\n{pem}\n\n")),
        ok("pem-without-last-line-break", pem.trim_end().to_owned()),
        ok("jwk", format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#)),
        ok(
            "jwk-in-another-order",
            format!("\n {{ \"x\":\"{x}\", \"crv\":\"Ed25519\",\"kty\":\"OKP\" }}\n"),
        ),
        ok(
            "jwk-with-all-members",
            format!(
                r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}","kid":"{kid}","alg":"EdDSA","use":"sig"}}"#
            ),
        ),
        ok(
            "jwk-alg-ed25519",
            format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}","alg":"Ed25519"}}"#),
        ),
    ]
}

fn wrong_pem(w: &World) -> Texts {
    let pem = w.root.public().to_pem();
    named([
        ("empty", String::new()),
        ("text", "the key is in the other mail".to_owned()),
        ("two-keys", pem.repeat(2)),
        ("text-in-front", format!("Key of the vendor:\n{pem}")),
        ("rsa-label", pem.replace("PUBLIC KEY", "RSA PUBLIC KEY")),
        ("private-label", pem.replace("PUBLIC KEY", "PRIVATE KEY")),
        ("licence-label", pem.replace("PUBLIC KEY", "LICENCE")),
        ("certificate-label", pem.replace("PUBLIC KEY", "CERTIFICATE")),
        ("cut-off", pem[..60].to_owned()),
        ("space-in-a-line", pem.replacen("MCow", "MC ow", 1)),
        ("x-alone", x(w)),
        ("openssh", format!("ssh-ed25519 {} vendor", x(w))),
    ])
}

fn wrong_der(w: &World) -> Texts {
    let key = w.root.public().to_bytes();
    let pem = |der: &[u8]| armour::write(&[(Label::PublicKey, der)]);
    let with = |head: &[u8]| pem(&[head, &key].concat());
    let spki = |oid: u8| [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, oid, 3, 0x21, 0];
    named([
        ("der-key-alone", pem(&key)),
        ("der-of-x25519", with(&spki(0x6e))),
        ("der-of-ed448", with(&spki(0x71))),
        (
            "der-with-parameters",
            with(&[0x30, 0x2c, 0x30, 7, 6, 3, 0x2b, 0x65, 0x70, 5, 0, 3, 0x21, 0]),
        ),
        ("der-with-unused-bits", with(&[0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 1])),
        (
            "der-with-long-length",
            with(&[0x30, 0x81, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0]),
        ),
        ("der-with-a-byte-too-many", pem(&[&spki(0x70), key.as_slice(), &[0]].concat())),
        ("der-with-a-byte-missing", pem(&[&spki(0x70), &key[..31]].concat())),
    ])
}

fn wrong_jwk(w: &World) -> Texts {
    let x = x(w);
    let okp = format!(r#""kty":"OKP","crv":"Ed25519","x":"{x}""#);
    named([
        ("jwk-private", format!(r#"{{{okp},"d":"{x}"}}"#)),
        ("jwk-set", format!(r#"{{"keys":[{{{okp}}}]}}"#)),
        ("jwk-in-an-array", format!("[{{{okp}}}]")),
        ("jwk-empty", "{}".to_owned()),
        ("jwk-without-type", format!(r#"{{"crv":"Ed25519","x":"{x}"}}"#)),
        ("jwk-without-curve", format!(r#"{{"kty":"OKP","x":"{x}"}}"#)),
        ("jwk-without-x", r#"{"kty":"OKP","crv":"Ed25519"}"#.to_owned()),
        ("jwk-type-twice", format!(r#"{{{okp},"kty":"OKP"}}"#)),
        ("jwk-type-in-lower-case", format!(r#"{{"kty":"okp","crv":"Ed25519","x":"{x}"}}"#)),
        ("jwk-x25519", format!(r#"{{"kty":"OKP","crv":"X25519","x":"{x}"}}"#)),
        ("jwk-ec", format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{x}"}}"#)),
        ("jwk-symmetric", format!(r#"{{"kty":"oct","k":"{x}"}}"#)),
        ("jwk-for-hs256", format!(r#"{{{okp},"alg":"HS256"}}"#)),
        ("jwk-for-encryption", format!(r#"{{{okp},"use":"enc"}}"#)),
        ("jwk-of-another-id", format!(r#"{{{okp},"kid":"{}"}}"#, w.spare.public().id())),
        ("jwk-with-operations", format!(r#"{{{okp},"key_ops":["verify"]}}"#)),
        ("jwk-with-address", format!(r#"{{{okp},"x5u":"https://attacker.example"}}"#)),
        ("jwk-x-padded", format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}="}}"#)),
        ("jwk-x-number", r#"{"kty":"OKP","crv":"Ed25519","x":1}"#.to_owned()),
        ("jwk-x-too-short", r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#.to_owned()),
        ("jwk-with-trailing-data", format!("{{{okp}}};")),
        ("jwk-cut-off", format!("{{{okp}")),
        ("jwk-behind-a-mark", format!("\u{feff}{{{okp}}}")),
    ])
}

/// Encodings of points of small order, encodings that are not canonical, and ones of no point.
fn unsound() -> Texts {
    let mut encodings: Vec<_> = EIGHT_TORSION
        .iter()
        .enumerate()
        .map(|(at, point)| (format!("small-order-{at}"), point.compress().to_bytes()))
        .collect();
    // y as p + 0 and p + 1, with and without a sign; and neutral elements with a sign.
    let p_plus = |low: u8, sign: u8| encoding(0xed + low, 0xff, 0x7f | sign);
    encodings.extend([
        ("small-order-p".to_owned(), p_plus(0, 0)),
        ("small-order-p-with-a-sign".to_owned(), p_plus(0, 0x80)),
        ("small-order-p-plus-1".to_owned(), p_plus(1, 0)),
        ("small-order-p-plus-1-with-a-sign".to_owned(), p_plus(1, 0x80)),
        ("small-order-neutral-with-a-sign".to_owned(), encoding(1, 0, 0x80)),
        ("small-order-p-minus-1-with-a-sign".to_owned(), encoding(0xec, 0xff, 0xff)),
    ]);
    // Each y below 19 has a second spelling; those of full order are what a lax reader takes.
    for low in 2..=18 {
        let canonical = CompressedEdwardsY(encoding(low, 0, 0));
        if canonical.decompress().is_some() {
            encodings.push((format!("p-plus-{low}"), p_plus(low, 0)));
        } else {
            encodings.push((format!("no-point-{low}"), canonical.to_bytes()));
        }
    }
    let jwk =
        |x: &[u8; 32]| format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, base64url::encode(x));
    encodings.into_iter().map(|(name, x)| (name, jwk(&x))).collect()
}

fn encoding(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}
