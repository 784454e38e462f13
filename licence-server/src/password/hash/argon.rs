//! Argon2 (RFC 9106) in PHC strings: ours, and those of other systems.

use argon2::password_hash::phc::{self, Ident, Output, ParamsString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::work::Work;
use super::{HashFailed, HashFlaw, Salt, Scheme};
use crate::domain::PasswordHash;

/// 19 MiB, two passes, one lane: the first choice of OWASP's password storage guidance.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Bytes of a hash that is made here.
pub(in crate::password) const HASH_BYTES: usize = 32;

/// What a hash of our own costs.
pub(in crate::password) const OWN_WORK: Work = Work::of_argon(MEMORY_KIB, PASSES);

/// How a hash of our own begins.
pub(super) const OWN_START: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

/// The most that another system's hash may ask for: a thread that checks it holds so much memory.
const MEMORY_KIB_MAX: u32 = 256 * 1024;

/// KiB times passes at most: some four seconds of an ordinary core.
const BLOCK_PASSES_MAX: u64 = 8 * 1024 * 1024;

/// Lanes at most. They are worked off one after the other here and cost nothing more.
const LANES_MAX: u32 = 64;

/// Bytes of an output at least: fewer would be met by another password.
const OUTPUT_BYTES_MIN: usize = 16;

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
        argon: &Argon2<'_>,
        password: &[u8],
        salt: &[u8],
        out: &mut [u8],
    ) -> Result<(), HashFailed> {
        let count = argon.params().block_count();
        let mut larger = Vec::new();
        let blocks = match self.0.get_mut(..count) {
            Some(blocks) => blocks,
            // Another system's hash, until its person has signed in once.
            None => {
                larger.resize(count, Block::new());
                larger.as_mut_slice()
            }
        };
        argon
            .hash_password_into_with_memory(password, salt, out, blocks)
            .map_err(|_| HashFailed::Refused)
    }

    /// Hashes a new password.
    pub(super) fn hash(&mut self, password: &[u8], salt: Salt) -> Result<PasswordHash, HashFailed> {
        let mut out = Zeroizing::new([0; HASH_BYTES]);
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, own_params()?);
        self.run(&argon, password, &salt.0, out.as_mut())?;
        written(salt, out.as_ref()).ok_or(HashFailed::Refused)
    }

    /// Does as much of this work as is asked for, to no end but that it takes as long.
    pub(super) fn toil(&mut self, password: &[u8], work: Work) -> Result<(), HashFailed> {
        let block_passes = work.as_block_passes();
        let whole = u64::from(MEMORY_KIB);
        for (memory, passes) in [(whole, block_passes / whole), (block_passes % whole, 1)] {
            let memory = u32::try_from(memory).unwrap_or(MEMORY_KIB);
            let passes = u32::try_from(passes).unwrap_or(u32::MAX);
            // Less than the least that Argon2 knows is no time at all.
            let Ok(params) = Params::new(memory, passes, LANES, Some(HASH_BYTES)) else { continue };
            let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            self.run(&argon, password, &[0; 16], &mut [0; HASH_BYTES])?;
        }
        Ok(())
    }
}

/// A hash that no password has: what a name that nobody has is checked against.
pub(in crate::password) fn dummy(
    salt: Salt,
    random: &[u8; HASH_BYTES],
) -> Result<PasswordHash, HashFailed> {
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

/// An Argon2 hash, read.
pub(super) struct Stored {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: phc::Salt,
    output: Output,
}

impl Stored {
    pub(super) fn parse(text: &str) -> Result<Self, HashFlaw> {
        let malformed = || HashFlaw::Malformed { scheme: Scheme::Argon2 };
        let phc = phc::PasswordHash::new(text).map_err(|_| malformed())?;
        let algorithm = Algorithm::try_from(phc.algorithm.as_str()).map_err(|_| malformed())?;
        // Strings without a version are of the time before the second one.
        let version = Version::try_from(phc.version.unwrap_or(Version::V0x10.into()));
        let version = version.map_err(|_| malformed())?;
        // `keyid` and `data` name what only the other system has.
        if phc.params.iter().any(|(name, _)| !matches!(name.as_str(), "m" | "t" | "p")) {
            return Err(malformed());
        }
        let params = Params::try_from(&phc).map_err(|_| malformed())?;
        let (salt, output) = phc.salt.zip(phc.hash).ok_or_else(malformed)?;
        if output.len() < OUTPUT_BYTES_MIN {
            return Err(malformed());
        }
        let block_passes = u64::from(params.m_cost()).saturating_mul(params.t_cost().into());
        let is_affordable = params.m_cost() <= MEMORY_KIB_MAX
            && params.p_cost() <= LANES_MAX
            && block_passes <= BLOCK_PASSES_MAX;
        if !is_affordable {
            return Err(HashFlaw::TooCostly { scheme: Scheme::Argon2 });
        }
        Ok(Self { algorithm, version, params, salt, output })
    }

    /// Whether it is as hashes are made here.
    pub(super) fn is_ours(&self) -> bool {
        self.algorithm == Algorithm::Argon2id
            && self.version == Version::V0x13
            && own_params().is_ok_and(|own| own == self.params)
    }

    pub(super) const fn work(&self) -> Work {
        Work::of_argon(self.params.m_cost(), self.params.t_cost())
    }

    pub(super) fn verify(&self, password: &[u8], memory: &mut Memory) -> Result<bool, HashFailed> {
        let mut out = Zeroizing::new(vec![0; self.output.len()]);
        let argon = Argon2::new(self.algorithm, self.version, self.params.clone());
        memory.run(&argon, password, self.salt.as_ref(), out.as_mut())?;
        Ok(out.ct_eq(self.output.as_bytes()).into())
    }
}
