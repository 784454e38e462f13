//! Who may sign what: every pairing of a key and a kind that is not in the chain of trust.

use licence_core::Code::{Malformed, Unbound, UnknownKey};
use licence_core::armour::{self, Label};
use licence_core::claims::{IssuerClaims, LicenceClaims};
use licence_core::{LicenceState, Part, PrivateKey};

use super::case::Case;
use super::{Facts, Vector};
use crate::forge::Forge;
use crate::world::{World, signed};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    [roots(w), licences(w), issuers(w), lists(w), tokens(w)].concat()
}

fn roots(w: &World) -> Vec<Vector> {
    let by = |key| signed(&w.licence(), key);
    vec![
        Case::licence(w, "by-the-root", by(&w.root)).granted(LicenceState::Valid),
        Case::licence(w, "by-the-spare-root", by(&w.spare))
            .below(&w.spare)
            .granted(LicenceState::Valid),
        Case::licence(w, "one-root-pinned", by(&w.root))
            .roots(&[&w.root])
            .granted(LicenceState::Valid),
        Case::licence(w, "root-not-pinned-any-more", by(&w.root))
            .roots(&[&w.spare])
            .refused(Part::Licence, UnknownKey),
    ]
}

fn with_issuer(licence: &str, issuer: &str) -> String {
    let blocks = [(Label::Licence, licence.as_bytes()), (Label::IssuerKey, issuer.as_bytes())];
    armour::write(&blocks)
}

fn licences(w: &World) -> Vec<Vector> {
    let certificate = signed(&w.issuer(), &w.root);
    let refused =
        |name: &str, file: String| Case::licence(w, name, file).refused(Part::Licence, UnknownKey);
    let by = |key| signed(&w.licence(), key);
    // A vendor's key that were also a site's could sign tokens.
    let site_is = |name: &str, key: &PrivateKey| {
        let licence = LicenceClaims { site: Some(key.public().clone()), ..w.licence() };
        refused(name, with_issuer(&signed(&licence, &w.issuing), &certificate))
    };
    vec![
        Case::licence(w, "by-the-issuing-key", with_issuer(&by(&w.issuing), &certificate))
            .granted(LicenceState::Valid),
        refused("by-a-stranger", by(&w.stranger)),
        refused("by-the-site", by(&w.site)),
        refused("by-the-issuing-key-without-certificate", by(&w.issuing)),
        refused("by-the-root-beside-a-certificate", with_issuer(&by(&w.root), &certificate)),
        refused("by-a-stranger-beside-a-certificate", with_issuer(&by(&w.stranger), &certificate)),
        refused("by-the-site-beside-a-certificate", with_issuer(&by(&w.site), &certificate)),
        site_is("site-is-the-root", &w.root),
        site_is("site-is-the-spare-root", &w.spare),
        site_is("site-is-the-issuing-key", &w.issuing),
    ]
}

fn issuers(w: &World) -> Vec<Vector> {
    let licence = signed(&w.licence(), &w.issuing);
    let refused = |name: &str, certificate: &str| {
        let file = with_issuer(&licence, certificate);
        Case::licence(w, name, file).refused(Part::Issuer, UnknownKey)
    };
    let for_key = |key: &PrivateKey| IssuerClaims { key: key.public().clone(), ..w.issuer() };
    let root_delegated =
        with_issuer(&signed(&w.licence(), &w.spare), &signed(&for_key(&w.spare), &w.root));
    let by_spare = with_issuer(&licence, &signed(&w.issuer(), &w.spare));
    vec![
        Case::licence(w, "certificate-by-the-spare-root", by_spare)
            .below(&w.spare)
            .granted(LicenceState::Valid),
        refused("certificate-by-a-stranger", &signed(&w.issuer(), &w.stranger)),
        refused("certificate-by-itself", &signed(&w.issuer(), &w.issuing)),
        refused("certificate-by-the-site", &signed(&w.issuer(), &w.site)),
        // A chain of two: the stranger is vouched for by the issuing key, which no root lets do so.
        refused("certificate-by-an-issuing-key", &signed(&for_key(&w.stranger), &w.issuing)),
        Case::licence(w, "root-with-a-second-role", root_delegated)
            .refused(Part::Issuer, UnknownKey),
    ]
}

fn lists(w: &World) -> Vec<Vector> {
    let by = |key| signed(&w.revocations(), key);
    let refused =
        |name, key| Case::revocations(w, name, by(key)).refused(Part::Revocations, UnknownKey);
    vec![
        Case::revocations(w, "list-by-the-root", by(&w.root)).ok(Facts::revocations(7)),
        Case::revocations(w, "list-by-the-spare-root", by(&w.spare)).ok(Facts::revocations(7)),
        refused("list-by-the-issuing-key", &w.issuing),
        refused("list-by-the-site", &w.site),
        refused("list-by-a-stranger", &w.stranger),
    ]
}

fn tokens(w: &World) -> Vec<Vector> {
    let by = |key| signed(&w.access(), key);
    let refused = |name, key| Case::access(w, name, by(key)).refused(Part::Access, UnknownKey);
    let unbound = Forge::new(&w.licence(), &w.root).claims(|c| c.without("cnf")).compact();
    let trial = |name, token| Case::access(w, name, token).under(unbound.as_str()).allow_unbound();
    let by_issuing = with_issuer(&signed(&w.licence(), &w.issuing), &signed(&w.issuer(), &w.root));
    let ok = |case: Case| case.ok(Facts::access(&w.access().sign_in));
    vec![
        ok(Case::access(w, "token-by-the-site", by(&w.site))),
        ok(Case::access(w, "token-below-an-issuing-key", by(&w.site)).under(by_issuing)),
        refused("token-by-another-site", &w.other_site),
        refused("token-by-the-root", &w.root),
        refused("token-by-the-issuing-key", &w.issuing),
        refused("token-by-a-stranger", &w.stranger),
        ok(trial("token-for-a-trial", by(&w.site)).site(&w.site)),
        trial("token-for-a-trial-elsewhere", by(&w.site))
            .site(&w.other_site)
            .refused(Part::Access, UnknownKey),
        trial("token-for-a-trial-of-nobody", by(&w.site)).refused(Part::Licence, Unbound),
        Case::access(w, "token-under-no-licence", by(&w.site))
            .under("")
            .refused(Part::Licence, Malformed),
        Case::access(w, "token-under-a-strangers-licence", by(&w.site))
            .under(signed(&w.licence(), &w.stranger))
            .refused(Part::Licence, UnknownKey),
    ]
}
