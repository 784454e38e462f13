//! What a licence says, claim by claim, each under a signature that holds.

use licence_core::Code::{Malformed, UnsupportedVersion};
use licence_core::{Code, LicenceState, Part, base64url};
use serde_json::json;

use super::Vector;
use super::case::Case;
use crate::forge::Forge;
use crate::world::World;

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let values = [missing(w), wrong_values(w), wrong_nested(w), hidden(w), versions(w)];
    [accepted(w), values.concat(), wrong_json(w)].concat()
}

fn accepted(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.licence(), &w.root);
    let ok = |name, text| Case::licence(w, name, text).granted(LicenceState::Valid);
    let set = |name, claim, value: &str| {
        ok(name, genuine.clone().claims(|c| c.set(claim, value)).compact())
    };
    let without = |name, claim| ok(name, genuine.clone().claims(|c| c.without(claim)).compact());
    let seats = |members: &str| format!(r#"{{"active_max":25{members}}}"#);
    let deep = format!("{}{}", "[".repeat(15), "]".repeat(15));
    vec![
        without("no-features", "features"),
        without("no-warning", "warn_at"),
        set("seats-by-the-defaults", "seats", &seats("")),
        set("seats-per-session", "seats", &seats(r#","per":"session""#)),
        set("overage", "seats", &seats(r#","overage":5"#)),
        set("shortest-lease", "seats", &seats(r#","lease_secs":300"#)),
        set("longest-lease", "seats", &seats(r#","lease_secs":86400"#)),
        set("no-affiliation", "institute", r#"{"name":"Institute of Examples"}"#),
        set("unknown-member-inside", "institute", r#"{"name":"Institute of Examples","x":[null]}"#),
        set("name-beyond-ascii", "institute", r#"{"name":"東京大学"}"#),
        set("name-by-escapes", "institute", r#"{"name":"\u6771\u4eac \ud83d\ude00 \"\\\/"}"#),
        set("name-with-joiner", "institute", r#"{"name":"علوم\u200cپایه"}"#),
        set("name-with-several-joiners", "institute", r#"{"name":"a\u200cb\u200dc"}"#),
        set("unknown-claim", "colour", r#"{"blue":[1.5e300,null,true,"\u0000"]}"#),
        set("registered-claim-of-others", "azp", r#""someone""#),
        set("unknown-claim-at-the-deepest", "x", &deep),
        set("features-empty", "features", "{}"),
        set("feature-largest-integer", "features", r#"{"n":9007199254740991}"#),
        set("feature-smallest-integer", "features", r#"{"n":-9007199254740991}"#),
        set("feature-of-joiners", "features", r#"{"text":" \u200c\u200d "}"#),
        set(
            "borrow-of-every-seat",
            "seats",
            r#"{"active_max":25,"overage":2,"borrow":{"days_max":3,"seats_max":27}}"#,
        ),
        set("feature-empty-values", "features", r#"{"list":[],"text":""}"#),
        set("until-the-last-second", "grace_until", "253402300799"),
        set("key-with-all-members", "cnf", &full_key(w)),
        set("revocations-needed-from-zero", "revocations_min", "0"),
        ok("white-space", genuine.clone().claims_text(|c| format!(" \r\n\t{c}\n ")).compact()),
        ok(
            "names-by-escapes",
            genuine.clone().claims_text(|c| c.replace("\"exp\"", r#""\u0065xp""#)).compact(),
        ),
    ]
}

fn full_key(w: &World) -> String {
    let site = w.site.public();
    let (x, kid) = (base64url::encode(&site.to_bytes()), site.id());
    format!(
        r#"{{"jwk":{{"kty":"OKP","crv":"Ed25519","x":"{x}","kid":"{kid}","alg":"EdDSA","use":"sig"}}}}"#
    )
}

fn missing(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.licence(), &w.root);
    let claims = [
        "ver",
        "iss",
        "sub",
        "aud",
        "jti",
        "iat",
        "nbf",
        "serial",
        "revision",
        "institute",
        "seats",
    ];
    let mut vectors: Vec<_> = claims
        .map(|claim| {
            let text = genuine.clone().claims(|c| c.without(claim)).compact();
            refused(w, &format!("{claim}-missing"), &text, Malformed)
        })
        .into();
    // Without its end, a licence that has a warning or a grace is contradictory, not perpetual.
    for claim in ["warn_at", "grace_until"] {
        let text = genuine.clone().claims(|c| c.without("exp").without(claim)).compact();
        vectors.push(refused(w, &format!("exp-missing-and-no-{claim}"), &text, Malformed));
    }
    vectors
}

fn refused(w: &World, name: &str, text: &str, code: Code) -> Vector {
    Case::licence(w, name, text).refused(Part::Licence, code)
}

/// Values that a lax reader would take, or that a faulty program writes.
fn wrong_values(w: &World) -> Vec<Vector> {
    let values = [
        ("exp-float", "exp", "1922896000.0"),
        ("exp-fraction", "exp", "1922896000.5"),
        ("exp-exponent", "exp", "1922896e3"),
        ("exp-1e300", "exp", "1e300"),
        ("exp-string", "exp", r#""1922896000""#),
        ("exp-date", "exp", r#""2030-12-07""#),
        ("exp-negative", "exp", "-1"),
        ("exp-negative-zero", "exp", "-0"),
        ("exp-zero", "exp", "0"),
        ("exp-null", "exp", "null"),
        ("exp-true", "exp", "true"),
        ("exp-array", "exp", "[1922896000]"),
        ("exp-beyond-i64", "exp", "9223372036854775808"),
        ("exp-beyond-u64", "exp", "18446744073709551616"),
        ("exp-u64-max", "exp", "18446744073709551615"),
        ("exp-wrapped-to-the-right-time", "exp", "18446744075632447616"),
        ("exp-in-milliseconds", "exp", "1922896000000"),
        ("exp-before-2020", "exp", "1577836799"),
        ("exp-after-9999", "exp", "253402300800"),
        ("exp-before-nbf", "exp", "1891359999"),
        ("exp-at-nbf", "exp", "1891360000"),
        ("grace-at-exp", "grace_until", "1922896000"),
        ("grace-before-exp", "grace_until", "1922895999"),
        ("grace-string", "grace_until", r#""1924105600""#),
        ("grace-null", "grace_until", "null"),
        ("warning-at-exp", "warn_at", "1922896000"),
        ("warning-after-exp", "warn_at", "1922896001"),
        ("warning-at-nbf", "warn_at", "1891360000"),
        ("warning-float", "warn_at", "1917280000.0"),
        ("iat-string", "iat", r#""1891360000""#),
        ("iat-float", "iat", "1891360000.0"),
        ("iat-before-2020", "iat", "1577836799"),
        ("nbf-null", "nbf", "null"),
        ("nbf-string", "nbf", r#""1891360000""#),
        ("aud-array", "aud", r#"["lab"]"#),
        ("aud-array-of-two", "aud", r#"["lab","mill"]"#),
        ("aud-number", "aud", "1"),
        ("aud-empty", "aud", r#""""#),
        ("aud-with-separator", "aud", r#""request:lab""#),
        ("aud-with-slash", "aud", r#""lab/../mill""#),
        ("aud-with-space", "aud", r#""lab ""#),
        ("aud-with-dot-in-front", "aud", r#"".lab""#),
        ("aud-beyond-ascii", "aud", r#""läb""#),
        ("aud-with-null-byte", "aud", r#""lab\u0000""#),
        ("iss-number", "iss", "1"),
        ("iss-empty", "iss", r#""""#),
        ("iss-with-space-at-its-end", "iss", r#""Example Software ""#),
        ("iss-with-control-character", "iss", r#""Example\u0007Software""#),
        ("iss-with-line-break", "iss", r#""Example\nSoftware""#),
        ("iss-with-direction-override", "iss", r#""Example \u202eerawtfoS""#),
        ("iss-with-isolate", "iss", r#""Example\u2066Software""#),
        ("iss-with-line-separator", "iss", r#""Example\u2028Software""#),
        ("iss-with-c1-control", "iss", r#""Example\u0085Software""#),
        ("iss-lone-surrogate", "iss", r#""Example\ud800Software""#),
        ("iss-surrogates-in-the-wrong-order", "iss", r#""\ude00\ud83d""#),
        ("sub-no-uuid", "sub", r#""owner-1""#),
        ("sub-upper-case", "sub", r#""01B80EA6-5000-7101-8101-010101010101""#),
        ("jti-number", "jti", "2"),
        ("jti-without-hyphens", "jti", r#""01b80ea6500072028202020202020202""#),
        ("jti-in-braces", "jti", r#""{01b80ea6-5000-7202-8202-020202020202}""#),
        ("jti-as-urn", "jti", r#""urn:uuid:01b80ea6-5000-7202-8202-020202020202""#),
        ("jti-null", "jti", "null"),
        ("serial-wrong-check-character", "serial", r#""0000-0000-0000-0001""#),
        ("serial-lower-case", "serial", r#""aaaa-aaaa-aaaa-aaaa""#),
        ("serial-without-hyphens", "serial", r#""0000000000000000""#),
        ("serial-with-letter-o", "serial", r#""OOOO-0000-0000-0000""#),
        ("revision-zero", "revision", "0"),
        ("revision-negative", "revision", "-1"),
        ("revision-float", "revision", "2.0"),
        ("revision-beyond-32-bits", "revision", "4294967296"),
        ("revision-string", "revision", r#""2""#),
        ("env-production", "env", r#""production""#),
        ("env-true", "env", "true"),
        ("env-null", "env", "null"),
        ("revocations-min-negative", "revocations_min", "-1"),
        ("revocations-min-string", "revocations_min", r#""7""#),
        ("revocations-min-null", "revocations_min", "null"),
        ("features-array", "features", "[]"),
        ("features-null", "features", "null"),
        ("seats-number", "seats", "25"),
        ("institute-string", "institute", r#""Institute of Examples""#),
        ("cnf-null", "cnf", "null"),
        ("cnf-empty", "cnf", "{}"),
        ("cnf-string", "cnf", r#""key""#),
        ("cnf-thumbprint-only", "cnf", r#"{"jkt":"AAAA"}"#),
    ];
    set_each(w, &values)
}

fn set_each(w: &World, values: &[(&str, &str, &str)]) -> Vec<Vector> {
    let genuine = Forge::new(&w.licence(), &w.root);
    let set = |(name, claim, value): &(&str, &str, &str)| {
        let text = genuine.clone().claims(|c| c.set(claim, value)).compact();
        refused(w, name, &text, Malformed)
    };
    values.iter().map(set).collect()
}

fn wrong_nested(w: &World) -> Vec<Vector> {
    let x = base64url::encode(&w.site.public().to_bytes());
    let jwk = |members: &str| format!(r#"{{"jwk":{{{members}}}}}"#);
    let okp = format!(r#""kty":"OKP","crv":"Ed25519","x":"{x}""#);
    let keys = [
        ("key-private", format!(r#"{okp},"d":"{x}""#)),
        ("key-of-another-type", format!(r#""kty":"EC","crv":"Ed25519","x":"{x}""#)),
        ("key-symmetric", format!(r#""kty":"oct","k":"{x}""#)),
        ("key-on-another-curve", format!(r#""kty":"OKP","crv":"X25519","x":"{x}""#)),
        ("key-for-another-algorithm", format!(r#"{okp},"alg":"HS256""#)),
        ("key-for-encryption", format!(r#"{okp},"use":"enc""#)),
        ("key-with-another-id", format!(r#"{okp},"kid":"{}""#, w.root.public().id())),
        ("key-with-operations", format!(r#"{okp},"key_ops":["verify"]"#)),
        ("key-padded", format!(r#""kty":"OKP","crv":"Ed25519","x":"{x}=""#)),
        ("key-too-short", r#""kty":"OKP","crv":"Ed25519","x":"AAAA""#.to_owned()),
        ("key-without-x", r#""kty":"OKP","crv":"Ed25519""#.to_owned()),
        (
            "key-that-is-no-point",
            format!(r#""kty":"OKP","crv":"Ed25519","x":"Ag{}""#, "A".repeat(41)),
        ),
        ("key-of-small-order", format!(r#""kty":"OKP","crv":"Ed25519","x":"{}""#, "A".repeat(43))),
    ];
    let keys = keys.map(|(name, members)| (name, "cnf", jwk(&members)));
    let seats = [
        ("seats-none", r#""active_max":0"#),
        ("seats-negative", r#""active_max":-1"#),
        ("seats-half", r#""active_max":2.5"#),
        ("seats-as-text", r#""active_max":"25""#),
        ("seats-over-a-million", r#""active_max":1000001"#),
        ("seats-beyond-32-bits", r#""active_max":4294967321"#),
        ("seats-without-number", r#""overage":0"#),
        ("registered-null", r#""active_max":25,"registered_max":null"#),
        ("registered-negative", r#""active_max":25,"registered_max":-1"#),
        ("per-device", r#""active_max":25,"per":"device""#),
        ("per-null", r#""active_max":25,"per":null"#),
        ("overage-negative", r#""active_max":25,"overage":-1"#),
        ("overage-over-a-million", r#""active_max":25,"overage":1000001"#),
        ("lease-too-short", r#""active_max":25,"lease_secs":299"#),
        ("lease-too-long", r#""active_max":25,"lease_secs":86401"#),
        ("lease-float", r#""active_max":25,"lease_secs":930.0"#),
        ("idle-zero", r#""active_max":25,"idle_secs":0"#),
        ("sessions-zero", r#""active_max":25,"sessions_max":0"#),
        ("borrow-number", r#""active_max":25,"borrow":3"#),
        ("borrow-without-days", r#""active_max":25,"borrow":{"seats_max":3}"#),
        ("borrow-without-seats", r#""active_max":25,"borrow":{"days_max":3}"#),
        ("borrow-negative", r#""active_max":25,"borrow":{"days_max":-3,"seats_max":3}"#),
        (
            "borrow-of-more-seats-than-there-are",
            r#""active_max":25,"overage":2,"borrow":{"days_max":3,"seats_max":28}"#,
        ),
        ("seats-named-twice", r#""active_max":25,"active_max":2500"#),
    ];
    let seats = seats.map(|(name, members)| (name, "seats", format!("{{{members}}}")));
    let features = [
        ("feature-null", r#""a":null"#),
        ("feature-float", r#""a":1.0"#),
        ("feature-object", r#""a":{"b":1}"#),
        ("feature-mixed-list", r#""a":["b",1]"#),
        ("feature-nested-list", r#""a":[["b"]]"#),
        ("feature-beyond-53-bits", r#""a":9007199254740992"#),
        ("feature-below-53-bits", r#""a":-9007199254740992"#),
        ("feature-with-control-character", r#""a":"b\u0000""#),
        ("feature-with-direction-override", r#""a":"\u202eb""#),
        ("feature-with-hidden-character", r#""a":["b\u200bc"]"#),
        ("feature-name-empty", r#""":true"#),
        ("feature-name-with-space", r#""a b":true"#),
        ("feature-name-prototype", r#""__proto__":true"#),
        ("feature-named-twice", r#""a":true,"a":true"#),
        ("feature-named-twice-by-escape", r#""a":true,"\u0061":false"#),
    ];
    let features = features.map(|(name, members)| (name, "features", format!("{{{members}}}")));
    let institutes = [
        ("institute-without-name", r#""affiliation":"Universität Łódź""#),
        ("institute-empty-name", r#""name":"""#),
        ("institute-name-with-line-break", r#""name":"a\nb""#),
        ("institute-name-of-white-space", r#""name":"\u3000""#),
        ("affiliation-null", r#""name":"a","affiliation":null"#),
        ("institute-name-twice", r#""name":"a","name":"b""#),
    ];
    let institutes =
        institutes.map(|(name, members)| (name, "institute", format!("{{{members}}}")));
    let all = keys.iter().chain(&seats).chain(&features).chain(&institutes);
    let all: Vec<_> = all.map(|(name, claim, value)| (*name, *claim, value.as_str())).collect();
    set_each(w, &all)
}

/// Characters that nobody sees, at each end of every range of them, and joiners that join nothing.
fn hidden(w: &World) -> Vec<Vector> {
    let ends = [
        0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180f, 0x200b, 0x200e, 0x200f,
        0x202a, 0x202e, 0x2060, 0x206f, 0x3164, 0xfe00, 0xfe0f, 0xfeff, 0xffa0, 0xfff0, 0xfff8,
        0x1bca0, 0x1bca3, 0x1d173, 0x1d17a, 0xe0000, 0xe0fff,
    ];
    let ends = ends.map(|c| {
        let name = format!("Exam{}ple", char::from_u32(c).unwrap());
        (format!("institute-name-with-u+{c:04x}"), name)
    });
    let joiners = [
        ("alone", "\u{200d}"),
        ("in-front", "\u{200c}Example"),
        ("at-the-end", "Example\u{200d}"),
        ("beside-another", "Exam\u{200c}\u{200d}ple"),
    ];
    let joiners = joiners.map(|(at, name)| (format!("joiner-{at}"), name.to_owned()));
    let all = ends.into_iter().chain(joiners);
    let all: Vec<_> = all.map(|(name, text)| (name, json!({ "name": text }).to_string())).collect();
    let all: Vec<_> = all.iter().map(|(name, value)| (&**name, "institute", &**value)).collect();
    set_each(w, &all)
}

fn versions(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.licence(), &w.root);
    let values = [
        ("version-2", "2", UnsupportedVersion),
        ("version-0", "0", UnsupportedVersion),
        ("version-negative", "-1", UnsupportedVersion),
        ("version-as-text", r#""1""#, Malformed),
        ("version-float", "1.0", Malformed),
        ("version-exponent", "1e0", Malformed),
        ("version-true", "true", Malformed),
        ("version-null", "null", Malformed),
        ("version-beyond-u64", "18446744073709551617", Malformed),
    ];
    let mut vectors: Vec<_> = values
        .map(|(name, value, code)| {
            refused(w, name, &genuine.clone().claims(|c| c.set("ver", value)).compact(), code)
        })
        .into();
    // What a later version says is not read, so nothing in it can be malformed.
    let later = genuine.payload(br#"{"ver":2,"exp":"in spring"}"#).compact();
    vectors.push(refused(w, "version-2-of-another-shape", &later, UnsupportedVersion));
    vectors
}

fn wrong_json(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.licence(), &w.root);
    let deep = format!("{}{}", "[".repeat(16), "]".repeat(16));
    let add = |name, value: &str| (name, genuine.clone().claims(|c| c.add("x", value)).compact());
    let twice =
        |name, claim, value| (name, genuine.clone().claims(|c| c.add(claim, value)).compact());
    let text =
        |name, edit: &dyn Fn(&str) -> String| (name, genuine.clone().claims_text(edit).compact());
    let bytes = |name, bytes: &[u8]| (name, genuine.clone().payload(bytes).compact());
    let texts = [
        twice("exp-twice", "exp", "253402300799"),
        twice("exp-twice-the-same", "exp", "1922896000"),
        twice("exp-twice-by-escape", r"\u0065xp", "253402300799"),
        twice("aud-twice", "aud", r#""mill""#),
        twice("seats-twice", "seats", r#"{"active_max":1000}"#),
        twice("unknown-claim-twice", "ver", "1"),
        add("nested-name-twice", r#"[{"a":1,"a":1}]"#),
        add("deepest-name-twice", r#"[[[{"a":{"b":1,"b":1}}]]]"#),
        add("too-deep", &deep),
        add("far-too-deep", &"[".repeat(3_000)),
        add("lone-surrogate-in-an-unknown-claim", r#""\udc00""#),
        add("leading-zero", "01"),
        add("plus-sign", "+1"),
        add("hexadecimal", "0x10"),
        add("not-a-number", "NaN"),
        add("infinity", "Infinity"),
        add("bare-fraction", ".5"),
        add("cut-off-exponent", "1e"),
        add("undefined", "undefined"),
        add("single-quotes", "'x'"),
        add("tab-in-a-string", "\"\t\""),
        add("line-break-in-a-string", "\"\n\""),
        add("unknown-escape", r#""\x41""#),
        add("cut-off-escape", r#""\u12""#),
        add("trailing-comma-in-an-array", "[1,]"),
        text("trailing-comma", &|c| c.replace("}}}", "}},}")),
        text("trailing-data", &|c| format!("{c}{{}}")),
        text("trailing-null-byte", &|c| format!("{c}\0")),
        text("byte-order-mark", &|c| format!("\u{feff}{c}")),
        text("comment", &|c| format!("{c}// end")),
        text("cut-off", &|c| c[..c.len() - 1].to_owned()),
        text("in-an-array", &|c| format!("[{c}]")),
        text("as-a-string", &|c| format!("\"{}\"", c.replace('"', "\\\""))),
        bytes("empty-text", b""),
        bytes("empty-object", b"{}"),
        bytes("null", b"null"),
        bytes("number", b"1"),
        bytes("invalid-utf-8", b"{\"ver\":1,\"x\":\"\xff\"}"),
        bytes("overlong-utf-8", b"{\"ver\":1,\"x\":\"\xc0\xaf\"}"),
        bytes("surrogate-as-utf-8", b"{\"ver\":1,\"x\":\"\xed\xa0\x80\"}"),
        bytes("compressed", b"x\x9c\xabV*K-*\xce\xcc\xcfS\xb2\x02\x00\x1a\xf7\x04\x3f"),
    ];
    texts.map(|(name, text)| refused(w, name, &text, Malformed)).into()
}
