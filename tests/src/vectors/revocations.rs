//! What is taken back, and by whom.

mod bans;
mod pairs;

use licence_core::Code::{
    Expired, Malformed, NotYetValid, Revoked, Unbound, UnsupportedVersion, WrongType,
};
use licence_core::armour::{self, Label};
use licence_core::claims::{BannedKey, LicenceClaims, RevocationsClaims, RevokedLicence};
use licence_core::{LicenceId, LicenceState, Part, Serial};

use super::case::Case;
use super::{Facts, Vector};
use crate::forge::Forge;
use crate::world::{DAY, World, ban, licence_id, now, serial, signed, uuid};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let alone = [needed(w), order(w), alone(w), wrong(w)].concat();
    [licences(w), bans::vectors(w), alone, pairs::vectors(w)].concat()
}

fn list(w: &World, licences: &[RevokedLicence], keys: &[BannedKey]) -> RevocationsClaims {
    RevocationsClaims { licences: licences.to_vec(), keys: keys.to_vec(), ..w.revocations() }
}

/// The world's licence, which the root signed, where the verifier holds a list.
fn held(w: &World, name: &str, list: &RevocationsClaims) -> Case {
    Case::licence(w, name, w.licence_text()).holding(signed(list, &w.root))
}

fn licences(w: &World) -> Vec<Vector> {
    let holding = |name, entries: &[RevokedLicence]| held(w, name, &list(w, entries, &[]));
    let ok = |name, entries| holding(name, entries).granted(LicenceState::Valid);
    let revoked = |name, entries| holding(name, entries).refused(Part::Licence, Revoked);
    let (own, other) = (RevokedLicence::One(licence_id()), RevokedLicence::One(LicenceId(uuid(9))));
    let below = |revision| RevokedLicence::Below(serial(), revision);
    let another_series = RevokedLicence::Below(Serial::from_random([7; 15]), 9);
    let taken = signed(&list(w, &[own], &[]), &w.root);
    vec![
        ok("empty-list", &[]),
        ok("another-licence", &[other]),
        revoked("this-licence", &[own]),
        revoked("this-licence-among-others", &[other, another_series, own, other]),
        ok("another-series", &[another_series]),
        ok("revisions-below-the-first", &[below(0)]),
        ok("revisions-below-the-one-before", &[below(1)]),
        ok("revisions-below-this-one", &[below(2)]),
        revoked("revisions-below-the-next", &[below(3)]),
        revoked("every-revision", &[below(u32::MAX)]),
        Case::access(w, "token-under-a-revoked-licence", signed(&w.access(), &w.site))
            .holding(taken.as_str())
            .refused(Part::Licence, Revoked),
        Case::licence(w, "list-in-the-file", in_file(w, &taken)).refused(Part::Licence, Revoked),
    ]
}

fn in_file(w: &World, list: &str) -> String {
    beside(&w.licence_text(), list)
}

fn beside(licence: &str, list: &str) -> String {
    armour::write(&[(Label::Licence, licence.as_bytes()), (Label::Revocations, list.as_bytes())])
}

fn needed(w: &World) -> Vec<Vector> {
    let licence = LicenceClaims { revocations_min: Some(7), ..w.licence() };
    let text = signed(&licence, &w.root);
    let case = |name| Case::licence(w, name, text.as_str());
    let with = |name, seq| {
        case(name).holding(signed(&RevocationsClaims { seq, ..w.revocations() }, &w.root))
    };
    vec![
        case("list-needed-and-none-there").refused(Part::Revocations, Revoked),
        with("list-needed-and-too-old", 6).refused(Part::Revocations, Revoked),
        with("list-needed-and-there", 7).granted(LicenceState::Valid),
        with("list-needed-and-newer", 8).granted(LicenceState::Valid),
    ]
}

