//! No single flipped bit of anything signed goes unnoticed, wherever it is.

use licence_core::armour::{self, Label};
use licence_core::{
    AcceptedLicence, Policy, Refusal, Roots, SignedCheckpoint, SignedRequest, SignedRevocations,
    UnverifiedLicence, ValidAdmin,
};
use licence_tests::world::{World, now, signed};

fn roots(w: &World) -> Roots {
    Roots::new(vec![w.root.public().clone(), w.spare.public().clone()]).unwrap()
}

fn accept(w: &World, file: &[u8]) -> Result<AcceptedLicence, Refusal> {
    let licence = UnverifiedLicence::parse(file)?.verify_signatures(&roots(w))?;
    let licence = licence.accept(&Policy::default())?;
    licence.at(now())?;
    Ok(licence)
}

/// Fails where the text as it is does not verify, or with one bit flipped does.
#[track_caller]
fn assert_no_flip_verifies(text: &str, verifies: impl Fn(&[u8]) -> bool) {
    let mut bytes = text.as_bytes().to_vec();
    assert!(verifies(&bytes), "the text itself must verify");
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let flip = 1 << bit;
            bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= flip);
            assert!(!verifies(&bytes), "bit {bit} of byte {at} flipped: {text}");
            bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= flip);
        }
    }
}

#[test]
fn no_flipped_bit_of_a_bare_licence_verifies() {
    let world = World::default();
    assert_no_flip_verifies(&world.licence_text(), |bytes| accept(&world, bytes).is_ok());
}

#[test]
fn no_flipped_bit_of_a_licence_file_verifies() {
    let world = World::default();
    let licence = signed(&world.licence(), &world.issuing);
    let issuer = signed(&world.issuer(), &world.root);
    let list = signed(&world.revocations(), &world.root);
    let file = armour::write(&[
        (Label::Licence, licence.as_bytes()),
        (Label::IssuerKey, issuer.as_bytes()),
        (Label::Revocations, list.as_bytes()),
    ]);
    assert_no_flip_verifies(&file, |bytes| accept(&world, bytes).is_ok());
}

#[test]
fn no_flipped_bit_of_an_access_token_verifies() {
    let world = World::default();
    let licence = accept(&world, world.licence_text().as_bytes()).unwrap();
    let token = signed(&world.access(), &world.site);
    assert_no_flip_verifies(&token, |bytes| licence.verify_access(bytes, now()).is_ok());
}

#[test]
fn no_flipped_bit_of_what_else_a_site_signs_verifies() {
    let world = World::default();
    let licence = accept(&world, world.licence_text().as_bytes()).unwrap();
    let (site, product) = (world.site.public(), world.licence().product);
    assert_no_flip_verifies(&signed(&world.lease(), &world.site), |bytes| {
        licence.verify_lease(bytes, now()).is_ok()
    });
    assert_no_flip_verifies(&signed(&world.revoked(), &world.site), |bytes| {
        licence.verify_revoked(bytes, now()).is_ok()
    });
    assert_no_flip_verifies(&signed(&world.admin(), &world.site), |bytes| {
        ValidAdmin::verify(bytes, site, &product, now()).is_ok()
    });
    assert_no_flip_verifies(&signed(&world.usage(), &world.site), |bytes| {
        licence.verify_usage(bytes).is_ok()
    });
    assert_no_flip_verifies(&signed(&world.checkpoint(), &world.site), |bytes| {
        SignedCheckpoint::verify(bytes, site, &product).is_ok()
    });
}

#[test]
fn no_flipped_bit_of_a_request_verifies() {
    let world = World::default();
    let request = signed(&world.request(), &world.site);
    assert_no_flip_verifies(&request, |bytes| SignedRequest::parse(bytes, now()).is_ok());
}

#[test]
fn no_flipped_bit_of_a_revocation_list_verifies() {
    let (world, roots) = (World::default(), roots(&World::default()));
    let list = signed(&world.revocations(), &world.root);
    assert_no_flip_verifies(&list, |bytes| SignedRevocations::parse(bytes, &roots).is_ok());
}
