//! Which of a site's tokens are good no more.

use licence_core::Code::{
    ExceedsLicence, Expired, Malformed, NotYetValid, Revoked, TooLarge, Unbound, UnknownKey,
    UnsupportedVersion, WrongProduct,
};
use licence_core::claims::{Epoch, RevokedClaims, RevokedTokens, TokensOf};
use licence_core::limits::{REVOCATIONS_BYTES_MAX, REVOKED_ENTRIES_MAX};
use licence_core::{Code, Part, SessionId, TokenId, UnixTime, UserId};

use super::case::Case;
use super::{Facts, Vector};
use crate::forge::{Forge, padded_to};
use crate::world::{DAY, World, now, product, signed, uuid};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.revoked(), &w.site);
    [
        lists(w, &genuine),
        times(w),
        claims(w, &genuine),
        entries(w, &genuine),
        tokens(w),
        lives(w),
        order(w),
    ]
    .concat()
}

fn lists(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let by = |key| signed(&w.revoked(), key);
    let case = |name, text: String| Case::revoked(w, name, text);
    let ok = |case: Case| case.ok(Facts::revoked(&w.revoked()));
    let refused = |name, text, code| case(name, text).refused(Part::Revoked, code);
    let largest = |over| padded_to(genuine, REVOCATIONS_BYTES_MAX + over);
    let of_another = RevokedClaims { product: product("mill"), ..w.revoked() };
    let epoch = Some(w.access().position.epoch);
    let of_each = RevokedClaims { revoked: of_every_shape(w), epoch, ..w.revoked() };
    let unbound = Forge::new(&w.licence(), &w.root).claims(|c| c.without("cnf")).compact();
    vec![
        ok(case("genuine", by(&w.site))),
        case("entries-of-every-shape", signed(&of_each, &w.site)).ok(Facts::revoked(&of_each)),
        ok(case("largest", largest(0))),
        refused("too-large", largest(1), TooLarge),
        refused("by-another-site", by(&w.other_site), UnknownKey),
        refused("by-the-root", by(&w.root), UnknownKey),
        refused("of-another-product", signed(&of_another, &w.site), WrongProduct),
        // What was taken back stays so when the licence is over, and a day before it began.
        ok(case("under-a-licence-that-is-over", by(&w.site)).under(over(w))),
        case("of-a-trial-of-nobody", by(&w.site))
            .under(unbound)
            .allow_unbound()
            .refused(Part::Licence, Unbound),
    ]
}

fn over(w: &World) -> String {
    let period =
        licence_core::claims::Period::limited(now().plus(-20 * DAY), now().plus(-DAY), None, None);
    let licence = licence_core::claims::LicenceClaims { period: period.unwrap(), ..w.licence() };
    signed(&licence, &w.root)
}

fn of_every_shape(w: &World) -> Vec<RevokedTokens> {
    let token = w.access().sign_in;
    let (until, before) = (token.exp.plus(60), Some(w.access().position.seq + 1));
    vec![
        RevokedTokens { of: TokensOf::Session(token.sid), until, before: None },
        RevokedTokens { of: TokensOf::Token(token.jti), until, before: None },
        RevokedTokens { of: TokensOf::User(token.sub), until, before },
        RevokedTokens { of: TokensOf::All, until, before: Some(0) },
    ]
}

fn times(w: &World) -> Vec<Vector> {
    let at = |name, time| Case::revoked(w, name, signed(&w.revoked(), &w.site)).at(time);
    let ok = |name, time| at(name, time).ok(Facts::revoked(&w.revoked()));
    let refused = |name, time, code| at(name, time).refused(Part::Revoked, code);
    let (iat, exp) = (w.revoked().iat, w.revoked().exp);
    vec![
        ok("in-its-last-second", exp.plus(-1)),
        refused("at-its-end", exp, Expired),
        ok("of-a-clock-30-seconds-ahead", iat.plus(-30)),
        refused("of-a-clock-31-seconds-ahead", iat.plus(-31), NotYetValid),
    ]
}