/// From the root down: the list, the certificate, the licence; and time before revocation.
fn order(w: &World) -> Vec<Vector> {
    let (past, after) = (now().plus(-200 * DAY), now().plus(300 * DAY));
    let taking = list(w, &[RevokedLicence::One(licence_id())], &[]);
    let old = RevocationsClaims { iat: now().plus(-300 * DAY), ..taking.clone() };
    let ahead = RevocationsClaims { iat: now().plus(400 * DAY), ..taking.clone() };
    let case = |name, list: &RevocationsClaims| held(w, name, list);
    let certificate = signed(&w.issuer(), &w.root);
    let needing = |name, licence: &LicenceClaims| {
        let licence = signed(licence, &w.issuing);
        let blocks =
            [(Label::Licence, licence.as_bytes()), (Label::IssuerKey, certificate.as_bytes())];
        Case::licence(w, name, armour::write(&blocks)).at(after)
    };
    let needs = |seq| LicenceClaims { revocations_min: Some(seq), ..w.licence() };
    let banned = signed(&list(w, &[], &[ban(&w.root, &[]), ban(&w.issuing, &[])]), &w.spare);
    let unbound = Forge::new(&w.licence(), &w.root).claims(|c| c.without("cnf")).compact();
    vec![
        case("expired-before-revoked", &taking).at(after).refused(Part::Licence, Expired),
        case("not-yet-before-revoked", &old).at(past).refused(Part::Licence, NotYetValid),
        case("revoked-in-grace", &taking).at(now().plus(270 * DAY)).refused(Part::Licence, Revoked),
        case("list-ahead-before-expired", &ahead).at(after).refused(Part::Revocations, NotYetValid),
        case("list-ahead-before-not-yet", &taking).at(past).refused(Part::Revocations, NotYetValid),
        needing("list-ahead-before-list-too-old", &needs(8))
            .holding(signed(&ahead, &w.spare))
            .refused(Part::Revocations, NotYetValid),
        needing("no-list-before-expired", &needs(1)).refused(Part::Revocations, Revoked),
        needing("list-too-old-before-certificate-banned", &needs(8))
            .holding(banned.as_str())
            .refused(Part::Revocations, Revoked),
        needing("certificate-banned-before-expired", &needs(7))
            .holding(banned.as_str())
            .refused(Part::Issuer, Revoked),
        Case::licence(w, "unbound-before-revoked", unbound)
            .holding(signed(&taking, &w.root))
            .refused(Part::Licence, Unbound),
    ]
}

fn alone(w: &World) -> Vec<Vector> {
    let genuine = signed(&w.revocations(), &w.root);
    let block = |label, text: &str| armour::write(&[(label, text.as_bytes())]);
    let armoured = block(Label::Revocations, &genuine);
    let by_issuing = [2, 9].map(|number| {
        let jti = LicenceId(uuid(number));
        signed(&LicenceClaims { jti, ..w.licence() }, &w.issuing)
    });
    let full = RevocationsClaims {
        licences: vec![RevokedLicence::One(licence_id()), RevokedLicence::Below(serial(), 4)],
        keys: vec![ban(&w.issuing, &by_issuing.each_ref().map(String::as_str))],
        ..w.revocations()
    };
    let ok = |name, text: &str| Case::revocations(w, name, text).ok(Facts::revocations(7));
    let refused = |name, text: &str, at, code| Case::revocations(w, name, text).refused(at, code);
    let licence = w.licence_text();
    vec![
        ok("list-compact", &genuine),
        ok("list-armoured", &armoured),
        ok("list-with-crlf-and-mark", &format!("\u{feff}{}", armoured.replace('\n', "\r\n"))),
        ok("list-of-every-kind-of-entry", &signed(&full, &w.root)),
        refused("list-armoured-twice", &armoured.repeat(2), Part::File, Malformed),
        refused("licence-block", &block(Label::Licence, &licence), Part::File, Malformed),
        refused(
            "licence-in-a-list-block",
            &block(Label::Revocations, &licence),
            Part::Revocations,
            WrongType,
        ),
        refused("list-cut-off", &genuine[..genuine.len() / 2], Part::Revocations, Malformed),
        refused("list-empty", "", Part::Revocations, Malformed),
    ]
}

