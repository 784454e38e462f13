//! The tests' vendor and site, and what they hold of each other.

use std::sync::LazyLock;

use licence_core::{
    AcceptedLicence, KeyId, Policy, PrivateKey, Roots, UnverifiedLicence, base64url,
};
use licence_tests::world::World;

/// Everyone's keys, the same in every run.
pub static WORLD: LazyLock<World> = LazyLock::new(World::default);

/// The pinned roots.
pub static ROOTS: LazyLock<Roots> = LazyLock::new(|| {
    let roots = [&WORLD.root, &WORLD.spare].map(|key| key.public().clone());
    Roots::new(roots.to_vec()).expect("two keys")
});

/// The site's licence.
pub static LICENCE: LazyLock<AcceptedLicence> = LazyLock::new(|| {
    let file = UnverifiedLicence::parse(WORLD.licence_text().as_bytes()).expect("it is genuine");
    file.accept(&ROOTS, &Policy::default()).expect("it is for this site")
});

/// The key of that name, if anybody here has it.
pub fn key_called(id: KeyId) -> Option<&'static PrivateKey> {
    let World { root, spare, issuing, site, other_site, device, stranger } = &*WORLD;
    let keys = [root, spare, issuing, site, other_site, device, stranger];
    keys.into_iter().find(|key| key.public().id() == id)
}

/// Header and claims as they are, with a genuine signature.
pub fn sign(header: &str, claims: &str, key: &PrivateKey) -> String {
    let signed = [header, claims].map(|text| base64url::encode(text.as_bytes())).join(".");
    let signature = base64url::encode(&key.sign_bytes(signed.as_bytes()));
    format!("{signed}.{signature}")
}
