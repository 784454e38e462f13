//! RFC 8037 appendix A: an Ed25519 key as a JWK, its thumbprint, and a JWS by it.

use licence_core::{PrivateKey, PublicKey, base64url, json};
use licence_tests::forge::Forge;
use licence_tests::world::World;

const D: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
const SIGNING_INPUT: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
const SIGNATURE: &str =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

fn private_key() -> PrivateKey {
    PrivateKey::from_seed(&base64url::decode_array(D).unwrap()).unwrap()
}

#[test]
fn the_public_key_of_a_1_and_its_jwk_of_a_2_are_ours() {
    let key = private_key();
    assert_eq!(base64url::encode(&key.public().to_bytes()), X);
    let jwk = json::object(|jwk| key.public().write_jwk(jwk));
    assert_eq!(jwk, format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{X}"}}"#));
    assert_eq!(&PublicKey::parse(jwk.as_bytes()).unwrap(), key.public());
}

#[test]
fn the_thumbprint_of_a_3_is_the_key_id() {
    assert_eq!(private_key().public().id().to_string(), THUMBPRINT);
}

#[test]
fn the_signature_of_a_4_is_made_and_that_of_a_5_holds() {
    let (key, signature) = (private_key(), base64url::decode_array(SIGNATURE).unwrap());
    assert_eq!(key.sign_bytes(SIGNING_INPUT.as_bytes()), signature);
    assert!(key.public().verifies(SIGNING_INPUT.as_bytes(), &signature));
}

#[test]
fn a_licence_by_that_key_has_its_compact_form() {
    let (key, world) = (private_key(), World::default());
    let forge = Forge::new(&world.licence(), &key);
    let honest = licence_tests::world::signed(&world.licence(), &key);
    assert_eq!(forge.compact(), honest, "the forge starts from what the core signs");
}
