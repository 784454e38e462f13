//! What an access token says, and that it says no more than its licence grants.

use licence_core::Code::{ExceedsLicence, LicenceChanged, Malformed, UnsupportedVersion};
use licence_core::{Code, Part};

use super::case::Case;
use super::{Facts, Vector};
use crate::forge::Forge;
use crate::world::World;

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.access(), &w.site);
    [accepted(w, &genuine), missing(w, &genuine), wrong(w, &genuine), beyond(w, &genuine)].concat()
}

fn accepted(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let values = [
        ("no-roles", "roles", "[]"),
        ("two-roles", "roles", r#"["editor","admin"]"#),
        ("id-of-an-older-system", "ext_id", r#""4711""#),
        ("version-1", "ver", "1"),
        ("nbf-at-iat", "nbf", "1899999940"),
        ("unknown-claim", "colour", r#"{"blue":[1.5]}"#),
        (
            "all-features",
            "features",
            r#"{"export":true,"modules":["optics","lasers"],"projects":40,"tier":"gold"}"#,
        ),
        ("one-feature", "features", r#"{"tier":"gold"}"#),
        ("features-empty", "features", "{}"),
        ("position-zero", "seq", "0"),
    ];
    let ok = |name: &str, forge: &Forge<'_>| {
        Case::access(w, name, forge.compact()).ok(Facts::access(&w.access().sign_in))
    };
    let mut vectors = vec![
        ok("genuine", genuine),
        ok("alg-ed25519", &genuine.clone().header(|h| h.set("alg", r#""Ed25519""#))),
    ];
    vectors
        .extend(values.map(|(name, claim, value)| {
            ok(name, &genuine.clone().claims(|c| c.set(claim, value)))
        }));
    vectors
}

fn missing(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let claims = [
        "iss",
        "aud",
        "sub",
        "client_id",
        "iat",
        "exp",
        "jti",
        "sid",
        "auth_time",
        "scope",
        "roles",
        "lic",
        "epoch",
        "seq",
        "head",
    ];
    claims
        .map(|claim| {
            let text = genuine.clone().claims(|c| c.without(claim)).compact();
            Case::access(w, &format!("{claim}-missing"), text).refused(Part::Access, Malformed)
        })
        .into()
}

fn refused_each(
    w: &World,
    genuine: &Forge<'_>,
    values: &[(&str, &str, &str, Code)],
) -> Vec<Vector> {
    let set = |(name, claim, value, code): &(&str, &str, &str, Code)| {
        let text = genuine.clone().claims(|c| c.set(claim, value)).compact();
        Case::access(w, name, text).refused(Part::Access, *code)
    };
    values.iter().map(set).collect()
}

fn wrong(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let mut vectors = refused_each(
        w,
        genuine,
        &[
            ("exp-float", "exp", "1900000840.0", Malformed),
            ("exp-1e300", "exp", "1e300", Malformed),
            ("exp-string", "exp", r#""1900000840""#, Malformed),
            ("exp-negative", "exp", "-1", Malformed),
            ("exp-beyond-u64", "exp", "18446744073709551616", Malformed),
            ("exp-null", "exp", "null", Malformed),
            ("exp-at-iat", "exp", "1899999940", Malformed),
            ("exp-before-iat", "exp", "1899999939", Malformed),
            ("nbf-after-iat", "nbf", "1899999941", Malformed),
            ("nbf-null", "nbf", "null", Malformed),
            ("iat-float", "iat", "1899999940.5", Malformed),
            ("iat-string", "iat", r#""1899999940""#, Malformed),
            ("aud-array", "aud", r#"["lab"]"#, Malformed),
            ("aud-number", "aud", "1", Malformed),
            ("sub-name", "sub", r#""ada""#, Malformed),
            ("sid-number", "sid", "1", Malformed),
            ("jti-empty", "jti", r#""""#, Malformed),
            ("lic-serial", "lic", r#""0000-0000-0000-0000""#, Malformed),
            ("roles-string", "roles", r#""editor""#, Malformed),
            ("roles-with-colon", "roles", r#"["a:b"]"#, Malformed),
            ("roles-of-numbers", "roles", "[1]", Malformed),
            ("scope-empty", "scope", r#""""#, Malformed),
            ("scope-array", "scope", r#"["app"]"#, Malformed),
            ("epoch-leading-zero", "epoch", r#""01-0011223344556677""#, Malformed),
            ("epoch-upper-case", "epoch", r#""1-001122334455667A""#, Malformed),
            ("epoch-number", "epoch", "1", Malformed),
            ("seq-negative", "seq", "-1", Malformed),
            ("seq-float", "seq", "42.0", Malformed),
            ("head-too-short", "head", r#""AAAA""#, Malformed),
            ("head-padded", "head", r#""AAAAAAAAAAAAAAAAAAAAAA==""#, Malformed),
            ("head-with-trailing-bits", "head", r#""AAAAAAAAAAAAAAAAAAAAAB""#, Malformed),
            ("ext-id-null", "ext_id", "null", Malformed),
            ("features-array", "features", "[]", Malformed),
            ("feature-float", "features", r#"{"projects":40.0}"#, Malformed),
            ("version-2", "ver", "2", UnsupportedVersion),
            ("version-as-text", "ver", r#""1""#, Malformed),
        ],
    );
    for (name, claim, value) in
        [("exp-twice", "exp", "253402300799"), ("sub-twice", "sub", r#""x""#)]
    {
        let text = genuine.clone().claims(|c| c.add(claim, value)).compact();
        vectors.push(Case::access(w, name, text).refused(Part::Access, Malformed));
    }
    vectors
}

/// More than the licence grants, or under another one.
fn beyond(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    refused_each(
        w,
        genuine,
        &[
            ("another-product", "aud", r#""mill""#, ExceedsLicence),
            ("product-in-another-case", "aud", r#""Lab""#, ExceedsLicence),
            ("an-hour-and-a-second", "exp", "1900003541", ExceedsLicence),
            ("until-9999", "exp", "253402300799", ExceedsLicence),
            ("feature-not-granted", "features", r#"{"unlimited":true}"#, ExceedsLicence),
            ("feature-with-a-higher-number", "features", r#"{"projects":41}"#, ExceedsLicence),
            ("feature-with-a-lower-number", "features", r#"{"projects":39}"#, ExceedsLicence),
            ("feature-of-another-type", "features", r#"{"projects":"40"}"#, ExceedsLicence),
            (
                "feature-with-a-longer-list",
                "features",
                r#"{"modules":["optics","lasers","x"]}"#,
                ExceedsLicence,
            ),
            (
                "feature-with-another-order",
                "features",
                r#"{"modules":["lasers","optics"]}"#,
                ExceedsLicence,
            ),
            ("one-feature-too-many", "features", r#"{"export":true,"x":true}"#, ExceedsLicence),
            (
                "under-another-licence",
                "lic",
                r#""01b80ea6-5000-7909-8909-090909090909""#,
                LicenceChanged,
            ),
        ],
    )
}
