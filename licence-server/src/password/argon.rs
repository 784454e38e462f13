//! Argon2id (RFC 9106) in PHC strings.

use argon2::password_hash::phc::{self, Ident, Output, ParamsString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq as _;
use thiserror::Error;
use zeroize::Zeroizing;

use super::Password;
use crate::domain::PasswordHash;

/// 19 MiB, two passes, one lane: the first choice of OWASP's password storage guidance.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Bytes of a hash that is made here.
const HASH_BYTES: usize = 32;

/// The most that a stored hash may ask for: what one is made with here, so that a row which was
/// written by someone else cannot make a thread hold the machine's memory.
const MEMORY_KIB_MAX: u32 = MEMORY_KIB;
const PASSES_MAX: u32 = 10;

/// A password could not be hashed, or a stored hash not be read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum HashFailed {
    /// The stored hash is not an Argon2id PHC string within the limits.
    #[error("a stored password hash is not one that is read here")]
    Unreadable,
    /// The library refused its own constants.
    #[error("the password could not be hashed")]
    Refused,
}

/// Random bytes for one hash, never used twice.
#[derive(Clone, Copy, Debug)]
pub struct Salt(pub [u8; 16]);

/// What one thread works in, kept from one password to the next: 19 MiB are not asked for and given
/// back at every sign-in. What a password leaves in it is overwritten by the next one.
pub(super) struct Memory(Vec<Block>);

impl Memory {
    pub(super) fn new() -> Self {
        let blocks = usize::try_from(MEMORY_KIB).unwrap_or_default();
        Self(vec![Block::new(); blocks])
    }

    fn run(
        &mut self,
        params: Params,
        password: &Password,
        salt: &[u8],
        out: &mut [u8],
    ) -> Result<(), HashFailed> {
        let blocks = self.0.get_mut(..params.block_count()).ok_or(HashFailed::Refused)?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(password.as_bytes(), salt, out, blocks)
            .map_err(|_| HashFailed::Refused)
    }

    /// Hashes a new password.
    pub(super) fn hash(
        &mut self,
        password: &Password,
        salt: Salt,
    ) -> Result<PasswordHash, HashFailed> {
        let mut out = Zeroizing::new([0; HASH_BYTES]);
        self.run(own_params()?, password, &salt.0, out.as_mut())?;
        written(salt, out.as_ref()).ok_or(HashFailed::Refused)
    }

    /// Whether a password is the one that was hashed.
    pub(super) fn verify(
        &mut self,
        password: &Password,
        hash: &PasswordHash,
    ) -> Result<bool, HashFailed> {
        let Stored { params, salt, output } = Stored::parse(hash).ok_or(HashFailed::Unreadable)?;
        let mut out = Zeroizing::new(vec![0; output.len()]);
        self.run(params, password, &salt, out.as_mut())?;
        Ok(out.ct_eq(output.as_bytes()).into())
    }
}

/// A hash that no password has, at the cost of a real one: what a name that nobody has is checked
/// against, so that the answer takes as long.
pub(super) fn dummy(salt: Salt, random: &[u8; HASH_BYTES]) -> Result<PasswordHash, HashFailed> {
    written(salt, random).ok_or(HashFailed::Refused)
}

fn own_params() -> Result<Params, HashFailed> {
    Params::new(MEMORY_KIB, PASSES, LANES, Some(HASH_BYTES)).map_err(|_| HashFailed::Refused)
}

fn written(salt: Salt, output: &[u8]) -> Option<PasswordHash> {
    let phc = phc::PasswordHash {
        algorithm: Ident::new("argon2id").ok()?,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(own_params().ok()?).ok()?,
        salt: Some(phc::Salt::new(&salt.0).ok()?),
        hash: Some(Output::new(output).ok()?),
    };
    Some(PasswordHash::new(phc.to_string()))
}

struct Stored {
    params: Params,
    salt: Vec<u8>,
    output: Output,
}

impl Stored {
    fn parse(hash: &PasswordHash) -> Option<Self> {
        let phc = phc::PasswordHash::new(hash.expose()).ok()?;
        let is_ours =
            phc.algorithm.as_str() == "argon2id" && phc.version == Some(Version::V0x13.into());
        let params = Params::try_from(&phc).ok()?;
        let is_affordable = params.m_cost() <= MEMORY_KIB_MAX && params.t_cost() <= PASSES_MAX;
        (is_ours && is_affordable).then_some(Self {
            params,
            salt: phc.salt?.to_vec(),
            output: phc.hash?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::typed(text).unwrap()
    }

    #[test]
    fn a_password_is_verified_by_its_hash_and_no_other_is() {
        let mut memory = Memory::new();
        let hash = memory.hash(&password("correct horse"), Salt([7; 16])).unwrap();
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.expose());
        assert_eq!(memory.verify(&password("correct horse"), &hash), Ok(true));
        assert_eq!(memory.verify(&password("correct horsf"), &hash), Ok(false));
    }

    /// Made by the reference implementation: `echo -n password | argon2 somesalt -id -t 2 -k 256`.
    #[test]
    fn the_reference_implementations_hash_is_read() {
        let hash = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ\
                    $nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        let hash = PasswordHash::new(hash.to_owned());
        assert_eq!(Memory::new().verify(&password("password"), &hash), Ok(true));
    }

    #[test]
    fn the_dummy_costs_the_same_and_has_no_password() {
        let hash = dummy(Salt([1; 16]), &[2; 32]).unwrap();
        let stored = Stored::parse(&hash).unwrap();
        assert_eq!(stored.params, own_params().unwrap());
        assert_eq!(Memory::new().verify(&password("x"), &hash), Ok(false));
    }

    #[test]
    fn a_stored_hash_cannot_ask_for_more_than_there_is() {
        for hash in [
            "",
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ",
            "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=256,t=4000,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        ] {
            let hash = PasswordHash::new(hash.to_owned());
            let verified = Memory::new().verify(&password("password"), &hash);
            assert_eq!(verified, Err(HashFailed::Unreadable));
        }
    }
}
