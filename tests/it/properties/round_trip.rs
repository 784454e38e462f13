//! What is written is what is read, for every kind.

use licence_core::armour::{self, Label};
use licence_core::claims::{AccessClaims, LicenceClaims};
use licence_core::{Policy, Roots, SignedRequest, SignedRevocations, TestLicences, UnixTime};
use licence_core::{UnboundLicences, UnverifiedLicence};
use licence_tests::world::{World, signed};

use super::arbitrary::Arbitrary;

const ROUNDS: usize = 400;

fn roots(w: &World) -> Roots {
    Roots::new(vec![w.root.public().clone()]).unwrap()
}

#[test]
fn licences_and_certificates_are_read_as_they_were_written() {
    let (world, mut some) = (World::default(), Arbitrary::new(1));
    for _ in 0..ROUNDS {
        let licence = some.licence();
        let by_root = UnverifiedLicence::parse(signed(&licence, &world.root).as_bytes()).unwrap();
        assert_eq!(by_root.verify_signatures(&roots(&world)).unwrap().claims(), &licence);

        let certificate = some.issuer(&world.issuing, &licence);
        let (licence_text, issuer_text) =
            (signed(&licence, &world.issuing), signed(&certificate, &world.root));
        let file = armour::write(&[
            (Label::Licence, licence_text.as_bytes()),
            (Label::IssuerKey, issuer_text.as_bytes()),
        ]);
        let below = UnverifiedLicence::parse(file.as_bytes()).unwrap();
        let below = below.verify_signatures(&roots(&world)).unwrap();
        assert_eq!(below.claims(), &licence);
        assert_eq!(below.issuer(), Some(&certificate));
    }
}

#[test]
fn requests_are_read_as_they_were_written() {
    let (world, mut some) = (World::default(), Arbitrary::new(2));
    for _ in 0..ROUNDS {
        let request = some.request(&world.site);
        let text = signed(&request, &world.site);
        let read = SignedRequest::parse(text.as_bytes(), UnixTime::MAX).unwrap();
        assert_eq!(read.claims(), &request);
    }
}

#[test]
fn revocation_lists_are_read_as_they_were_written() {
    let (world, mut some) = (World::default(), Arbitrary::new(3));
    for _ in 0..ROUNDS {
        let list = some.revocations();
        let text = signed(&list, &world.spare);
        let spare = Roots::new(vec![world.spare.public().clone()]).unwrap();
        assert_eq!(SignedRevocations::parse(text.as_bytes(), &spare).unwrap().claims(), &list);
    }
}

#[test]
fn access_tokens_are_read_as_they_were_written() {
    let (world, mut some) = (World::default(), Arbitrary::new(4));
    let policy = Policy {
        site: Some(world.site.public().clone()),
        unbound: UnboundLicences::Allowed,
        test: TestLicences::Allowed,
        ..Policy::default()
    };
    for _ in 0..ROUNDS {
        let site = Some(world.site.public().clone());
        let arbitrary = some.licence();
        let iat = arbitrary.period.nbf();
        let licence = LicenceClaims { site, iat, revocations_min: None, ..arbitrary };
        let token: AccessClaims = some.access(&licence);
        let file = UnverifiedLicence::parse(signed(&licence, &world.root).as_bytes()).unwrap();
        let accepted = file.verify_signatures(&roots(&world)).unwrap().accept(&policy).unwrap();
        let text = signed(&token, &world.site);
        let read = accepted.verify_access(text.as_bytes(), token.iat).unwrap();
        assert_eq!(read.claims(), &token);
    }
}
