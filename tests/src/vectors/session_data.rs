//! The public data of a session, in its access tokens: an object, as long as its shortest spelling.

use licence_core::Code::Malformed;
use licence_core::Part;
use licence_core::limits::SESSION_DATA_BYTES_MAX;

use super::case::Case;
use super::{Facts, Vector};
use crate::forge::Forge;
use crate::world::World;

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    [shapes(w), lengths(w)].concat()
}

fn with(w: &World, value: &str) -> String {
    // As text, so that the value is signed in the spelling that it has here.
    let token = Forge::new(&w.access(), &w.site).claims_text(|claims| {
        let rest = claims.strip_prefix('{').unwrap();
        format!("{{\"dat\":{value},{rest}")
    });
    token.compact()
}

fn ok(w: &World, name: &str, value: &str) -> Vector {
    Case::access(w, name, with(w, value)).ok(Facts::access(&w.access().sign_in))
}

fn refused(w: &World, name: &str, value: &str) -> Vector {
    Case::access(w, name, with(w, value)).refused(Part::Access, Malformed)
}

fn shapes(w: &World) -> Vec<Vector> {
    let good = [
        ("of-every-type", r#"{"theme":"dark","zoom":1.50,"open":["a",{"b":null}],"new":false}"#),
        ("empty", "{}"),
        ("of-any-name", r#"{"":1,"lic":[],"\u0000":"\u202e"}"#),
        ("number-beyond-64-bits", r#"{"a":18446744073709551616}"#),
    ];
    let bad = [
        ("null", "null"),
        ("array", "[]"),
        ("text", r#""{}""#),
        ("name-twice", r#"{"a":1,"a":1}"#),
        ("name-twice-below", r#"{"a":[{"b":1,"\u0062":1}]}"#),
        ("half-of-a-pair", r#"{"a":"\ud83d"}"#),
    ];
    let good = good.map(|(name, value)| ok(w, name, value));
    good.into_iter().chain(bad.map(|(name, value)| refused(w, name, value))).collect()
}

fn lengths(w: &World) -> Vec<Vector> {
    let filled = |bytes: usize| format!("{{\"a\":\"{}\"}}", "é".repeat((bytes - 8) / 2));
    let spaced = |bytes| filled(bytes).replace(':', "  :  ");
    let escaped = |bytes| filled(bytes).replace('é', "\\u00e9");
    let control = |count: usize| format!("{{\"a\":\"{}\"}}", "\\n".repeat(count));
    let nested =
        |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    vec![
        ok(w, "at-the-limit", &filled(SESSION_DATA_BYTES_MAX)),
        refused(w, "over-the-limit", &filled(SESSION_DATA_BYTES_MAX + 2)),
        ok(w, "at-the-limit-spelt-with-spaces", &spaced(SESSION_DATA_BYTES_MAX)),
        ok(w, "at-the-limit-spelt-with-escapes", &escaped(SESSION_DATA_BYTES_MAX)),
        refused(w, "over-the-limit-spelt-with-escapes", &escaped(SESSION_DATA_BYTES_MAX + 2)),
        // A line break takes six bytes, however it came.
        ok(w, "of-169-line-breaks", &control(169)),
        refused(w, "of-170-line-breaks", &control(170)),
        ok(w, "as-deep-as-claims", &nested(15)),
        refused(w, "deeper-than-claims", &nested(16)),
    ]
}
