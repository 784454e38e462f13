//! How a site's seats were used, as it says itself: what it cannot have said honestly is refused.

use licence_core::Code::{
    BadSignature, ClockLowered, ExceedsLicence, LogForked, LogRolledBack, Malformed, MissingDays,
    StatementMissing, TooLarge, Unbound, UnknownKey, UnsupportedVersion, WrongProduct,
};
use licence_core::claims::{Epoch, LicenceClaims, LogPosition, Period, UsageClaims, UsageDay};
use licence_core::limits::OBJECT_BYTES_MAX;
use licence_core::{ChainHead, Code, Part, SignedDigest, UnixTime};

use super::case::Case;
use super::{Facts, Vector};
use crate::forge::{Forge, padded_to};
use crate::world::{DAY, SEATS, World, now, product, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.usage(), &w.site);
    [
        opened(w, &genuine),
        log(w),
        clock(w),
        seats(w),
        following(w),
        strangers_before(w),
        claims(w, &genuine),
    ]
    .concat()
}

fn opened(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let by = |key| signed(&w.usage(), key);
    let case = |name, text: String| Case::usage(w, name, text);
    let ok = |case: Case| case.ok(Facts::usage(&w.usage()));
    let refused = |name, text, code| case(name, text).refused(Part::Usage, code);
    let of_another = UsageClaims { product: product("mill"), ..w.usage() };
    let largest = |over| padded_to(genuine, OBJECT_BYTES_MAX + over);
    let unbound = Forge::new(&w.licence(), &w.root).claims(|c| c.without("cnf")).compact();
    let trial = |name| case(name, by(&w.site)).under(unbound.as_str()).allow_unbound();
    vec![
        ok(case("genuine", by(&w.site))),
        ok(case("largest", largest(0))),
        refused("too-large", largest(1), TooLarge),
        refused("by-another-site", by(&w.other_site), UnknownKey),
        refused("by-the-root", by(&w.root), UnknownKey),
        refused("one-byte-changed", genuine.clone().signed_by(&w.device).compact(), BadSignature),
        refused("of-another-product", signed(&of_another, &w.site), WrongProduct),
        // The past needs no clock: neither the verifier's nor the licence's.
        ok(case("long-after-the-licence", by(&w.site)).at(UnixTime::MAX)),
        ok(trial("of-a-trial").site(&w.site)),
        trial("of-a-trial-of-nobody").refused(Part::Licence, Unbound),
    ]
}

/// A statement by itself: accepted, or refused with a code.
fn said(w: &World, name: &str, claims: &UsageClaims, refused: Option<Code>) -> Vector {
    let case = Case::usage(w, name, signed(claims, &w.site));
    match refused {
        None => case.ok(Facts::usage(claims)),
        Some(code) => case.refused(Part::Usage, code),
    }
}

/// Where the log stood at its two ends.
fn log(w: &World) -> Vec<Vector> {
    let from = w.usage().start;
    let LogPosition { epoch: Epoch { counter, tag }, seq, .. } = from;
    let at = |counter, tag, seq, entry: &[u8]| LogPosition {
        epoch: Epoch { counter, tag },
        seq,
        head: ChainHead::EMPTY.append(entry),
    };
    let ends = [
        ("log-that-stood-still", from, None),
        ("log-that-was-truncated", at(counter, tag, seq - 1, b"x"), Some(LogRolledBack)),
        ("log-of-an-earlier-life", at(counter - 1, tag, seq + 9, b"x"), Some(LogRolledBack)),
        ("log-with-another-head", at(counter, tag, seq, b"x"), Some(LogForked)),
        ("log-of-another-restore", at(counter, !tag, seq + 9, b"x"), Some(LogForked)),
        ("log-after-a-restore", at(counter + 1, !tag, seq - 1, b"x"), None),
    ];
    ends.map(|(name, end, refused)| said(w, name, &UsageClaims { end, ..w.usage() }, refused))
        .into()
}

