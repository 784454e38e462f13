//! Signatures that some verifier takes and the strict rule does not.
//!
//! Source: "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020). Only the holder of a key
//! can make most of them, who then has two signatures, or one that half of the world refuses.

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::{EdwardsPoint, Scalar, scalar::clamp_integer};
use licence_core::PrivateKey;
use sha2::{Digest as _, Sha512};

use super::Texts;
use crate::forge::Forge;
use crate::world::World;

/// The order of the group, little-endian (RFC 8032 section 5.1).
const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// y = 1, the neutral element, written as p + 1.
const NEUTRAL_AS_P_PLUS_1: [u8; 32] = [
    0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
];

pub(super) fn signatures(w: &World) -> Texts {
    let genuine = Forge::new(&w.licence(), &w.root);
    let by = |sign: &dyn Fn(&[u8]) -> Vec<u8>| genuine.compact_with(sign);
    let signer = Signer::of(&w.root);
    let nonce = Scalar::from(0x1234_5678_u64);
    let neutral = EIGHT_TORSION[0].compress().to_bytes();
    let mut neutral_with_sign = neutral;
    neutral_with_sign[31] |= 0x80;
    let mixed = EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[1];
    let not_a_point = {
        let mut y = [0; 32];
        y[0] = 2;
        y
    };
    vec![
        ("s-plus-l", by(&|m| plus_l(&w.root.sign_bytes(m), 1))),
        ("s-plus-two-l", by(&|m| plus_l(&w.root.sign_bytes(m), 2))),
        ("s-plus-seven-l", by(&|m| plus_l(&w.root.sign_bytes(m), 7))),
        ("s-is-l-and-r-neutral", by(&|_| [neutral, L].concat())),
        (
            "s-with-its-highest-bit",
            by(&|m| {
                let mut signature = w.root.sign_bytes(m).to_vec();
                signature[63] |= 0x80;
                signature
            }),
        ),
        ("r-neutral", by(&|m| signer.solve(neutral, Scalar::ZERO, b"", m))),
        ("r-neutral-with-a-sign", by(&|m| signer.solve(neutral_with_sign, Scalar::ZERO, b"", m))),
        (
            "r-neutral-not-canonical",
            by(&|m| signer.solve(NEUTRAL_AS_P_PLUS_1, Scalar::ZERO, b"", m)),
        ),
        (
            "r-of-order-two",
            by(&|m| signer.solve(EIGHT_TORSION[4].compress().to_bytes(), Scalar::ZERO, b"", m)),
        ),
        (
            "r-of-order-four",
            by(&|m| signer.solve(EIGHT_TORSION[2].compress().to_bytes(), Scalar::ZERO, b"", m)),
        ),
        (
            "r-of-order-eight",
            by(&|m| signer.solve(EIGHT_TORSION[1].compress().to_bytes(), Scalar::ZERO, b"", m)),
        ),
        ("r-of-mixed-order", by(&|m| signer.solve(mixed.compress().to_bytes(), nonce, b"", m))),
        ("r-not-on-the-curve", by(&|m| signer.solve(not_a_point, nonce, b"", m))),
        ("ed25519ctx", by(&|m| signer.sign(nonce, &dom2(0), m))),
        ("ed25519ph", by(&|m| signer.sign(nonce, &dom2(1), &Sha512::digest(m)))),
    ]
}

struct Signer {
    scalar: Scalar,
    public: [u8; 32],
}

impl Signer {
    /// RFC 8032 section 5.1.5.
    fn of(key: &PrivateKey) -> Self {
        let hash: [u8; 64] = Sha512::digest(key.expose_seed()).into();
        let (lower, _) = hash.split_first_chunk::<32>().unwrap();
        let scalar = Scalar::from_bytes_mod_order(clamp_integer(*lower));
        Self { scalar, public: key.public().to_bytes() }
    }

    fn sign(&self, nonce: Scalar, prefix: &[u8], message: &[u8]) -> Vec<u8> {
        let r = EdwardsPoint::mul_base(&nonce).compress().to_bytes();
        self.solve(r, nonce, prefix, message)
    }

    /// The S that goes with an R of any spelling, if its logarithm is `nonce`, up to a point of small
    /// order.
    fn solve(&self, r: [u8; 32], nonce: Scalar, prefix: &[u8], message: &[u8]) -> Vec<u8> {
        let hash = Sha512::new().chain_update(prefix).chain_update(r);
        let hash = hash.chain_update(self.public).chain_update(message).finalize();
        let challenge = Scalar::from_bytes_mod_order_wide(&hash.into());
        [r, (nonce + challenge * self.scalar).to_bytes()].concat()
    }
}

/// RFC 8032 section 2, without a context: what sets Ed25519ctx (0) and Ed25519ph (1) apart.
fn dom2(phflag: u8) -> Vec<u8> {
    [b"SigEd25519 no Ed25519 collisions".as_slice(), &[phflag, 0]].concat()
}

/// The same signature to whoever takes S modulo L.
fn plus_l(signature: &[u8; 64], times: usize) -> Vec<u8> {
    let mut sum = signature.to_vec();
    for _ in 0..times {
        let mut carry = 0;
        for (byte, addend) in sum[32..].iter_mut().zip(L) {
            let digit = u16::from(*byte) + u16::from(addend) + carry;
            *byte = digit.to_le_bytes()[0];
            carry = digit >> 8;
        }
        assert_eq!(carry, 0, "it still has 32 bytes");
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_equation_is_solved_as_the_signature_algorithm_does() {
        let key = World::default().root;
        let nonce = Scalar::from(7_u64);
        let signature = Signer::of(&key).sign(nonce, b"", b"message");
        assert!(key.public().verifies(b"message", signature.as_slice().try_into().unwrap()));
    }
}
