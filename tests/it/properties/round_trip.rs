//! What is written is what is read, for every kind.

use licence_core::armour::{self, Label};
use licence_core::claims::{Borrow, LicenceClaims, Period, Seats};
use licence_core::{
    AcceptedLicence, Policy, Roots, SignedCheckpoint, SignedDigest, SignedRequest,
    SignedRevocations, TestLicences, UnboundLicences, UnixTime, UnverifiedLicence, ValidAdmin,
};
use licence_tests::world::{World, now, signed};

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

/// Some licence for the world's site, in force as it begins.
fn accepted(world: &World, some: &mut Arbitrary) -> AcceptedLicence {
    let policy = Policy {
        site: Some(world.site.public().clone()),
        unbound: UnboundLicences::Allowed,
        test: TestLicences::Allowed,
        ..Policy::default()
    };
    let site = Some(world.site.public().clone());
    let arbitrary = some.licence();
    let iat = arbitrary.period.nbf();
    let seats = Seats { borrow: Some(Borrow { days_max: 1, seats_max: 1 }), ..arbitrary.seats };
    // As long as the longest lease of it.
    let period = Period::limited(iat, iat.plus(86_400), None, None).unwrap();
    let licence = LicenceClaims { site, iat, seats, period, revocations_min: None, ..arbitrary };
    let file = UnverifiedLicence::parse(signed(&licence, &world.root).as_bytes()).unwrap();
    file.verify_signatures(&roots(world)).unwrap().accept(&policy).unwrap()
}

#[test]
fn access_tokens_and_leases_are_read_as_they_were_written() {
    let (world, mut some) = (World::default(), Arbitrary::new(4));
    for _ in 0..ROUNDS {
        let accepted = accepted(&world, &mut some);
        let licence = accepted.signed().claims();
        let token = some.access(licence);
        let text = signed(&token, &world.site);
        let read = accepted.verify_access(text.as_bytes(), token.sign_in.iat).unwrap();
        assert_eq!(read.claims(), &token);

        let lease = some.lease(licence, &world.device);
        let text = signed(&lease, &world.site);
        assert_eq!(accepted.verify_lease(text.as_bytes(), lease.iat).unwrap().claims(), &lease);
    }
}

#[test]
fn lists_of_revoked_tokens_are_read_as_they_were_written() {
    let (world, mut some) = (World::default(), Arbitrary::new(5));
    for _ in 0..ROUNDS {
        let accepted = accepted(&world, &mut some);
        let list = some.revoked(accepted.signed().claims());
        let text = signed(&list, &world.site);
        assert_eq!(accepted.verify_revoked(text.as_bytes(), list.iat).unwrap().claims(), &list);
    }
}

#[test]
fn usage_statements_are_read_as_they_were_written() {
    let (world, mut some) = (World::default(), Arbitrary::new(7));
    for _ in 0..ROUNDS {
        let accepted = accepted(&world, &mut some);
        let usage = some.usage(accepted.signed().claims());
        let text = signed(&usage, &world.site);
        let read = accepted.verify_usage(text.as_bytes()).unwrap();
        assert_eq!(read.claims(), &usage);
        assert_eq!(read.digest(), SignedDigest::of_compact(text.as_bytes()));
    }
}

#[test]
fn administrators_tokens_and_checkpoints_are_read_as_they_were_written() {
    let (world, mut some) = (World::default(), Arbitrary::new(6));
    let site = world.site.public();
    for _ in 0..ROUNDS {
        let token = some.admin(now());
        let text = signed(&token, &world.site);
        let read = ValidAdmin::verify(text.as_bytes(), site, &token.product, now()).unwrap();
        assert_eq!(read.claims(), &token);

        let checkpoint = some.checkpoint();
        let text = signed(&checkpoint, &world.site);
        let read = SignedCheckpoint::verify(text.as_bytes(), site, &checkpoint.product).unwrap();
        assert_eq!(read.claims(), &checkpoint);
    }
}
