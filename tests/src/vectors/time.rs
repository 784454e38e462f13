//! Every state of a licence and a token, a second before each edge and at it.

use licence_core::Code::{ExceedsLicence, Expired, NotYetValid};
use licence_core::LicenceState::{Expiring, Grace, Valid};
use licence_core::claims::{
    AccessClaims, LicenceClaims, Period, RequestClaims, RevocationsClaims, SignInClaims,
};
use licence_core::{Part, UnixTime};

use super::case::Case;
use super::{Facts, Vector};
use crate::world::{DAY, World, now, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    [states(w), shapes(w), starts(w), tokens(w), tokens_and_licences(w), by_hand(w)].concat()
}

fn from() -> UnixTime {
    now().plus(-100 * DAY)
}

fn day(days: i64) -> UnixTime {
    now().plus(days * DAY)
}

fn states(w: &World) -> Vec<Vector> {
    let at = |name, time| Case::licence(w, name, w.licence_text()).at(time);
    let refused = |name, time, code| at(name, time).refused(Part::Licence, code);
    let leeway = from().plus(-DAY);
    vec![
        refused("in-2020", UnixTime::MIN, NotYetValid),
        refused("second-before-the-leeway", leeway.plus(-1), NotYetValid),
        at("as-the-leeway-begins", leeway).granted(Valid),
        at("second-before-nbf", from().plus(-1)).granted(Valid),
        at("at-nbf", from()).granted(Valid),
        at("second-before-warning", day(200).plus(-1)).granted(Valid),
        at("at-warning", day(200)).granted(Expiring),
        at("second-before-exp", day(265).plus(-1)).granted(Expiring),
        at("at-exp", day(265)).granted(Grace),
        at("second-before-the-grace-ends", day(279).plus(-1)).granted(Grace),
        refused("as-the-grace-ends", day(279), Expired),
        refused("day-after-the-grace", day(280), Expired),
        refused("in-9999", UnixTime::MAX, Expired),
    ]
}

/// Licences that lack some of the times.
fn shapes(w: &World) -> Vec<Vector> {
    let at = |name, period: Option<Period>, time| {
        let licence = LicenceClaims { period: period.unwrap(), ..w.licence() };
        Case::licence(w, name, signed(&licence, &w.root)).at(time)
    };
    let refused = |name, period, time| at(name, period, time).refused(Part::Licence, Expired);
    let plain = Period::limited(from(), day(265), None, None);
    let warned = Period::limited(from(), day(265), Some(day(200)), None);
    let graced = Period::limited(from(), day(265), None, Some(day(279)));
    let perpetual = Some(Period::perpetual(from()));
    vec![
        at("plain-second-before-exp", plain, day(265).plus(-1)).granted(Valid),
        refused("plain-at-exp", plain, day(265)),
        at("warned-second-before-exp", warned, day(265).plus(-1)).granted(Expiring),
        refused("warned-at-exp", warned, day(265)),
        at("graced-second-before-exp", graced, day(265).plus(-1)).granted(Valid),
        at("graced-at-exp", graced, day(265)).granted(Grace),
        refused("graced-at-its-end", graced, day(279)),
        at("perpetual-in-9999", perpetual, UnixTime::MAX).granted(Valid),
        at("perpetual-before-its-leeway", perpetual, from().plus(-DAY - 1))
            .refused(Part::Licence, NotYetValid),
    ]
}

/// A licence is signed and begins at two times, and both must have come.
fn starts(w: &World) -> Vec<Vector> {
    let at_now = |name, iat, nbf| {
        let period = Period::perpetual(nbf);
        let licence = LicenceClaims { iat, period, ..w.licence() };
        Case::licence(w, name, signed(&licence, &w.root))
    };
    let refused = |name, iat, nbf| at_now(name, iat, nbf).refused(Part::Licence, NotYetValid);
    vec![
        at_now("iat-a-day-ahead", day(1), from()).granted(Valid),
        refused("iat-over-a-day-ahead", day(1).plus(1), from()),
        refused("iat-in-9999", UnixTime::MAX, from()),
        at_now("nbf-a-day-ahead", from(), day(1)).granted(Valid),
        refused("nbf-over-a-day-ahead", from(), day(1).plus(1)),
        refused("renewal-of-next-month", from(), day(30)),
        at_now("nbf-long-before-iat", from(), UnixTime::MIN).granted(Valid),
    ]
}

