//! Whatever the bytes are, they are read or refused: nothing panics, and JSON that was read can be
//! written and read again.

use licence_core::{
    AcceptedLicence, Kind, Policy, PublicKey, Roots, SignedCheckpoint, SignedRequest,
    SignedRevocations, UnverifiedLicence, ValidAdmin, armour, base64url, json, keyfile,
    unverified_parts,
};
use licence_tests::vectors::{folder, load};
use licence_tests::world::{World, now};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

const ROUNDS: usize = 40_000;

/// Gives bytes to everything that reads some.
fn offer_everywhere(w: &World, licence: &AcceptedLicence, roots: &Roots, bytes: &[u8]) {
    let (site, product) = (w.site.public(), &licence.signed().claims().product);
    let _ = licence.verify_access(bytes, now());
    let _ = licence.verify_lease(bytes, now());
    let _ = licence.verify_revoked(bytes, now());
    let _ = licence.verify_usage(bytes).map(|usage| usage.objections(&[], Some(&usage)));
    let _ = ValidAdmin::verify(bytes, site, product, now());
    let _ = SignedCheckpoint::verify(bytes, site, product);

    let licence = UnverifiedLicence::parse(bytes).and_then(|file| file.verify_signatures(roots));
    let _ = licence.and_then(|licence| licence.accept(&Policy::default())).map(|licence| {
        let _ = licence.at(now());
    });
    let _ = SignedRequest::parse(bytes, now());
    let _ = SignedRevocations::parse(bytes, roots);
    let _ = PublicKey::parse(bytes);
    let _ = armour::parse(bytes);
    // An encrypted key would cost a second, and asks for a passphrase first.
    let _ = keyfile::parse(bytes, None);
    for kind in Kind::ALL {
        let _ = unverified_parts(bytes, kind);
    }
    if let Ok(text) = core::str::from_utf8(bytes) {
        let _ =
            base64url::decode(text).map(|decoded| assert_eq!(base64url::encode(&decoded), text));
    }
    assert_json_is_stable(bytes);
}

fn assert_json_is_stable(bytes: &[u8]) {
    let Ok(value) = json::parse(bytes) else { return };
    // One level deeper than it was read, so what was at the limit of depth is left out.
    let written = json::object(|object| object.value("value", &value));
    if let Ok(read) = json::parse(written.as_bytes()) {
        assert_eq!(read.as_object().and_then(|object| object.value("value")), Some(&value));
    }
}

/// Every input of the vectors and what their segments hold: where the interesting bytes are.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for subject in load(&folder()) {
        for vector in subject.vectors {
            let bytes = vector.input.bytes();
            if bytes.len() > 4_000 {
                continue;
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            seeds.extend(text.split('.').filter_map(base64url::decode));
            seeds.push(bytes);
        }
    }
    seeds
}

fn mutated(rng: &mut StdRng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let pick = |rng: &mut StdRng| seeds.get(rng.random_range(0..seeds.len())).unwrap().clone();
    let mut bytes = pick(rng);
    for _ in 0..rng.random_range(1..4) {
        let at = rng.random_range(0..=bytes.len());
        let tail = bytes.split_off(at);
        match rng.random_range(0..5) {
            0 => {}
            1 => bytes.extend(tail.iter().skip(rng.random_range(1..9))),
            2 => bytes.extend([&[rng.random()], tail.as_slice()].concat()),
            3 => bytes.extend([tail.as_slice(), tail.as_slice()].concat()),
            _ => bytes.extend(pick(rng)),
        }
    }
    bytes
}

#[test]
fn nothing_that_reads_panics() {
    let world = World::default();
    let roots = Roots::new(vec![world.root.public().clone()]).unwrap();
    let licence = UnverifiedLicence::parse(world.licence_text().as_bytes()).unwrap();
    let licence = licence.verify_signatures(&roots).unwrap().accept(&Policy::default()).unwrap();
    let mut rng = StdRng::seed_from_u64(0x6c69_6365_6e63_6521);
    let seeds = seeds();
    for _ in 0..ROUNDS {
        offer_everywhere(&world, &licence, &roots, &mutated(&mut rng, &seeds));
        let noise: Vec<u8> = (0..rng.random_range(0..64)).map(|_| rng.random()).collect();
        offer_everywhere(&world, &licence, &roots, &noise);
    }
}
