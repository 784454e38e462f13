//! What the caller asks of a licence: product, site, trial, test; and in which order.

use licence_core::Code::{Expired, Malformed, TestLicence, Unbound, WrongProduct, WrongSite};
use licence_core::{LicenceState, Part, base64url};

use super::Vector;
use super::case::Case;
use crate::forge::Forge;
use crate::world::{DAY, PRODUCT, World, now};

pub(super) fn vectors(w: &World) -> Vec<Vector> {
    let bound = Forge::new(&w.licence(), &w.root);
    // y = 2 is the y of no point.
    let x = base64url::encode(&std::array::from_fn::<u8, 32, _>(|at| if at == 0 { 2 } else { 0 }));
    let no_point = format!(r#"{{"jwk":{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}}}"#);
    let pointless = bound.clone().claims(|c| c.set("cnf", &no_point));
    let unbound = bound.clone().claims(|c| c.without("cnf"));
    let test = bound.clone().claims(|c| c.add("env", r#""test""#));
    let unbound_test = unbound.clone().claims(|c| c.add("env", r#""test""#));
    let case = |name, licence: &Forge<'_>| Case::licence(w, name, licence.compact());
    let ok = |case: Case| case.granted(LicenceState::Valid);
    let refused = |case: Case, code| case.refused(Part::Licence, code);
    let late = now().plus(300 * DAY);
    vec![
        ok(case("its-product", &bound).product(Some(PRODUCT))),
        ok(case("any-product", &bound).product(None)),
        refused(case("another-product", &bound).product(Some("mill")), WrongProduct),
        refused(case("product-in-another-case", &bound).product(Some("LAB")), WrongProduct),
        refused(case("beginning-of-a-product", &bound).product(Some("la")), WrongProduct),
        ok(case("bound-and-no-site-named", &bound)),
        ok(case("its-site", &bound).site(&w.site)),
        refused(case("another-site", &bound).site(&w.other_site), WrongSite),
        refused(
            case("another-site-where-trials-are-allowed", &bound)
                .site(&w.other_site)
                .allow_unbound(),
            WrongSite,
        ),
        refused(case("no-point-as-its-site", &pointless), Malformed),
        refused(case("no-point-where-the-site-is-known", &pointless).site(&w.site), Malformed),
        refused(case("no-point-before-product", &pointless).product(Some("mill")), Malformed),
        refused(case("the-root-as-its-site", &bound).site(&w.root), WrongSite),
        refused(case("unbound", &unbound), Unbound),
        refused(case("unbound-at-a-site", &unbound).site(&w.site), Unbound),
        ok(case("unbound-allowed", &unbound).allow_unbound()),
        ok(case("unbound-allowed-at-a-site", &unbound).allow_unbound().site(&w.other_site)),
        refused(case("test", &test), TestLicence),
        ok(case("test-allowed", &test).allow_test()),
        refused(case("test-where-only-trials-are-allowed", &test).allow_unbound(), TestLicence),
        ok(case("no-test-where-tests-are-allowed", &bound).allow_test()),
        refused(case("unbound-where-only-tests-are-allowed", &unbound).allow_test(), Unbound),
        ok(case("unbound-test-both-allowed", &unbound_test).allow_unbound().allow_test()),
        // The order: product, unbound or site, test, time.
        refused(case("product-before-unbound", &unbound_test).product(Some("mill")), WrongProduct),
        refused(
            case("product-before-site", &bound).product(Some("mill")).site(&w.other_site),
            WrongProduct,
        ),
        refused(case("unbound-before-test", &unbound_test), Unbound),
        refused(case("site-before-test", &test).site(&w.other_site), WrongSite),
        refused(case("test-before-expired", &test).at(late), TestLicence),
        refused(
            case("product-before-expired", &bound).product(Some("mill")).at(late),
            WrongProduct,
        ),
        refused(case("expired-after-all", &test).allow_test().at(late), Expired),
    ]
}
