//! A list in the licence file beside one that the verifier holds: which of the two counts.

use licence_core::Code::{Malformed, NotYetValid, Revoked, UnknownKey};
use licence_core::claims::{BannedKey, LicenceClaims, RevocationsClaims, RevokedLicence};
use licence_core::{LicenceState, Part, Vendor};

use super::{Case, Vector, beside, in_file, list};
use crate::world::{DAY, World, ban, licence_id, now, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    [newest(w), vendors(w), conflicts(w), banned_signers(w), mutual_bans(w)].concat()
}

/// The world's licence with one list in its file, where the verifier holds the other.
fn case(w: &World, name: &str, filed: &str, held: &str) -> Case {
    Case::licence(w, name, in_file(w, filed)).holding(held)
}

/// Takes the world's licence back.
fn taking() -> [RevokedLicence; 1] {
    [RevokedLicence::One(licence_id())]
}

/// The higher `seq` counts, and the other is not looked at.
fn newest(w: &World) -> Vec<Vector> {
    let numbered = |seq, entries: &[RevokedLicence]| {
        signed(&RevocationsClaims { seq, ..list(w, entries, &[]) }, &w.root)
    };
    let case = |name, filed: &str, held: &str| case(w, name, filed, held);
    let (clean_7, clean_8) = (numbered(7, &[]), numbered(8, &[]));
    let (taking_7, taking_8) = (numbered(7, &taking()), numbered(8, &taking()));
    vec![
        case("newer-list-held-takes-back", &clean_7, &taking_8).refused(Part::Licence, Revoked),
        case("newer-list-filed-takes-back", &taking_8, &clean_7).refused(Part::Licence, Revoked),
        case("newer-list-held-gives-again", &taking_7, &clean_8).granted(LicenceState::Valid),
        case("newer-list-filed-gives-again", &clean_8, &taking_7).granted(LicenceState::Valid),
        case("same-list-twice", &clean_7, &clean_7).granted(LicenceState::Valid),
    ]
}

/// Two vendors may share a root key; the list of one says nothing of the other's licences.
fn vendors(w: &World) -> Vec<Vector> {
    let someone = Vendor::parse("Someone").unwrap();
    let foreign = |seq, entries: &[RevokedLicence], keys: &[BannedKey]| {
        let own = list(w, entries, keys);
        signed(&RevocationsClaims { iss: someone.clone(), seq, ..own }, &w.root)
    };
    let own = |entries: &[RevokedLicence]| signed(&list(w, entries, &[]), &w.root);
    let plain = foreign(7, &[], &[]);
    let kept = [ban(&w.root, &[&w.licence_text()])];
    let refused = |case: Case| case.refused(Part::Revocations, UnknownKey);
    let ok = |case: Case| case.granted(LicenceState::Valid);
    let revoked = |case: Case| case.refused(Part::Licence, Revoked);
    let holding = |name, list: String| Case::licence(w, name, w.licence_text()).holding(list);
    let case = |name, filed: &str, held: String| case(w, name, filed, &held);
    vec![
        refused(Case::licence(w, "another-vendors-list-filed", in_file(w, &plain))),
        refused(case("another-vendors-list-filed-beside-ours", &plain, own(&[]))),
        refused(
            Case::licence(w, "another-vendors-list-before-wrong-product", in_file(w, &plain))
                .product(Some("mill")),
        ),
        ok(holding("another-vendors-list-held", foreign(7, &taking(), &[ban(&w.root, &[])]))),
        ok(case("another-vendors-list-has-the-same-seq", &own(&[]), plain.clone())),
        revoked(case("another-vendors-list-is-newer", &own(&taking()), foreign(8, &[], &[]))),
        revoked(case("another-vendors-list-bans", &own(&taking()), foreign(7, &[], &kept))),
        Case::licence(w, "another-vendors-list-is-not-the-one-needed", needing(w, 7))
            .holding(plain)
            .refused(Part::Revocations, Revoked),
    ]
}

/// The world's licence, where it needs a list.
fn needing(w: &World, seq: u32) -> String {
    signed(&LicenceClaims { revocations_min: Some(seq), ..w.licence() }, &w.root)
}