fn clock(w: &World) -> Vec<Vector> {
    let with = |day| with_last_day(w, day);
    let day = UsageDay::default();
    vec![
        said(w, "clock-lowered", &with(UsageDay { resets: 1, ..day }), Some(ClockLowered)),
        said(w, "clock-accepted", &with(UsageDay { accepts: 3, ..day }), None),
        said(
            w,
            "while-its-last-day-runs",
            &UsageClaims { iat: w.usage().until().plus(-DAY), ..w.usage() },
            None,
        ),
        said(w, "clock-disputed", &with(UsageDay { disputes: 2, ..day }), None),
    ]
}

fn with_last_day(w: &World, day: UsageDay) -> UsageClaims {
    let mut claims = w.usage();
    *claims.days.last_mut().unwrap() = day;
    claims
}

/// What the licence gave on each day.
fn seats(w: &World) -> Vec<Vector> {
    let busy = |peak| with_last_day(w, UsageDay { peak, ..UsageDay::default() });
    let lasting = |from: UnixTime, until: UnixTime| {
        let period = Period::limited(from, until, None, None).unwrap();
        signed(&LicenceClaims { period, ..w.licence() }, &w.root)
    };
    let beginning = |from| lasting(from, now());
    let ending = |until: UnixTime| lasting(until.plus(-30 * DAY), until);
    let last = w.usage().until().plus(-DAY);
    let under = |name, licence: String, peak| {
        Case::usage(w, name, signed(&busy(peak), &w.site)).under(licence)
    };
    let idle = UsageClaims { days: vec![UsageDay::default(); 2], ..w.usage() };
    vec![
        said(w, "as-many-seats-as-licensed", &busy(SEATS), None),
        said(w, "one-seat-more-than-licensed", &busy(SEATS + 1), Some(ExceedsLicence)),
        under("licence-that-begins-the-next-day", beginning(last.plus(DAY)), 1)
            .refused(Part::Usage, ExceedsLicence),
        Case::usage(w, "idle-days-before-the-licence", signed(&idle, &w.site))
            .under(beginning(last.plus(DAY)))
            .ok(Facts::usage(&idle)),
        // Whoever sits as the licence ends may sit for half a day more.
        under("half-a-day-after-the-licence", ending(last.plus(1 - DAY / 2)), 1)
            .ok(Facts::usage(&busy(1))),
        under("more-than-half-a-day-after-the-licence", ending(last.plus(-DAY / 2)), 1)
            .refused(Part::Usage, ExceedsLicence),
    ]
}

/// A statement after the one before.
fn following(w: &World) -> Vec<Vector> {
    let before = w.usage();
    let text = signed(&before, &w.site);
    let end = LogPosition { seq: before.end.seq + 5, ..before.end };
    let next = UsageClaims {
        iat: before.iat.plus(2 * DAY),
        from: before.until(),
        days: vec![UsageDay::default(); 2],
        start: before.end,
        end,
        previous: Some(SignedDigest::of_compact(text.as_bytes())),
        ..before.clone()
    };
    let from = |days: i64| UsageClaims { from: next.from.plus(days * DAY), ..next.clone() };
    let behind = LogPosition { seq: before.end.seq - 1, ..before.end };
    let elsewhere = LogPosition { head: ChainHead::EMPTY, ..before.end };
    let skipping = LogPosition { seq: before.end.seq + 1, ..before.end };
    let running = UsageClaims { iat: before.until().plus(-60), ..before.clone() };
    let running = signed(&running, &w.site);
    let after_running = UsageClaims {
        previous: Some(SignedDigest::of_compact(running.as_bytes())),
        ..next.clone()
    };
    let late_day = UsageClaims { iat: next.iat.plus(DAY), ..from(1) };
    let of_another = Some(SignedDigest::of(b"another"));
    let earlier = UsageClaims {
        iat: before.iat.plus(-1),
        from: before.from,
        days: before.days.clone(),
        ..next.clone()
    };
    let (back, forked) = (Some(LogRolledBack), Some(LogForked));
    let missing = Some(StatementMissing);
    let cases = [
        ("the-next", next.clone(), None),
        ("day-told-twice", from(-1), None),
        ("day-missing-between", late_day, Some(MissingDays)),
        ("of-another-before", UsageClaims { previous: of_another, ..next.clone() }, missing),
        ("first-again", UsageClaims { previous: None, ..next.clone() }, missing),
        ("beginning-later", UsageClaims { start: skipping, ..next.clone() }, missing),
        (
            "of-a-log-truncated-since",
            UsageClaims { start: behind, end: behind, ..next.clone() },
            back,
        ),
        (
            "of-another-log-since",
            UsageClaims { start: elsewhere, end: elsewhere, ..next.clone() },
            forked,
        ),
        ("signed-before", earlier, Some(ClockLowered)),
    ];
    let after = |name, claims: &UsageClaims, before: &str, refused| {
        let case = Case::usage(w, name, signed(claims, &w.site)).after(before);
        match refused {
            None => case.ok(Facts::usage(claims)),
            Some(code) => case.refused(Part::Usage, code),
        }
    };
    let whole = cases.map(|(name, claims, refused)| after(name, &claims, &text, refused));
    // Of a day that still ran not all was told, so it is to be told again.
    let again = UsageClaims { from: next.from.plus(-DAY), ..after_running.clone() };
    let unfinished = [
        after("last-day-still-ran", &after_running, &running, Some(MissingDays)),
        after("day-that-ran-told-again", &again, &running, None),
    ];
    whole.into_iter().chain(unfinished).collect()
}

