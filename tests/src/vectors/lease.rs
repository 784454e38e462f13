//! A seat that is taken along, and that its licence lends it.

use licence_core::Code::{
    BadSignature, ExceedsLicence, Expired, LicenceChanged, Malformed, NotYetValid, TooLarge,
    Unbound, UnknownKey, UnsupportedVersion,
};
use licence_core::claims::{Borrow, LeaseClaims, LicenceClaims, Period, Seats};
use licence_core::limits::OBJECT_BYTES_MAX;
use licence_core::{Part, UnixTime};

use super::case::Case;
use super::{Facts, Vector};
use crate::forge::{Forge, padded_to};
use crate::world::{DAY, World, now, product, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.lease(), &w.site);
    [opened(w, &genuine), times(w), loans(w), claims(w, &genuine)].concat()
}

fn opened(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let by = |key| signed(&w.lease(), key);
    let case = |name, text: String| Case::lease(w, name, text);
    let ok = |case: Case| case.ok(Facts::lease(&w.lease()));
    let refused = |name, text, code| case(name, text).refused(Part::Lease, code);
    let largest = |over| padded_to(genuine, OBJECT_BYTES_MAX + over);
    let unbound = Forge::new(&w.licence(), &w.root).claims(|c| c.without("cnf")).compact();
    let trial = |name| case(name, by(&w.site)).under(unbound.as_str()).allow_unbound();
    vec![
        ok(case("genuine", by(&w.site))),
        ok(case("largest", largest(0))),
        refused("too-large", largest(1), TooLarge),
        refused("by-another-site", by(&w.other_site), UnknownKey),
        refused("by-the-root", by(&w.root), UnknownKey),
        refused("by-its-own-device", by(&w.device), UnknownKey),
        refused(
            "signed-by-its-own-device",
            genuine.clone().signed_by(&w.device).compact(),
            BadSignature,
        ),
        ok(trial("of-a-trial").site(&w.site)),
        trial("of-a-trial-of-nobody").refused(Part::Licence, Unbound),
        case("under-a-strangers-licence", by(&w.site))
            .under(signed(&w.licence(), &w.stranger))
            .refused(Part::Licence, UnknownKey),
    ]
}

fn lasting(w: &World, iat: UnixTime, secs: i64) -> LeaseClaims {
    LeaseClaims { iat, exp: iat.plus(secs), ..w.lease() }
}

/// The licence is judged when the lease was made, the lease now.
fn times(w: &World) -> Vec<Vector> {
    let case = |name, lease: &LeaseClaims, time| {
        let case = Case::lease(w, name, signed(lease, &w.site)).at(time);
        (case, Facts::lease(lease))
    };
    let ok = |name, lease: &LeaseClaims, time| {
        let (case, facts) = case(name, lease, time);
        case.ok(facts)
    };
    let refused =
        |name, lease: &LeaseClaims, time, at, code| case(name, lease, time).0.refused(at, code);
    let lease = lasting(w, now(), DAY);
    let late = lasting(w, now().plus(278 * DAY), DAY);
    let too_late = lasting(w, now().plus(279 * DAY), DAY);
    vec![
        ok("as-it-is-made", &lease, now()),
        ok("in-its-last-second", &lease, now().plus(DAY - 1)),
        refused("at-its-end", &lease, now().plus(DAY), Part::Lease, Expired),
        ok("of-a-clock-30-seconds-ahead", &lease, now().plus(-30)),
        refused("of-a-clock-31-seconds-ahead", &lease, now().plus(-31), Part::Lease, NotYetValid),
        ok("until-the-grace-ends", &late, late.exp.plus(-1)),
        refused("made-as-the-grace-ends", &too_late, too_late.iat, Part::Licence, Expired),
    ]
}