/// A vendor who gave one number to two lists: nothing tells which is the newer.
fn conflicts(w: &World) -> Vec<Vector> {
    let ours = list(w, &[], &[]);
    let later = RevocationsClaims { iat: ours.iat.plus(1), ..ours.clone() };
    let (taken, bans) = (list(w, &taking(), &[]), list(w, &[], &[ban(&w.stranger, &[])]));
    let [ours, later, taken, bans] =
        [ours, later, taken, bans].map(|claims| signed(&claims, &w.root));
    let refused = |name, filed: &str, held: &str| {
        case(w, name, filed, held).refused(Part::Revocations, Malformed)
    };
    vec![
        refused("same-seq-and-held-takes-back", &ours, &taken),
        refused("same-seq-and-filed-takes-back", &taken, &ours),
        refused("same-seq-and-another-ban", &ours, &bans),
        refused("same-seq-and-another-time", &ours, &later),
        case(w, "same-seq-before-wrong-product", &ours, &taken)
            .product(Some("mill"))
            .refused(Part::Revocations, Malformed),
        case(w, "same-list-by-both-roots", &ours, &signed(&w.revocations(), &w.spare))
            .granted(LicenceState::Valid),
    ]
}

/// Whoever has a leaked root can sign a list with any number, so where a ban of that root is at hand,
/// its list is left out.
fn banned_signers(w: &World) -> Vec<Vector> {
    let kept = [ban(&w.root, &[&w.licence_text()])];
    let forged = |seq, entries: &[RevokedLicence]| {
        signed(&RevocationsClaims { seq, ..list(w, entries, &[]) }, &w.root)
    };
    let iat = now().plus(30 * DAY);
    let ahead = signed(&RevocationsClaims { iat, seq: 8, ..w.revocations() }, &w.root);
    let taking_by = |key| signed(&list(w, &taking(), &kept), key);
    let (banning, both) = (signed(&list(w, &[], &kept), &w.spare), taking_by(&w.spare));
    let ok =
        |name, filed: &str, held: &str| case(w, name, filed, held).granted(LicenceState::Valid);
    let revoked =
        |name, filed: &str, held: &str| case(w, name, filed, held).refused(Part::Licence, Revoked);
    vec![
        revoked("newer-list-filed-by-a-banned-root", &forged(8, &[]), &both),
        revoked("newer-list-held-by-a-banned-root", &both, &forged(8, &[])),
        ok("list-by-a-banned-root-takes-back", &forged(8, &taking()), &banning),
        ok("list-by-a-banned-root-has-the-same-seq", &forged(7, &taking()), &banning),
        ok("list-by-a-banned-root-is-ahead", &ahead, &banning),
        revoked("root-that-banned-itself-signs-again", &forged(8, &[]), &taking_by(&w.root)),
        Case::licence(
            w,
            "list-by-a-banned-root-is-not-the-one-needed",
            beside(&needing(w, 8), &forged(8, &[])),
        )
        .holding(banning)
        .refused(Part::Revocations, Revoked),
    ]
}

/// Each list bans the other's signer: nothing tells which of the two leaked, so both count.
fn mutual_bans(w: &World) -> Vec<Vector> {
    let by_root = |seq, entries: &[RevokedLicence]| {
        let claims = list(w, entries, &[ban(&w.spare, &[])]);
        signed(&RevocationsClaims { seq, ..claims }, &w.root)
    };
    let by_spare = |entries: &[RevokedLicence], keep: &[&str]| {
        signed(&list(w, entries, &[ban(&w.root, keep)]), &w.spare)
    };
    let own = w.licence_text();
    let (newer, older) = (by_root(8, &[]), by_spare(&[], &[&own]));
    let banning = list(w, &[], &[ban(&w.spare, &[])]);
    let ahead = RevocationsClaims { seq: 8, iat: now().plus(30 * DAY), ..banning };
    let case = |name, filed: &str, held: &str| case(w, name, filed, held);
    let needed = |name, seq| {
        let licence = needing(w, seq);
        Case::licence(w, name, beside(&licence, &newer)).holding(by_spare(&[], &[&licence]))
    };
    vec![
        case("bans-of-each-other", &newer, &older).granted(LicenceState::Valid),
        case("bans-of-each-other-and-older-takes-back", &newer, &by_spare(&taking(), &[&own]))
            .refused(Part::Licence, Revoked),
        case("bans-of-each-other-and-newer-takes-back", &by_root(8, &taking()), &older)
            .refused(Part::Licence, Revoked),
        case("bans-of-each-other-and-licence-not-kept", &newer, &by_spare(&[], &[]))
            .refused(Part::Licence, Revoked),
        case("bans-of-each-other-with-the-same-seq", &by_root(7, &[]), &older)
            .refused(Part::Revocations, Malformed),
        case("bans-of-each-other-and-one-ahead", &signed(&ahead, &w.root), &older)
            .refused(Part::Revocations, NotYetValid),
        needed("bans-of-each-other-and-both-new-enough", 7).granted(LicenceState::Valid),
        needed("bans-of-each-other-and-one-too-old", 8).refused(Part::Revocations, Revoked),
    ]
}