fn wrong(w: &World) -> Vec<Vector> {
    let genuine = Forge::new(&w.revocations(), &w.root);
    let refused = |name: &str, forged: Forge<'_>, code| {
        Case::revocations(w, name, forged.compact()).refused(Part::Revocations, code)
    };
    let mut vectors: Vec<_> = ["ver", "iss", "aud", "iat", "seq", "licences", "keys"]
        .map(|claim| {
            let name = format!("{claim}-missing");
            refused(&name, genuine.clone().claims(|c| c.without(claim)), Malformed)
        })
        .into();
    let serial = serial();
    let kid = w.root.public().id();
    let keeping = |digest: &str| format!(r#"[{{"kid":"{kid}","keep":["{digest}"]}}]"#);
    let values = [
        ("seq-zero", "seq", "0".to_owned(), Malformed),
        ("seq-negative", "seq", "-7".to_owned(), Malformed),
        ("seq-float", "seq", "7.0".to_owned(), Malformed),
        ("seq-beyond-32-bits", "seq", "4294967296".to_owned(), Malformed),
        ("aud-of-another-vendor", "aud", r#""revocations:Someone""#.to_owned(), Malformed),
        ("aud-of-another-kind", "aud", r#""issuer:Example Software""#.to_owned(), Malformed),
        ("licences-object", "licences", "{}".to_owned(), Malformed),
        ("licences-null", "licences", "null".to_owned(), Malformed),
        ("entry-string", "licences", r#"["x"]"#.to_owned(), Malformed),
        ("entry-empty", "licences", "[{}]".to_owned(), Malformed),
        ("entry-no-uuid", "licences", r#"[{"jti":"x"}]"#.to_owned(), Malformed),
        ("entry-without-revision", "licences", format!(r#"[{{"serial":"{serial}"}}]"#), Malformed),
        ("entry-without-serial", "licences", r#"[{"below":3}]"#.to_owned(), Malformed),
        (
            "entry-negative-revision",
            "licences",
            format!(r#"[{{"serial":"{serial}","below":-1}}]"#),
            Malformed,
        ),
        (
            "entry-of-both-kinds",
            "licences",
            format!(r#"[{{"jti":"{}","serial":"{serial}","below":3}}]"#, licence_id()),
            Malformed,
        ),
        ("key-without-keep", "keys", format!(r#"[{{"kid":"{kid}"}}]"#), Malformed),
        ("key-without-id", "keys", r#"[{"keep":[]}]"#.to_owned(), Malformed),
        ("key-id-too-short", "keys", r#"[{"kid":"AAAA","keep":[]}]"#.to_owned(), Malformed),
        ("keep-an-id", "keys", keeping(&licence_id().to_string()), Malformed),
        ("keep-padded", "keys", keeping("AAAAAAAAAAAAAAAAAAAAAA=="), Malformed),
        ("keep-too-short", "keys", keeping("AAAAAAAAAAAAAAAAAAAA"), Malformed),
        ("keep-too-long", "keys", keeping("AAAAAAAAAAAAAAAAAAAAAAA"), Malformed),
        ("keep-with-trailing-bits", "keys", keeping("AAAAAAAAAAAAAAAAAAAAAB"), Malformed),
        ("keep-in-the-other-alphabet", "keys", keeping("AAAAAAAAAAAAAAAAAAAA+A"), Malformed),
        ("keep-null", "keys", format!(r#"[{{"kid":"{kid}","keep":null}}]"#), Malformed),
        ("version-2", "ver", "2".to_owned(), UnsupportedVersion),
    ];
    vectors.extend(values.map(|(name, claim, value, code)| {
        refused(name, genuine.clone().claims(|c| c.set(claim, &value)), code)
    }));
    vectors.push(refused("seq-twice", genuine.claims(|c| c.add("seq", "9")), Malformed));
    vectors
}
