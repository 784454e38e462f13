//! The signature: over these bytes, by this key, and by the strict rule.

mod lax;

use licence_core::Code::{BadSignature, Malformed};
use licence_core::armour::{self, Label};
use licence_core::{Part, base64url};

use super::Vector;
use super::case::Case;
use crate::forge::Forge;
use crate::world::{World, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let refuse = |(name, text): (&str, String)| {
        Case::licence(w, name, text).refused(Part::Licence, BadSignature)
    };
    let texts = [tampered(w), over_other_bytes(w), unread(w), lax::signatures(w)].concat();
    let mut vectors: Vec<_> = texts.into_iter().map(refuse).collect();
    vectors.extend(on_other_links(w));
    vectors.extend(from_the_root_down(w));
    vectors
}

type Texts = Vec<(&'static str, String)>;

fn tampered(w: &World) -> Texts {
    let genuine = Forge::new(&w.licence(), &w.root);
    let [header, payload] = genuine.segments();
    let with = |edit: fn(&mut Vec<u8>)| {
        genuine.compact_with(|signed| {
            let mut signature = w.root.sign_bytes(signed).to_vec();
            edit(&mut signature);
            signature
        })
    };
    let signature = genuine.compact().rsplit_once('.').unwrap().1.to_owned();
    let more_seats = genuine.clone().claims_text(|c| c.replace(":25,", ":26,"));
    let ed25519 = genuine.clone().header(|h| h.set("alg", r#""Ed25519""#));
    let to_spare = format!("\"{}\"", w.spare.public().id());
    let to_spare = genuine.clone().header(|h| h.set("kid", &to_spare));
    let keep = |forged: &Forge<'_>| format!("{}.{signature}", forged.segments().join("."));
    vec![
        ("first-bit-flipped", with(|s| s[0] ^= 1)),
        ("last-bit-of-r-flipped", with(|s| s[31] ^= 0x80)),
        ("first-bit-of-s-flipped", with(|s| s[32] ^= 1)),
        ("all-zero", with(|s| s.fill(0))),
        ("all-ones", with(|s| s.fill(0xff))),
        ("halves-swapped", with(|s| s.rotate_left(32))),
        ("reversed", with(|s| s.reverse())),
        ("more-seats-under-the-old-signature", keep(&more_seats)),
        (
            "white-space-under-the-old-signature",
            keep(&genuine.clone().claims_text(|c| format!("{c} "))),
        ),
        ("other-name-of-the-algorithm-under-the-old-signature", keep(&ed25519)),
        ("other-root-named-under-the-old-signature", keep(&to_spare)),
        ("signed-by-a-stranger", genuine.clone().signed_by(&w.stranger).compact()),
        ("signed-by-the-other-root", genuine.clone().signed_by(&w.spare).compact()),
        ("signed-by-the-issuing-key", genuine.clone().signed_by(&w.issuing).compact()),
        ("signed-by-the-site", genuine.clone().signed_by(&w.site).compact()),
        ("of-another-object", format!("{header}.{payload}.{}", of_another_object(w))),
    ]
}

fn of_another_object(w: &World) -> String {
    signed(&w.issuer(), &w.root).rsplit_once('.').unwrap().1.to_owned()
}

fn over_other_bytes(w: &World) -> Texts {
    let genuine = Forge::new(&w.licence(), &w.root);
    let [header, payload] = genuine.segments();
    let over = |bytes: &[u8]| genuine.compact_with(|_| w.root.sign_bytes(bytes).to_vec());
    let json = base64url::decode(&payload).unwrap();
    let genuine_text = genuine.compact();
    let (_, signature) = genuine_text.rsplit_once('.').unwrap();
    vec![
        ("over-the-payload-alone", over(payload.as_bytes())),
        ("over-the-claims-as-json", over(&json)),
        ("over-the-header-alone", over(header.as_bytes())),
        ("over-both-without-the-full-stop", over(format!("{header}{payload}").as_bytes())),
        ("over-nothing", over(b"")),
        // RFC 7515 appendix F: the payload stays away, and its signature comes.
        ("over-a-payload-that-is-detached", format!("{header}..{signature}")),
        // RFC 7797: what `b64: false` would have signed.
        ("over-the-header-and-bare-claims", over(&[header.as_bytes(), b".", &json].concat())),
    ]
}

/// Unsigned claims are never interpreted, so nothing wrong in them shows before the signature.
fn unread(w: &World) -> Texts {
    let forged = Forge::new(&w.licence(), &w.root).signed_by(&w.stranger);
    vec![
        ("on-claims-that-are-not-json", forged.clone().payload(b"not JSON").compact()),
        ("on-claims-that-are-empty", forged.clone().payload(b"").compact()),
        ("on-claims-named-twice", forged.clone().claims(|c| c.add("exp", "1")).compact()),
        ("on-an-unknown-version", forged.clone().claims(|c| c.set("ver", "2")).compact()),
        ("on-an-expired-licence", forged.clone().claims(|c| c.set("exp", "1893456000")).compact()),
        ("on-another-product", forged.claims(|c| c.set("aud", r#""mill""#)).compact()),
    ]
}

fn flipped(compact: &str) -> String {
    let (signed, signature) = compact.rsplit_once('.').unwrap();
    let mut signature = base64url::decode(signature).unwrap();
    signature[7] ^= 4;
    format!("{signed}.{}", base64url::encode(&signature))
}

fn on_other_links(w: &World) -> Vec<Vector> {
    let token = flipped(&signed(&w.access(), &w.site));
    let request = flipped(&signed(&w.request(), &w.site));
    let list = flipped(&signed(&w.revocations(), &w.root));
    let genuine = w.licence_text();
    let access = |name, token| Case::access(w, name, token).refused(Part::Access, BadSignature);
    vec![
        access("access-flipped", token),
        access(
            "access-by-another-site",
            Forge::new(&w.access(), &w.site).signed_by(&w.other_site).compact(),
        ),
        access("access-by-the-root", Forge::new(&w.access(), &w.site).signed_by(&w.root).compact()),
        Case::request(w, "request-flipped", request).refused(Part::Request, BadSignature),
        Case::revocations(w, "list-flipped", list.as_str())
            .refused(Part::Revocations, BadSignature),
        Case::licence(w, "held-list-flipped", genuine)
            .holding(list)
            .refused(Part::Revocations, BadSignature),
    ]
}

/// Where several links are broken, the one nearest to the root is named.
fn from_the_root_down(w: &World) -> Vec<Vector> {
    let licence = signed(&w.licence(), &w.issuing);
    let issuer = signed(&w.issuer(), &w.root);
    let list = signed(&w.revocations(), &w.root);
    let file = |licence: &str, issuer: &str, list: &str| {
        let blocks =
            [(Label::Licence, licence), (Label::IssuerKey, issuer), (Label::Revocations, list)];
        armour::write(&blocks.map(|(label, text)| (label, text.as_bytes())))
    };
    let broken = [licence.as_str(), &issuer, &list].map(flipped);
    let [bad_licence, bad_issuer, bad_list] = &broken;
    let case = |name, file, at, code| Case::licence(w, name, file).refused(at, code);
    vec![
        case("licence-flipped", file(bad_licence, &issuer, &list), Part::Licence, BadSignature),
        case("issuer-flipped", file(&licence, bad_issuer, &list), Part::Issuer, BadSignature),
        case(
            "list-in-the-file-flipped",
            file(&licence, &issuer, bad_list),
            Part::Revocations,
            BadSignature,
        ),
        case(
            "licence-and-issuer-flipped",
            file(bad_licence, bad_issuer, &list),
            Part::Issuer,
            BadSignature,
        ),
        case(
            "all-flipped",
            file(bad_licence, bad_issuer, bad_list),
            Part::Revocations,
            BadSignature,
        ),
        case(
            "licence-malformed-and-issuer-flipped",
            file("x", bad_issuer, &list),
            Part::Issuer,
            BadSignature,
        ),
        case(
            "licence-flipped-and-issuer-malformed",
            file(bad_licence, "x", &list),
            Part::Issuer,
            Malformed,
        ),
    ]
}
