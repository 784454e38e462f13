//! A key that leaked is banned, and what the vendor knows to have signed with it stays good.

use licence_core::Code::Revoked;
use licence_core::armour::{self, Label};
use licence_core::claims::{
    BannedKey, IssuerClaims, LicenceClaims, RevokedLicence, SeatCount, Seats,
};
use licence_core::{LicenceId, LicenceState, Part, PrivateKey};

use super::{Case, Vector, held, list};
use crate::forge::Forge;
use crate::world::{DAY, World, ban, licence_id, signed, uuid};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    [keys(w), chains(w), forged_licences(w), forged_certificates(w)].concat()
}

/// The world's licence below its certificate. The spare root signs the list: it is what one has left
/// when the other has leaked.
fn below_issuer(
    w: &World,
    name: &str,
    [licence, certificate]: [&str; 2],
    keys: &[BannedKey],
) -> Case {
    let blocks = [(Label::Licence, licence.as_bytes()), (Label::IssuerKey, certificate.as_bytes())];
    Case::licence(w, name, armour::write(&blocks)).holding(signed(&list(w, &[], keys), &w.spare))
}

fn another_licence(w: &World) -> LicenceClaims {
    LicenceClaims { jti: LicenceId(uuid(9)), ..w.licence() }
}

fn keys(w: &World) -> Vec<Vector> {
    let holding = |name, keys: &[BannedKey]| held(w, name, &list(w, &[], keys));
    let ok = |name, keys| holding(name, keys).granted(LicenceState::Valid);
    let revoked = |name, keys| holding(name, keys).refused(Part::Licence, Revoked);
    let (own, other) = (&w.licence_text(), &signed(&another_licence(w), &w.root));
    let certificate = &signed(&w.issuer(), &w.root);
    let both = list(w, &[RevokedLicence::One(licence_id())], &[ban(&w.root, &[own])]);
    vec![
        revoked("key-banned", &[ban(&w.root, &[])]),
        ok("key-banned-and-this-licence-kept", &[ban(&w.root, &[own])]),
        ok("key-banned-and-several-kept", &[ban(&w.root, &[certificate, own, other])]),
        revoked("key-banned-and-another-kept", &[ban(&w.root, &[other])]),
        ok("another-key-banned", &[ban(&w.spare, &[]), ban(&w.issuing, &[])]),
        ok("site-key-banned", &[ban(&w.site, &[])]),
        revoked("key-banned-twice-and-kept-once", &[ban(&w.root, &[own]), ban(&w.root, &[other])]),
        held(w, "kept-and-taken-back", &both).refused(Part::Licence, Revoked),
    ]
}

fn chains(w: &World) -> Vec<Vector> {
    let (licence, certificate) = (&signed(&w.licence(), &w.issuing), &signed(&w.issuer(), &w.root));
    let case = |name, keys: &[BannedKey]| below_issuer(w, name, [licence, certificate], keys);
    let ok = |name, keys| case(name, keys).granted(LicenceState::Valid);
    let refused = |name, keys, at| case(name, keys).refused(at, Revoked);
    let (issuing, issuing_kept) = (|| ban(&w.issuing, &[]), || ban(&w.issuing, &[licence]));
    let (root, root_kept) = (|| ban(&w.root, &[]), || ban(&w.root, &[certificate]));
    let root_keeps_licence = ban(&w.root, &[licence]);
    vec![
        refused("issuing-key-banned", &[issuing()], Part::Licence),
        ok("issuing-key-banned-and-licence-kept", &[issuing_kept()]),
        refused("root-banned-above-an-issuing-key", &[root()], Part::Issuer),
        ok("root-banned-and-certificate-kept", &[root_kept()]),
        refused("root-banned-and-only-the-licence-kept", &[root_keeps_licence], Part::Issuer),
        refused("root-and-issuing-key-banned", &[issuing(), root()], Part::Issuer),
        ok("both-banned-and-both-kept", &[issuing_kept(), root_kept()]),
    ]
}

/// Whoever has the key can give a forgery any date and any id, those of a kept licence as well. So a
/// licence is kept by what was signed, to the byte.
fn forged_licences(w: &World) -> Vec<Vector> {
    let genuine = w.licence();
    let dated_back = LicenceClaims { iat: genuine.iat.plus(-30 * DAY), ..another_licence(w) };
    let more_seats =
        LicenceClaims { seats: Seats::new(SeatCount::new(90).unwrap()), ..genuine.clone() };
    let kept_by = |key: &PrivateKey| [ban(key, &[&signed(&genuine, key)])];
    let certificate = signed(&w.issuer(), &w.root);
    let by_issuing = |name, forged: &LicenceClaims| {
        let texts = [signed(forged, &w.issuing), certificate.clone()];
        below_issuer(w, name, texts.each_ref().map(String::as_str), &kept_by(&w.issuing))
            .refused(Part::Licence, Revoked)
    };
    let by_root = |name, forged: String| {
        let list = signed(&list(w, &[], &kept_by(&w.root)), &w.spare);
        Case::licence(w, name, forged).holding(list).refused(Part::Licence, Revoked)
    };
    let renamed = Forge::new(&genuine, &w.root).header(|h| h.set("alg", "\"Ed25519\""));
    let spaced = Forge::new(&genuine, &w.root).claims_text(|claims| format!("{claims} "));
    vec![
        by_issuing("issuing-key-banned-and-forgery-dated-back", &dated_back),
        by_issuing("issuing-key-banned-and-forgery-has-a-kept-id", &more_seats),
        by_root("root-banned-and-forgery-has-a-kept-id", signed(&more_seats, &w.root)),
        by_root("kept-licence-with-another-header", renamed.compact()),
        by_root("kept-licence-with-a-space-more", spaced.compact()),
    ]
}

/// A thief of the root certifies a key of their own, under the id of the certificate that is kept.
fn forged_certificates(w: &World) -> Vec<Vector> {
    let genuine = w.issuer();
    let kept = [ban(&w.root, &[&signed(&genuine, &w.root)])];
    let refused = |name, certificate: &IssuerClaims, key: &PrivateKey| {
        let texts = [signed(&w.licence(), key), signed(certificate, &w.root)];
        below_issuer(w, name, texts.each_ref().map(String::as_str), &kept)
            .refused(Part::Issuer, Revoked)
    };
    let own_key = IssuerClaims { key: w.stranger.public().clone(), ..genuine.clone() };
    let no_limits = IssuerClaims { products: None, seats_max: None, ..genuine.clone() };
    vec![
        refused("root-banned-and-forged-certificate-has-a-kept-id", &own_key, &w.stranger),
        refused("root-banned-and-kept-certificate-without-limits", &no_limits, &w.issuing),
    ]
}
