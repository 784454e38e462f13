//! A token for the administration takes no seat and needs no licence, so no application takes it, and
//! no application's token opens the administration.

use licence_core::Code::{
    BadSignature, ExceedsLicence, Expired, Malformed, NotYetValid, TooLarge, UnknownKey,
    UnsupportedVersion, WrongProduct, WrongType,
};
use licence_core::claims::{AdminClaims, SignInClaims};
use licence_core::limits::ACCESS_BYTES_MAX;
use licence_core::{Code, Part, UnixTime};

use super::case::Case;
use super::{Facts, Vector};
use crate::forge::{Forge, padded_to};
use crate::world::{World, now, product, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.admin(), &w.site);
    [opened(w, &genuine), audiences(w), times(w), claims(w, &genuine)].concat()
}

fn ok(case: Case, w: &World) -> Vector {
    case.ok(Facts::access(&w.admin().sign_in))
}

fn opened(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let by = |key| signed(&w.admin(), key);
    let refused = |name, text: String, code| Case::admin(w, name, text).refused(Part::Access, code);
    let largest = |over| padded_to(genuine, ACCESS_BYTES_MAX + over);
    let both_wrong = genuine.clone().claims(|c| c.without("sub")).signed_by(&w.stranger);
    vec![
        ok(Case::admin(w, "genuine", by(&w.site)), w),
        ok(Case::admin(w, "largest", largest(0)), w),
        refused("too-large", largest(1), TooLarge),
        refused("by-another-site", by(&w.other_site), UnknownKey),
        refused("by-the-root", by(&w.root), UnknownKey),
        refused("by-the-issuing-key", by(&w.issuing), UnknownKey),
        refused("signed-by-another-key", both_wrong.compact(), BadSignature),
        refused("lease", signed(&w.lease(), &w.site), WrongType),
        refused("licence", w.licence_text(), WrongType),
        refused("empty", String::new(), Malformed),
    ]
}

/// Of one site and one product, each token opens its own.
fn audiences(w: &World) -> Vec<Vector> {
    let refused = |case: Case| case.refused(Part::Access, WrongProduct);
    let of_another = AdminClaims { product: product("mill"), ..w.admin() };
    let over = |token: Forge<'_>| token.claims(|c| c.set("exp", "1899999950")).compact();
    vec![
        refused(Case::admin(w, "of-another-product", signed(&of_another, &w.site))),
        refused(Case::admin(w, "of-the-application", signed(&w.access(), &w.site))),
        refused(Case::access(w, "at-the-application", signed(&w.admin(), &w.site))),
        refused(Case::access(
            w,
            "of-another-product-at-the-application",
            signed(&of_another, &w.site),
        )),
        // The audience comes before the other claims, and those before the time.
        refused(Case::admin(
            w,
            "ended-one-of-the-application",
            over(Forge::new(&w.access(), &w.site)),
        )),
        refused(Case::access(w, "ended-at-the-application", over(Forge::new(&w.admin(), &w.site)))),
        refused(Case::admin(w, "ended-of-another-product", over(Forge::new(&of_another, &w.site)))),
        Case::access(w, "at-the-application-by-a-stranger", signed(&w.admin(), &w.stranger))
            .refused(Part::Access, UnknownKey),
    ]
}

fn times(w: &World) -> Vec<Vector> {
    let case = |name, exp: UnixTime, time| {
        let (admin, iat) = (w.admin(), now());
        let sign_in = SignInClaims { iat, exp, ..admin.sign_in };
        Case::admin(w, name, signed(&AdminClaims { sign_in, ..admin }, &w.site)).at(time)
    };
    let refused = |name, exp, time, code| case(name, exp, time).refused(Part::Access, code);
    let end = now().plus(900);
    vec![
        ok(case("in-its-last-second", end, end.plus(-1)), w),
        refused("at-its-end", end, end, Expired),
        ok(case("of-a-clock-30-seconds-ahead", end, now().plus(-30)), w),
        refused("of-a-clock-31-seconds-ahead", end, now().plus(-31), NotYetValid),
        ok(case("for-an-hour", now().plus(3600), now()), w),
        refused("for-an-hour-and-a-second", now().plus(3601), now(), ExceedsLicence),
    ]
}

fn claims(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let names = [
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
        "epoch",
        "seq",
        "head",
    ];
    let missing = names.map(|name| {
        let text = genuine.clone().claims(|c| c.without(name)).compact();
        Case::admin(w, &format!("{name}-missing"), text).refused(Part::Access, Malformed)
    });
    let values: [(&str, &str, &str, Code); 7] = [
        ("aud-array", "aud", r#"["admin:lab"]"#, Malformed),
        ("aud-without-product", "aud", r#""admin:""#, Malformed),
        ("aud-of-two", "aud", r#""admin:admin:lab""#, Malformed),
        ("aud-in-another-case", "aud", r#""Admin:lab""#, Malformed),
        ("nbf-after-iat", "nbf", "1899999941", Malformed),
        ("version-2", "ver", "2", UnsupportedVersion),
        ("version-2-of-the-application", "aud", r#""lab","ver":2"#, UnsupportedVersion),
    ];
    let wrong = values.map(|(name, claim, value, code)| {
        let text = genuine.clone().claims(|c| c.set(claim, value)).compact();
        Case::admin(w, name, text).refused(Part::Access, code)
    });
    // What belongs to a seat is unknown here, and as unknown claims it is ignored.
    let ignored = genuine.clone().claims(|c| c.add("lic", "1").add("dat", "[]"));
    let ignored = ok(Case::admin(w, "claims-of-the-application", ignored.compact()), w);
    missing.into_iter().chain(wrong).chain([ignored]).collect()
}