/// The statement before is verified as this one is, and first.
fn strangers_before(w: &World) -> Vec<Vector> {
    let before = signed(&w.usage(), &w.other_site);
    let case = Case::usage(w, "after-another-sites", signed(&w.usage(), &w.site));
    vec![case.after(before).refused(Part::Usage, UnknownKey)]
}

fn claims(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let refused = |name: &str, forge: Forge<'_>, code| {
        Case::usage(w, name, forge.compact()).refused(Part::Usage, code)
    };
    let names = ["ver", "aud", "iat", "from", "until", "days", "start", "end"];
    let missing = names.map(|name| {
        let forge = genuine.clone().claims(|c| c.without(name));
        refused(&format!("{name}-missing"), forge, Malformed)
    });
    let day = r#"{"seats":125,"peak":1,"p95":1,"people":1,"refused":0"#;
    let two_days = |more: &str| format!("[{day}}},{day}{more}}}]");
    let year = |days: usize| format!("[{}]", vec![format!("{day}}}"); days].join(","));
    let (from, until) = (w.usage().from.secs(), w.usage().until().secs());
    let wrong = [
        ("version-2", "ver", "2".to_owned(), UnsupportedVersion),
        ("aud-of-the-application", "aud", r#""lab""#.to_owned(), Malformed),
        ("from-in-the-night", "from", (from + 3_600).to_string(), Malformed),
        ("until-in-the-night", "until", (until + 3_600).to_string(), Malformed),
        ("day-that-is-not-told-of", "until", (until + DAY).to_string(), Malformed),
        ("day-too-many", "until", (until - DAY).to_string(), Malformed),
        ("before-its-last-day-began", "iat", (until - DAY - 1).to_string(), Malformed),
        ("no-day", "days", "[]".to_owned(), Malformed),
        ("days-that-are-no-array", "days", "{}".to_owned(), Malformed),
        ("day-without-a-peak", "days", r#"[{"seats":1},{"seats":1}]"#.to_owned(), Malformed),
        ("resets-negative", "days", two_days(r#","resets":-1"#), Malformed),
        ("accepts-null", "days", two_days(r#","accepts":null"#), Malformed),
        ("days-of-more-than-a-year", "days", year(367), Malformed),
        (
            "start-without-head",
            "start",
            r#"{"epoch":"1-0011223344556677","seq":1}"#.into(),
            Malformed,
        ),
        ("end-text", "end", r#""1-0011223344556677""#.to_owned(), Malformed),
        ("previous-too-short", "previous", r#""AAAA""#.to_owned(), Malformed),
        ("previous-null", "previous", "null".to_owned(), Malformed),
    ];
    let wrong = wrong.map(|(name, claim, value, code)| {
        refused(name, genuine.clone().claims(|c| c.set(claim, &value)), code)
    });
    missing.into_iter().chain(wrong).collect()
}
