//! The header: three members and no fourth. What JOSE lets a header ask for is how verifiers were
//! broken, so each of those asks is here.

use hmac::{Hmac, KeyInit as _, Mac as _};
use licence_core::Code::{Malformed, UnknownKey, WrongType};
use licence_core::{LicenceState, Part, base64url};
use sha2::{Sha256, Sha512};

use super::Vector;
use super::case::Case;
use crate::forge::Forge;
use crate::world::World;

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.licence(), &w.root);
    [
        accepted(w, &genuine),
        algorithms(w, &genuine),
        unsigned_and_symmetric(w, &genuine),
        types(w, &genuine),
        key_ids(w, &genuine),
        further_members(w, &genuine),
        json(w, &genuine),
    ]
    .concat()
}

fn accepted(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let kid = w.root.public().id();
    let ok = |name, header: &str| {
        let text = genuine.clone().header_text(|_| header.to_owned()).compact();
        Case::licence(w, name, text).granted(LicenceState::Valid)
    };
    vec![
        ok("alg-ed25519", &format!(r#"{{"typ":"licence+jwt","alg":"Ed25519","kid":"{kid}"}}"#)),
        ok("another-order", &format!(r#"{{"kid":"{kid}","alg":"EdDSA","typ":"licence+jwt"}}"#)),
        ok(
            "white-space",
            &format!(
                " {{ \"alg\" :\t\"EdDSA\",\r\n\"typ\":\"licence+jwt\", \"kid\":\"{kid}\" }}\n"
            ),
        ),
        ok(
            "escaped-names-and-values",
            &format!(r#"{{"\u0061lg":"Ed\u0044SA","typ":"licence\u002bjwt","k\u0069d":"{kid}"}}"#),
        ),
    ]
}

fn algorithms(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let values = [
        ("alg-none", r#""none""#),
        ("alg-none-capitalised", r#""None""#),
        ("alg-none-upper-case", r#""NONE""#),
        ("alg-none-mixed-case", r#""nOnE""#),
        ("alg-none-escaped", r#""n\u006fne""#),
        ("alg-none-with-space", r#""none ""#),
        ("alg-empty", r#""""#),
        ("alg-null", "null"),
        ("alg-false", "false"),
        ("alg-zero", "0"),
        ("alg-array", r#"["EdDSA"]"#),
        ("alg-object", r#"{"name":"EdDSA"}"#),
        ("alg-lower-case", r#""eddsa""#),
        ("alg-upper-case", r#""EDDSA""#),
        ("alg-with-space", r#""EdDSA ""#),
        ("alg-ed448", r#""Ed448""#),
        ("alg-ed25519ph", r#""Ed25519ph""#),
        ("alg-rs256", r#""RS256""#),
        ("alg-rs512", r#""RS512""#),
        ("alg-ps256", r#""PS256""#),
        ("alg-es256", r#""ES256""#),
        ("alg-es256k", r#""ES256K""#),
        ("alg-es512", r#""ES512""#),
        ("alg-hs256-under-our-signature", r#""HS256""#),
        ("alg-ml-dsa", r#""ML-DSA-44""#),
        ("alg-dir", r#""dir""#),
        ("alg-a128kw", r#""A128KW""#),
    ];
    let malformed = |(name, value)| {
        let text = genuine.clone().header(|h| h.set("alg", value)).compact();
        Case::licence(w, name, text).refused(Part::Licence, Malformed)
    };
    let mut vectors: Vec<_> = values.map(malformed).into();
    let missing = genuine.clone().header(|h| h.without("alg")).compact();
    vectors.push(Case::licence(w, "alg-missing", missing).refused(Part::Licence, Malformed));
    vectors
}

/// Signatures that hold, for a verifier that lets the header choose the algorithm.
fn unsigned_and_symmetric(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let public = w.root.public();
    let (bytes, pem) = (public.to_bytes(), public.to_pem());
    let x = base64url::encode(&bytes);
    let secrets: [(&str, &[u8]); 4] = [
        ("raw", &bytes),
        ("pem", pem.as_bytes()),
        ("pem-without-line-break", pem.trim_end().as_bytes()),
        ("jwk-x", x.as_bytes()),
    ];
    let named = |alg: &str| genuine.clone().header(|h| h.set("alg", &format!("\"{alg}\"")));
    let mut texts = Vec::new();
    for alg in ["none", "None", "NONE"] {
        let name = format!("alg-{alg}-and-no-signature");
        texts.push((name, named(alg).compact_with(|_| Vec::new())));
    }
    for (name, secret) in secrets {
        let hs256 = named("HS256").compact_with(|signed| {
            let mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
            mac.chain_update(signed).finalize().into_bytes().to_vec()
        });
        texts.push((format!("alg-hs256-public-key-as-secret-{name}"), hs256));
        // As many bytes as an Ed25519 signature.
        let hs512 = named("HS512").compact_with(|signed| {
            let mac = Hmac::<Sha512>::new_from_slice(secret).unwrap();
            mac.chain_update(signed).finalize().into_bytes().to_vec()
        });
        texts.push((format!("alg-hs512-public-key-as-secret-{name}"), hs512));
    }
    let refuse = |(name, text): (String, String)| {
        Case::licence(w, &name, text).refused(Part::Licence, Malformed)
    };
    texts.into_iter().map(refuse).collect()
}

fn types(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let values = [
        ("typ-null", "null", Malformed),
        ("typ-number", "1", Malformed),
        ("typ-array", r#"["licence+jwt"]"#, Malformed),
        ("typ-empty", r#""""#, WrongType),
        ("typ-jwt", r#""JWT""#, WrongType),
        ("typ-jose", r#""JOSE""#, WrongType),
        ("typ-upper-case", r#""LICENCE+JWT""#, WrongType),
        ("typ-capitalised", r#""Licence+jwt""#, WrongType),
        ("typ-with-application", r#""application/licence+jwt""#, WrongType),
        ("typ-without-suffix", r#""licence""#, WrongType),
        ("typ-with-space", r#""licence+jwt ""#, WrongType),
        ("typ-with-parameter", r#""licence+jwt;v=1""#, WrongType),
        ("typ-license", r#""license+jwt""#, WrongType),
        ("typ-unknown", r#""coupon+jwt""#, WrongType),
    ];
    let refused = |(name, value, code)| {
        let text = genuine.clone().header(|h| h.set("typ", value)).compact();
        Case::licence(w, name, text).refused(Part::Licence, code)
    };
    let mut vectors: Vec<_> = values.map(refused).into();
    let missing = genuine.clone().header(|h| h.without("typ")).compact();
    vectors.push(Case::licence(w, "typ-missing", missing).refused(Part::Licence, Malformed));
    vectors
}

fn key_ids(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let kid = w.root.public().id().to_string();
    let (shorter, last) = kid.split_at(42);
    // The 43rd character has two bits to spare: its successor names the same 32 bytes to a lax reader.
    let sibling = char::from(last.as_bytes()[0] + 1);
    let stranger = w.stranger.public().id();
    let values = [
        ("kid-null", "null".to_owned(), Malformed),
        ("kid-number", "0".to_owned(), Malformed),
        ("kid-array", format!(r#"["{kid}"]"#), Malformed),
        ("kid-empty", r#""""#.to_owned(), Malformed),
        ("kid-traversal", r#""../../../../dev/null""#.to_owned(), Malformed),
        ("kid-traversal-of-43-characters", format!("\"{:/<43}\"", "../../keys"), Malformed),
        ("kid-absolute-path", r#""/etc/passwd""#.to_owned(), Malformed),
        ("kid-sql", r#""x' UNION SELECT 'AAAA' --""#.to_owned(), Malformed),
        ("kid-shell", r#""|/bin/true""#.to_owned(), Malformed),
        ("kid-url", r#""https://attacker.example/key""#.to_owned(), Malformed),
        ("kid-null-byte", format!(r#""{shorter}\u0000""#), Malformed),
        ("kid-too-short", format!("\"{shorter}\""), Malformed),
        ("kid-too-long", format!("\"{kid}A\""), Malformed),
        ("kid-padded", format!("\"{kid}=\""), Malformed),
        ("kid-with-space", format!("\"{kid} \""), Malformed),
        ("kid-with-trailing-bits", format!("\"{shorter}{sibling}\""), Malformed),
        ("kid-in-hexadecimal", format!("\"{}\"", "0".repeat(64)), Malformed),
        ("kid-lone-surrogate", format!(r#""{shorter}\ud800""#), Malformed),
        ("kid-of-nobody", format!("\"{}\"", "A".repeat(43)), UnknownKey),
        ("kid-of-a-stranger", format!("\"{stranger}\""), UnknownKey),
        ("kid-in-another-case", format!("\"{}\"", swapped_case(&kid)), UnknownKey),
    ];
    let refused = |(name, value, code): (&str, String, _)| {
        let text = genuine.clone().header(|h| h.set("kid", &value)).compact();
        Case::licence(w, name, text).refused(Part::Licence, code)
    };
    let mut vectors: Vec<_> = values.map(refused).into();
    let missing = genuine.clone().header(|h| h.without("kid")).compact();
    vectors.push(Case::licence(w, "kid-missing", missing).refused(Part::Licence, Malformed));
    vectors
}

/// Another thumbprint for whoever compares exactly: the first letter in the other case.
fn swapped_case(kid: &str) -> String {
    let at = kid.find(|c: char| c.is_ascii_alphabetic()).unwrap();
    let c = char::from(kid.as_bytes()[at]);
    let other =
        if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    format!("{}{other}{}", &kid[..at], &kid[at + 1..])
}

fn further_members(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let x = base64url::encode(&w.root.public().to_bytes());
    let own_jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#);
    let members = [
        ("crit", "crit", r#"["exp"]"#),
        ("crit-empty", "crit", "[]"),
        ("crit-null", "crit", "null"),
        ("crit-of-what-is-there", "crit", r#"["alg"]"#),
        ("b64-true", "b64", "true"),
        ("b64-false", "b64", "false"),
        ("zip", "zip", r#""DEF""#),
        ("zip-null", "zip", "null"),
        ("jwk", "jwk", own_jwk.as_str()),
        ("jku", "jku", r#""https://attacker.example/jwks.json""#),
        ("x5u", "x5u", r#""https://attacker.example/chain.pem""#),
        ("x5c", "x5c", r#"["MIIB"]"#),
        ("x5t", "x5t", r#""AAAA""#),
        ("x5t-s256", "x5t#S256", r#""AAAA""#),
        ("cty", "cty", r#""JWT""#),
        ("enc", "enc", r#""A128GCM""#),
        ("epk", "epk", "{}"),
        ("nonce", "nonce", r#""AAAA""#),
        ("url", "url", r#""https://attacker.example""#),
        ("iss-in-the-header", "iss", r#""Example Software""#),
        ("unknown-member", "x", "1"),
        ("empty-name", "", "1"),
        ("prototype", "__proto__", "{}"),
        ("alg-capitalised-beside-alg", "Alg", r#""EdDSA""#),
    ];
    let mut texts: Vec<_> = members
        .map(|(name, member, value)| {
            (name, genuine.clone().header(|h| h.add(member, value)).compact())
        })
        .into();
    // The attack itself: the stranger's key travels along, and is not asked for.
    let stranger = base64url::encode(&w.stranger.public().to_bytes());
    let stranger = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{stranger}"}}"#);
    let brought = genuine.clone().signed_by(&w.stranger);
    texts.push(("jwk-of-the-attacker", brought.header(|h| h.add("jwk", &stranger)).compact()));
    // RFC 7797: the payload as it is, not in base64url.
    let bare = genuine.clone().header(|h| h.add("b64", "false").add("crit", r#"["b64"]"#));
    texts.push(("b64-false-and-crit", bare.compact()));
    texts
        .into_iter()
        .map(|(name, text)| Case::licence(w, name, text).refused(Part::Licence, Malformed))
        .collect()
}

fn json(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let kid = w.root.public().id();
    let honest = format!(r#""typ":"licence+jwt","alg":"EdDSA","kid":"{kid}""#);
    let headers = [
        ("alg-twice", format!(r#"{{"alg":"none",{honest}}}"#)),
        ("alg-twice-the-same", format!(r#"{{{honest},"alg":"EdDSA"}}"#)),
        ("alg-twice-by-escape", format!(r#"{{"\u0061lg":"none",{honest}}}"#)),
        ("typ-twice", format!(r#"{{{honest},"typ":"at+jwt"}}"#)),
        ("kid-twice", format!(r#"{{"kid":"{}",{honest}}}"#, w.spare.public().id())),
        ("header-array", format!("[{{{honest}}}]")),
        ("header-string", r#""EdDSA""#.to_owned()),
        ("header-null", "null".to_owned()),
        ("header-empty-object", "{}".to_owned()),
        ("header-empty-text", String::new()),
        ("header-cut-off", format!("{{{honest}")),
        ("header-with-trailing-data", format!("{{{honest}}}{{}}")),
        ("header-with-null-byte", format!("{{{honest}}}\0")),
        ("header-with-byte-order-mark", format!("\u{feff}{{{honest}}}")),
        ("header-with-comment", format!("{{{honest}/**/}}")),
        ("header-with-trailing-comma", format!("{{{honest},}}")),
        ("header-with-single-quotes", format!("{{{honest}}}").replace('"', "'")),
    ];
    headers
        .map(|(name, header)| {
            let text = genuine.clone().header_text(|_| header).compact();
            Case::licence(w, name, text).refused(Part::Licence, Malformed)
        })
        .into()
}