/// What the licence lends.
fn loans(w: &World) -> Vec<Vector> {
    let under = |name, licence: &LicenceClaims, lease: &LeaseClaims| {
        let case = Case::lease(w, name, signed(lease, &w.site));
        (case.under(signed(licence, &w.root)), Facts::lease(lease))
    };
    let ok = |name, licence: &LicenceClaims, lease: &LeaseClaims| {
        let (case, facts) = under(name, licence, lease);
        case.ok(facts)
    };
    let refused = |name, licence: &LicenceClaims, lease: &LeaseClaims, code| {
        under(name, licence, lease).0.refused(Part::Lease, code)
    };
    let lending =
        |borrow| LicenceClaims { seats: Seats { borrow, ..w.licence().seats }, ..w.licence() };
    let for_days = |days_max| lending(Some(Borrow { days_max, seats_max: 3 }));
    let ending = |period: Option<Period>| LicenceClaims { period: period.unwrap(), ..w.licence() };
    let (nbf, end) = (w.licence().period.nbf(), now().plus(DAY));
    let plain = ending(Period::limited(nbf, end, None, None));
    let graced = ending(Period::limited(nbf, now().plus(1), None, Some(end)));
    let lease = |secs| lasting(w, now(), secs);
    let of_another_product = LeaseClaims { product: product("mill"), ..lease(DAY) };
    let other =
        LicenceClaims { jti: licence_core::LicenceId(crate::world::uuid(9)), ..w.licence() };
    vec![
        ok("as-long-as-is-lent", &w.licence(), &lease(14 * DAY)),
        refused("second-longer-than-is-lent", &w.licence(), &lease(14 * DAY + 1), ExceedsLicence),
        ok("day-of-one", &for_days(1), &lease(DAY)),
        refused("second-of-no-day", &for_days(0), &lease(1), ExceedsLicence),
        refused("under-a-licence-that-lends-none", &lending(None), &lease(1), ExceedsLicence),
        ok("under-one-that-lends-for-ever", &for_days(u32::MAX), &lease(200 * DAY)),
        ok("until-the-licence-ends", &plain, &lease(DAY)),
        refused("second-past-the-licences-end", &plain, &lease(DAY + 1), ExceedsLicence),
        ok("until-the-licences-grace-ends", &graced, &lease(DAY)),
        refused("second-past-the-licences-grace", &graced, &lease(DAY + 1), ExceedsLicence),
        ok("under-a-licence-without-end", &ending(Some(Period::perpetual(nbf))), &lease(14 * DAY)),
        refused("of-another-product", &w.licence(), &of_another_product, ExceedsLicence),
        refused("under-another-licence", &other, &lease(DAY), LicenceChanged),
        refused("under-another-licence-and-too-long", &other, &lease(15 * DAY), ExceedsLicence),
    ]
}

fn claims(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let refused = |name: &str, forge: Forge<'_>, code| {
        Case::lease(w, name, forge.compact()).refused(Part::Lease, code)
    };
    let names = ["ver", "iss", "aud", "sub", "jti", "sid", "iat", "exp", "lic", "cnf"];
    let missing = names.map(|name| {
        let forge = genuine.clone().claims(|c| c.without(name));
        refused(&format!("{name}-missing"), forge, Malformed)
    });
    let wrong = [
        ("version-2", "ver", "2", UnsupportedVersion),
        ("aud-of-the-application", "aud", r#""lab""#, Malformed),
        ("aud-in-another-case", "aud", r#""Lease:lab""#, Malformed),
        ("exp-at-iat", "exp", "1899996400", Malformed),
        ("sub-name", "sub", r#""ada""#, Malformed),
        ("cnf-null", "cnf", "null", Malformed),
        ("cnf-without-key", "cnf", "{}", Malformed),
        (
            "cnf-of-small-order",
            "cnf",
            r#"{"jwk":{"crv":"Ed25519","kty":"OKP","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}"#,
            Malformed,
        ),
    ];
    let wrong = wrong.map(|(name, claim, value, code)| {
        refused(name, genuine.clone().claims(|c| c.set(claim, value)), code)
    });
    missing.into_iter().chain(wrong).collect()
}
