//! Ed25519 public keys: SPKI PEM and JWK in, thumbprint out.

use core::fmt;

use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};

use crate::armour::{self, Label};
use crate::base64url;
use crate::id::KeyId;
use crate::json::{self, Object, ObjectWriter};
use crate::limits::{KEY_FILE_BYTES_MAX, ROOTS_MAX};
use crate::refusal::{Flaw, Part, Reason, Refusal};
use crate::sha256;

/// RFC 8410's SubjectPublicKeyInfo before the key itself. Ed25519 has no parameters, so DER has one
/// spelling and there is nothing to parse.
const SPKI_PREFIX: [u8; 12] =
    [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A sound Ed25519 public key with its thumbprint.
///
/// Sound: canonically encoded and not of small order (RFC 8032 section 5.1.3; a signature under a
/// small-order key holds for many messages).
#[derive(Clone)]
pub struct PublicKey {
    point: VerifyingKey,
    id: KeyId,
}

impl PublicKey {
    /// Takes the 32 bytes of RFC 8032; `None` for an unsound key.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        if !is_canonical(bytes) || is_small_order(bytes) {
            return None;
        }
        let point = VerifyingKey::from_bytes(bytes).ok()?;
        Some(Self { point, id: thumbprint(bytes) })
    }

    /// The 32 bytes of RFC 8032.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.point.to_bytes()
    }

    /// The RFC 7638 thumbprint, which is the `kid` of everything that the key signs.
    #[must_use]
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Whether `signature` is this key's over `message`, by the strict rule: `S < L`, `R` canonical
    /// and not of small order, and the equation without the cofactor.
    ///
    /// dalek's `verify_strict` decompresses `R` to see its order. Its `verify` computes the one
    /// encoding that `R` can have and compares bytes; so `R` is canonical if it passes, and of small
    /// order if its bytes are among the eight that such a point can have. The answers are the same,
    /// and a tenth of the time is saved.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        !is_small_order(signature.r_bytes()) && self.point.verify(message, &signature).is_ok()
    }

    /// Reads SPKI PEM (one `PUBLIC KEY` block) or a JWK.
    ///
    /// # Errors
    /// `too_large`, and `malformed` for everything that is not one sound public key.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let refuse = |reason| Refusal { at: Part::Key, reason };
        if bytes.len() > KEY_FILE_BYTES_MAX {
            return Err(refuse(Reason::TooLarge { bytes_max: KEY_FILE_BYTES_MAX }));
        }
        Self::read(bytes).map_err(|flaw| refuse(Reason::Malformed(flaw)))
    }

    fn read(bytes: &[u8]) -> Result<Self, Flaw> {
        if bytes.trim_ascii_start().starts_with(b"{") {
            let value = json::parse(bytes).map_err(Flaw::Json)?;
            return value.as_object().and_then(Self::from_jwk).ok_or(Flaw::Key);
        }
        let blocks = armour::parse(bytes)?;
        let [(Label::PublicKey, der)] = blocks.as_slice() else { return Err(Flaw::Blocks) };
        let key = der.strip_prefix(&SPKI_PREFIX).and_then(|key| key.try_into().ok());
        key.and_then(Self::from_bytes).ok_or(Flaw::Key)
    }

    /// Takes a JWK (RFC 8037): `kty`, `crv`, `x`; and where they are there, an `alg`, `use` and `kid`
    /// that agree. Any other member, a private `d` above all, makes it no public key.
    #[must_use]
    pub fn from_jwk(jwk: &Object<'_>) -> Option<Self> {
        Self::from_jwk_knowing(jwk, None)
    }

    /// The same, where it may be a key that is at hand: whether it is sound is known of that one, and
    /// to find it out takes a square root, an eighth of what verifying a signature takes.
    pub(crate) fn from_jwk_knowing(jwk: &Object<'_>, known: Option<&Self>) -> Option<Self> {
        let mut x = None;
        let mut members_needed = 3;
        let mut kid = None;
        for (name, value) in jwk.members() {
            let value = value.as_str()?;
            match name {
                "kty" if value == "OKP" => members_needed -= 1,
                "crv" if value == "Ed25519" => members_needed -= 1,
                "x" => {
                    x = Some(base64url::decode_array(value)?);
                    members_needed -= 1;
                }
                "kid" => kid = Some(KeyId::parse(value)?),
                "alg" if matches!(value, "EdDSA" | "Ed25519") => {}
                "use" if value == "sig" => {}
                _ => return None,
            }
        }
        let bytes = x.filter(|_| members_needed == 0)?;
        let known = known.filter(|known| *known.point.as_bytes() == bytes);
        let key = known.cloned().or_else(|| Self::from_bytes(&bytes))?;
        kid.is_none_or(|kid| kid == key.id).then_some(key)
    }

    /// Writes the three members that a JWK must have.
    pub fn write_jwk(&self, jwk: &mut ObjectWriter<'_>) {
        jwk.string("crv", "Ed25519");
        jwk.string("kty", "OKP");
        jwk.string("x", base64url::encode(&self.to_bytes()));
    }

    /// Writes a member of a JWK set (RFC 7517), with what a JOSE library needs to pick it.
    pub fn write_jwks_member(&self, jwk: &mut ObjectWriter<'_>) {
        self.write_jwk(jwk);
        jwk.string("alg", "EdDSA");
        jwk.string("kid", self.id);
        jwk.string("use", "sig");
    }

    /// The key as a `PUBLIC KEY` block, as OpenSSL and every JOSE library read it.
    #[must_use]
    pub fn to_pem(&self) -> String {
        armour::write(&[(Label::PublicKey, &[&SPKI_PREFIX[..], &self.to_bytes()].concat())])
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id)
    }
}

