//! RFC 8032 section 7.1, from `known-answers/rfc8032-7.1.json`.

use licence_core::PrivateKey;
use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
    name: String,
    secret_key: String,
    public_key: String,
    message: String,
    signature: String,
}

#[test]
fn keys_and_signatures_are_rfc_8032s() {
    let text = include_str!("../../known-answers/rfc8032-7.1.json");
    let answers: Vec<Answer> = serde_json::from_str(text).unwrap();
    assert_eq!(answers.len(), 5);
    for answer in answers {
        let key = PrivateKey::from_seed(&array(&answer.secret_key)).unwrap();
        let (message, signature) = (bytes(&answer.message), array(&answer.signature));
        assert_eq!(key.public().to_bytes(), array(&answer.public_key), "{}", answer.name);
        assert_eq!(key.sign_bytes(&message), signature, "{}", answer.name);
        assert!(key.public().verifies(&message, &signature), "{}", answer.name);
        let longer = [message.as_slice(), b"\0"].concat();
        assert!(!key.public().verifies(&longer, &signature), "{}", answer.name);
    }
}

fn array<const N: usize>(hex: &str) -> [u8; N] {
    bytes(hex).try_into().unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |digit: &u8| u8::try_from(char::from(*digit).to_digit(16).unwrap()).unwrap();
    let (pairs, _) = hex.as_bytes().as_chunks();
    pairs.iter().map(|[high, low]| digit(high) << 4 | digit(low)).collect()
}
