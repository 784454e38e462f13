//! The compact form: three segments of canonical base64url and nothing beside them.

use licence_core::Code::Malformed;
use licence_core::{LicenceState, Part, base64url};

use super::case::Case;
use super::{Input, Vector};
use crate::forge::Forge;
use crate::world::{World, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let genuine = w.licence_text();
    let mut vectors =
        vec![Case::licence(w, "compact", genuine.as_str()).granted(LicenceState::Valid)];
    let spellings = [segments(&genuine), around(&genuine), base64(w), signature_length(w)];
    for (name, text) in spellings.concat() {
        vectors.push(Case::licence(w, name, text).refused(Part::Licence, Malformed));
    }
    let token = signed(&w.access(), &w.site);
    for (name, text) in [
        ("access-with-padding", format!("{token}==")),
        ("access-with-line-break", format!("{token}\n")),
        ("access-as-header-line", format!("Bearer {token}")),
        ("access-without-signature", without_signature(&token).to_owned()),
        ("access-empty", String::new()),
    ] {
        vectors.push(Case::access(w, name, text).refused(Part::Access, Malformed));
    }
    let binary: [(_, &[u8]); 3] = [
        ("binary", b"\x00\x01\x02\xff\xfe"),
        ("utf-16", b"\xff\xfee\0y\0J\0"),
        ("not-utf-8-in-a-segment", b"eyJ\xff.e30.AA"),
    ];
    for (name, bytes) in binary {
        vectors.push(Case::licence(w, name, Input::from(bytes)).refused(Part::Licence, Malformed));
    }
    vectors
}

type Texts = Vec<(&'static str, String)>;

fn without_signature(genuine: &str) -> &str {
    genuine.rsplit_once('.').unwrap().0
}

fn segments(genuine: &str) -> Texts {
    let (signed, signature) = genuine.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let flattened =
        format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#);
    let general = format!(
        r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#
    );
    vec![
        ("empty", String::new()),
        ("one-segment", header.to_owned()),
        ("two-segments", signed.to_owned()),
        ("four-segments", format!("{genuine}.{signature}")),
        ("five-segments", format!("{header}.{payload}.{payload}.{payload}.{signature}")),
        ("three-empty-segments", "..".to_owned()),
        ("full-stop-at-the-end", format!("{genuine}.")),
        ("full-stop-in-front", format!(".{genuine}")),
        ("signature-empty", format!("{signed}.")),
        ("header-empty", format!(".{payload}.{signature}")),
        ("json-flattened", flattened),
        ("json-general", general),
    ]
}

fn around(genuine: &str) -> Texts {
    let middle = genuine.len() / 2;
    let with = |what: &str| format!("{}{what}{}", &genuine[..middle], &genuine[middle..]);
    vec![
        ("line-break-at-the-end", format!("{genuine}\n")),
        ("carriage-return-at-the-end", format!("{genuine}\r\n")),
        ("space-in-front", format!(" {genuine}")),
        ("space-inside", with(" ")),
        ("line-break-inside", with("\n")),
        ("tab-inside", with("\t")),
        ("null-byte-inside", with("\0")),
        ("null-byte-at-the-end", format!("{genuine}\0")),
        ("letter-beyond-ascii", with("é")),
        ("percent-encoded", genuine.replace('.', "%2E")),
        ("byte-order-mark", format!("\u{feff}{genuine}")),
        ("in-quotes", format!("\"{genuine}\"")),
        ("twice", format!("{genuine}\n{genuine}")),
        ("cut-off", genuine[..genuine.len() - 1].to_owned()),
    ]
}

/// Spellings that decode to genuine JSON for a lax reader, each under a signature over the very
/// text, so that nothing but the spelling is wrong.
fn base64(w: &World) -> Texts {
    let genuine = Forge::new(&w.licence(), &w.root)
        .header_text(one_byte_over)
        .claims(|claims| claims.add("x", "\">>>>>>??????\""))
        .claims_text(one_byte_over);
    let [header, payload] = genuine.segments();
    let compact = genuine.compact();
    let (signed, signature) = compact.rsplit_once('.').unwrap();
    let standard = |segment: &str| segment.replace('-', "+").replace('_', "/");
    assert!(payload.contains('-') && payload.contains('_'));
    assert_ne!(standard(signature), signature);
    vec![
        ("header-padded", genuine.compact_from(&format!("{header}==.{payload}"))),
        ("payload-padded", genuine.compact_from(&format!("{header}.{payload}=="))),
        ("signature-padded", format!("{signed}.{signature}==")),
        ("payload-in-standard-base64", genuine.compact_from(&standard(signed))),
        ("signature-in-standard-base64", format!("{signed}.{}", standard(signature))),
        (
            "header-with-trailing-bits",
            genuine.compact_from(&format!("{}.{payload}", with_trailing_bit(&header))),
        ),
        (
            "payload-with-trailing-bits",
            genuine.compact_from(&format!("{header}.{}", with_trailing_bit(&payload))),
        ),
        ("signature-with-trailing-bits", format!("{signed}.{}", with_trailing_bit(signature))),
        ("header-of-impossible-length", genuine.compact_from(&format!("{header}AAA.{payload}"))),
    ]
}

/// The JSON text with white space at its end until its last byte stands alone in base64url: two
/// characters, of which the second has four bits to spare.
fn one_byte_over(json: &str) -> String {
    let mut text = json.to_owned();
    while text.len() % 3 != 1 {
        text.push(' ');
    }
    text
}

/// The same bytes for a reader that ignores the bits after the last byte.
fn with_trailing_bit(segment: &str) -> String {
    let (rest, last) = segment.split_at(segment.len() - 1);
    // One of A, Q, g and w, whose lowest four bits are zero; its successor has the lowest one set.
    let next = char::from(last.as_bytes()[0] + 1);
    assert!(matches!(last, "A" | "Q" | "g" | "w"));
    format!("{rest}{next}")
}

fn signature_length(w: &World) -> Texts {
    let genuine = Forge::new(&w.licence(), &w.root);
    let cut = |bytes: usize| {
        let mut signature = w.root.sign_bytes(genuine.segments().join(".").as_bytes()).to_vec();
        signature.resize(bytes, 0);
        format!("{}.{}", genuine.segments().join("."), base64url::encode(&signature))
    };
    vec![
        ("signature-of-32-bytes", cut(32)),
        ("signature-of-63-bytes", cut(63)),
        ("signature-of-65-bytes", cut(65)),
        ("signature-of-128-bytes", cut(128)),
    ]
}