/// Whether `y` is below the field's prime 2^255 - 19 (little endian, the top bit is the sign of `x`).
///
/// Decompression takes `y` modulo the prime and would give a point a second spelling, and with it a
/// second thumbprint. The other second spelling, a sign for `x = 0`, is of small order.
fn is_canonical([lowest, middle @ .., highest]: &[u8; 32]) -> bool {
    highest & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff) || *lowest < 0xed
}

/// The `y` of the eight points of small order, little endian: -1, 1, 0, and two of order eight. Points
/// that differ in the sign of `x` share one.
const SMALL_ORDER_Y: [[u8; 32]; 5] = [
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0x7f,
    ],
    [
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0,
    ],
    [0; 32],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
];

/// Whether these are the bytes of a point of small order, canonically encoded.
fn is_small_order([rest @ .., highest]: &[u8; 32]) -> bool {
    SMALL_ORDER_Y.iter().any(|[y @ .., top]| *top == highest & 0x7f && y == rest)
}

/// RFC 7638: the hash over the required members in alphabetical order, without white space.
fn thumbprint(key: &[u8; 32]) -> KeyId {
    let x = base64url::encode(key);
    let members = [r#"{"crv":"Ed25519","kty":"OKP","x":""#, &x, r#""}"#].map(str::as_bytes);
    KeyId::from_digest(sha256::of(&members))
}

/// The pinned root keys: the trust anchor, which never comes from what is being checked.
#[derive(Clone, Debug)]
pub struct Roots(Vec<PublicKey>);

impl Roots {
    /// Takes one to eight keys, each once; `None` otherwise.
    #[must_use]
    pub fn new(keys: Vec<PublicKey>) -> Option<Self> {
        let is_unique =
            keys.iter().enumerate().all(|(at, key)| !keys.iter().take(at).any(|k| k == key));
        (is_unique && (1..=ROOTS_MAX).contains(&keys.len())).then_some(Self(keys))
    }

    /// The pinned keys.
    #[must_use]
    pub fn keys(&self) -> &[PublicKey] {
        &self.0
    }

    pub(crate) fn find(&self, id: KeyId) -> Option<&PublicKey> {
        self.0.iter().find(|key| key.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037 appendix A.2 and A.3: the public key and its thumbprint.
    const RFC_8037_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const RFC_8037_KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

    fn jwk(extra: &str) -> String {
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{RFC_8037_X}"{extra}}}"#)
    }

    #[test]
    fn the_thumbprint_is_rfc_8037s() {
        let key = PublicKey::parse(jwk("").as_bytes()).unwrap();
        assert_eq!(key.id().to_string(), RFC_8037_KID);
        assert_eq!(PublicKey::parse(key.to_pem().as_bytes()).unwrap(), key);
        assert_eq!(key.to_pem().lines().count(), 3);
    }

    #[test]
    fn a_jwk_says_nothing_else() {
        assert!(
            PublicKey::parse(
                jwk(&format!(r#","kid":"{RFC_8037_KID}","use":"sig","alg":"EdDSA""#)).as_bytes()
            )
            .is_ok()
        );
        for extra in [
            r#","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A""#,
            r#","alg":"HS256""#,
            r#","use":"enc""#,
            r#","kid":"another""#,
            r#","x5u":"https://example.org""#,
        ] {
            let refusal = PublicKey::parse(jwk(extra).as_bytes()).unwrap_err();
            assert_eq!(refusal.reason, Reason::Malformed(Flaw::Key), "{extra}");
        }
        for text in
            [r#"{"kty":"OKP","crv":"Ed25519"}"#, r#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#, "{}"]
        {
            assert!(PublicKey::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn unsound_keys_are_no_keys() {
        let small_order = [0; 32];
        assert!(PublicKey::from_bytes(&small_order).is_none());
        let mut identity = [0; 32];
        identity[0] = 1;
        assert!(PublicKey::from_bytes(&identity).is_none());
        // y = p + 3, a second spelling of y = 3, which is the y of a point of full order.
        let mut second_spelling = [0xff; 32];
        second_spelling[0] = 0xf0;
        second_spelling[31] = 0x7f;
        let mut canonical = [0; 32];
        canonical[0] = 3;
        assert!(PublicKey::from_bytes(&canonical).is_some());
        assert!(PublicKey::from_bytes(&second_spelling).is_none());
    }

    /// All of them, and no other point: the list has one entry for each `y`, and there are eight.
    #[test]
    fn the_points_of_small_order_are_these_eight() {
        let mut points = std::collections::BTreeSet::new();
        for y in SMALL_ORDER_Y {
            for sign in [0, 0x80] {
                let mut bytes = y;
                bytes[31] |= sign;
                assert!(is_small_order(&bytes));
                let point = VerifyingKey::from_bytes(&bytes).unwrap();
                assert!(point.is_weak());
                points.insert(point.to_edwards().compress().to_bytes());
            }
        }
        assert_eq!(points.len(), 8);
        assert!(!is_small_order(&[7; 32]));
    }

    #[test]
    fn roots_are_few_and_each_once() {
        let key = PublicKey::parse(jwk("").as_bytes()).unwrap();
        assert!(Roots::new(vec![]).is_none());
        assert!(Roots::new(vec![key.clone(), key.clone()]).is_none());
        assert!(Roots::new(vec![key]).is_some());
    }
}