fn claims(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let refused = |name: &str, forge: Forge<'_>, code| {
        Case::revoked(w, name, forge.compact()).refused(Part::Revoked, code)
    };
    let missing = ["ver", "aud", "iat", "exp", "revoked"].map(|name| {
        let forge = genuine.clone().claims(|c| c.without(name));
        refused(&format!("{name}-missing"), forge, Malformed)
    });
    let wrong = [
        ("version-2", "ver", "2", UnsupportedVersion),
        ("aud-of-the-application", "aud", r#""lab""#, Malformed),
        ("aud-of-a-revocation-list", "aud", r#""revocations:lab""#, Malformed),
        ("exp-at-iat", "exp", "1899999940", Malformed),
        ("revoked-object", "revoked", "{}", Malformed),
        ("revoked-null", "revoked", "null", Malformed),
        ("epoch-null", "epoch", "null", Malformed),
        ("epoch-in-upper-case", "epoch", r#""1-00112233445566AA""#, Malformed),
        ("entry-of-text", "revoked", r#"["x"]"#, Malformed),
    ];
    let wrong = wrong.map(|(name, claim, value, code)| {
        refused(name, genuine.clone().claims(|c| c.set(claim, value)), code)
    });
    missing.into_iter().chain(wrong).collect()
}

fn entries(w: &World, genuine: &Forge<'_>) -> Vec<Vector> {
    let id = r#""01b80cc7-5400-7505-8505-050505050505""#;
    let wrong = [
        ("entry-empty", "{}".to_owned()),
        ("entry-of-nobody", r#"{"until":1900000900}"#.to_owned()),
        ("entry-without-until", format!(r#"{{"sid":{id}}}"#)),
        ("entry-of-all-but-no", r#"{"all":false,"until":1900000900}"#.to_owned()),
        ("entry-of-all-and-one", format!(r#"{{"all":true,"sid":{id},"until":1900000900}}"#)),
        ("entry-of-two", format!(r#"{{"sid":{id},"jti":{id},"until":1900000900}}"#)),
        ("entry-of-three", format!(r#"{{"sid":{id},"jti":{id},"sub":{id},"until":1900000900}}"#)),
        ("entry-with-a-name", r#"{"sub":"ada","until":1900000900}"#.to_owned()),
        ("entry-until-null", format!(r#"{{"sid":{id},"until":null}}"#)),
        ("entry-until-in-2019", format!(r#"{{"sid":{id},"until":1577836799}}"#)),
        ("entry-before-null", format!(r#"{{"sid":{id},"until":1900000900,"before":null}}"#)),
        ("entry-before-text", format!(r#"{{"sid":{id},"until":1900000900,"before":"43"}}"#)),
        ("entry-before-negative", format!(r#"{{"sid":{id},"until":1900000900,"before":-1}}"#)),
        ("entry-before-broken", format!(r#"{{"sid":{id},"until":1900000900,"before":43.0}}"#)),
    ];
    let mut vectors: Vec<_> = wrong
        .map(|(name, entry)| {
            let text =
                genuine.clone().claims(|c| c.set("revoked", &format!("[{entry}]"))).compact();
            Case::revoked(w, name, text).refused(Part::Revoked, Malformed)
        })
        .into();
    let of = |count| {
        let entry = of_every_shape(w)[1];
        RevokedClaims { revoked: vec![entry; count], ..w.revoked() }
    };
    let many = |name, claims: &RevokedClaims| Case::revoked(w, name, signed(claims, &w.site));
    let (most, over) = (of(REVOKED_ENTRIES_MAX), of(REVOKED_ENTRIES_MAX + 1));
    vectors.push(many("most-entries", &most).ok(Facts::revoked(&most)));
    vectors.push(many("entry-too-many", &over).refused(Part::Revoked, Malformed));
    vectors
}

/// The world's token beside a list with one entry.
fn tokens(w: &World) -> Vec<Vector> {
    let (token, seq) = (w.access().sign_in, w.access().position.seq);
    let (sid, jti, sub) =
        (TokensOf::Session(token.sid), TokensOf::Token(token.jti), TokensOf::User(token.sub));
    let beside = |name, of, until: UnixTime, before: Option<u64>| {
        let revoked = vec![RevokedTokens { of, until, before }];
        let list = signed(&RevokedClaims { revoked, ..w.revoked() }, &w.site);
        Case::access(w, name, signed(&w.access(), &w.site)).unless(list)
    };
    let ok = |name, of, until, before| beside(name, of, until, before).ok(Facts::access(&token));
    let refused =
        |name, of, until, before| beside(name, of, until, before).refused(Part::Access, Revoked);
    let (end, other) = (token.exp.plus(60), uuid(9));
    vec![
        refused("its-sign-in", sid, end, None),
        refused("the-token-itself", jti, end, None),
        refused("its-person", sub, end, None),
        refused("every-token-of-the-site", TokensOf::All, end, None),
        ok("every-token-made-before-it", TokensOf::All, end, Some(seq)),
        ok("another-sign-in", TokensOf::Session(SessionId(other)), end, None),
        ok("another-token", TokensOf::Token(TokenId(other)), end, None),
        ok("another-person", TokensOf::User(UserId(other)), end, None),
        // The same id means nothing in another place.
        ok("a-sign-in-called-as-the-token", TokensOf::Session(SessionId(token.jti.0)), end, None),
        refused("second-before-the-entry-ends", sub, now().plus(1), None),
        ok("as-the-entry-ends", sub, now(), None),
        refused("made-an-entry-before", sid, end, Some(seq + 1)),
        ok("made-at-that-place", sid, end, Some(seq)),
        ok("made-an-entry-after", sid, end, Some(seq - 1)),
        ok("made-before-the-log-began", sid, end, Some(0)),
        refused("made-before-the-last-place-there-is", sid, end, Some(u64::MAX >> 1)),
    ]
}

/// The world's token beside an empty list of a life of the store, of the token's second or another.
fn lives(w: &World) -> Vec<Vector> {
    let (token, own) = (w.access().sign_in, w.access().position.epoch);
    let beside = |name, epoch, ahead_secs| {
        let iat = token.iat.plus(ahead_secs);
        let list = RevokedClaims { epoch: Some(epoch), iat, ..w.revoked() };
        Case::access(w, name, signed(&w.access(), &w.site)).unless(signed(&list, &w.site))
    };
    let next = Epoch { counter: own.counter + 1, tag: 1 };
    let twin = Epoch { tag: own.tag ^ 1, ..own };
    vec![
        beside("of-the-list-s-life", own, 0).ok(Facts::access(&token)),
        beside("of-a-life-that-a-restore-ended", next, 0).refused(Part::Access, Revoked),
        beside("of-a-second-restore-of-one-backup", twin, 1).refused(Part::Access, Revoked),
        // The list may be of before the restore.
        beside("newer-than-a-list-of-another-life", next, -1).ok(Facts::access(&token)),
    ]
}

/// The list is looked at first; and what it says, after the licence's times and before its grants.
fn order(w: &World) -> Vec<Vector> {
    let list = |exp: UnixTime, key| {
        let claims = RevokedClaims { revoked: of_every_shape(w), exp, ..w.revoked() };
        signed(&claims, key)
    };
    let (good, stale) = (list(w.revoked().exp, &w.site), list(now(), &w.site));
    let strangers = list(w.revoked().exp, &w.other_site);
    let token = Forge::new(&w.access(), &w.site);
    let beside = |name, token: &Forge<'_>, list: &str, at, code: Code| {
        Case::access(w, name, token.compact()).unless(list).refused(at, code)
    };
    let ended = token.clone().claims(|c| c.set("exp", "1899999950"));
    let of_another_product = token.clone().claims(|c| c.set("aud", r#""mill""#));
    let of_an_admin = Forge::new(&w.admin(), &w.site);
    let empty = signed(&w.revoked(), &w.site);
    vec![
        beside("stale-list", &token, &stale, Part::Revoked, Expired),
        beside("list-of-another-site", &token, &strangers, Part::Revoked, UnknownKey),
        beside("list-that-is-none", &token, "", Part::Revoked, Malformed),
        beside("stale-list-before-an-ended-token", &ended, &stale, Part::Revoked, Expired),
        beside("ended-before-revoked", &ended, &good, Part::Access, Expired),
        beside("revoked-before-another-product", &of_another_product, &good, Part::Access, Revoked),
        beside(
            "not-revoked-and-of-another-product",
            &of_another_product,
            &empty,
            Part::Access,
            ExceedsLicence,
        ),
        beside("administrators-before-revoked", &of_an_admin, &good, Part::Access, WrongProduct),
    ]
}