fn made(w: &World, iat: UnixTime, exp: UnixTime) -> AccessClaims {
    let token = w.access();
    AccessClaims { sign_in: SignInClaims { iat, exp, ..token.sign_in }, ..token }
}

fn tokens(w: &World) -> Vec<Vector> {
    let case = |name, iat: UnixTime, exp, time| {
        let claims = made(w, iat, exp);
        let facts = Facts::access(&claims.sign_in);
        (Case::access(w, name, signed(&claims, &w.site)).at(time), facts)
    };
    let ok = |name, iat, exp, time| {
        let (case, facts) = case(name, iat, exp, time);
        case.ok(facts)
    };
    let refused =
        |name, iat, exp, time, code| case(name, iat, exp, time).0.refused(Part::Access, code);
    let (start, end) = (now(), now().plus(900));
    vec![
        ok("token-as-it-is-made", start, end, start),
        ok("token-in-its-last-second", start, end, end.plus(-1)),
        refused("token-at-its-end", start, end, end, Expired),
        // The leeway never prolongs.
        refused("token-second-after-its-end", start, end, end.plus(1), Expired),
        ok("token-of-a-clock-30-seconds-ahead", start, end, start.plus(-30)),
        refused("token-of-a-clock-31-seconds-ahead", start, end, start.plus(-31), NotYetValid),
        ok("token-for-an-hour", start, start.plus(3600), start),
        refused("token-for-an-hour-and-a-second", start, start.plus(3601), start, ExceedsLicence),
        ok("token-for-one-second", start, start.plus(1), start),
        refused("token-too-long-and-over", start, start.plus(3601), start.plus(3601), Expired),
    ]
}

/// The licence is judged when the token was made, the token now.
fn tokens_and_licences(w: &World) -> Vec<Vector> {
    let case = |name, iat: UnixTime| {
        let claims = made(w, iat, iat.plus(900));
        let case = Case::access(w, name, signed(&claims, &w.site)).at(iat.plus(600));
        (case, Facts::access(&claims.sign_in))
    };
    let ok = |name, iat| {
        let (case, facts) = case(name, iat);
        case.ok(facts)
    };
    let refused = |name, iat, code| case(name, iat).0.refused(Part::Licence, code);
    let end = day(279);
    vec![
        ok("token-made-in-grace", day(270)),
        ok("token-outlives-the-licence", end.plus(-1)),
        refused("token-made-as-the-licence-ends", end, Expired),
        refused("token-made-long-after-the-licence", end.plus(300 * DAY), Expired),
        ok("token-made-in-the-licences-leeway", from().plus(-DAY)),
        refused("token-made-before-the-licences-leeway", from().plus(-DAY - 1), NotYetValid),
        // One that is over says nothing of the licence, which may have been renewed since.
        case("token-of-years-before-the-licence", from().plus(-900 * DAY))
            .0
            .at(now())
            .refused(Part::Access, Expired),
    ]
}

/// What travels by hand has a day of leeway, for a wrong time zone.
fn by_hand(w: &World) -> Vec<Vector> {
    let request = |name, iat| {
        let claims = RequestClaims { iat, ..w.request() };
        Case::request(w, name, signed(&claims, &w.site))
    };
    let list = |name, iat| {
        let claims = RevocationsClaims { iat, ..w.revocations() };
        Case::licence(w, name, w.licence_text()).holding(signed(&claims, &w.root))
    };
    vec![
        request("request-a-day-ahead", day(1)).ok(Facts::request(&w.request())),
        request("request-over-a-day-ahead", day(1).plus(1)).refused(Part::Request, NotYetValid),
        request("request-of-years-ago", UnixTime::MIN).ok(Facts::request(&w.request())),
        list("list-a-day-ahead", day(1)).granted(Valid),
        list("list-over-a-day-ahead", day(1).plus(1)).refused(Part::Revocations, NotYetValid),
    ]
}
