//! bcrypt as other systems store it: `$2b$12$`, 22 characters of salt, 31 of hash.

use base64::Engine as _;
use base64::alphabet::BCRYPT;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::work::Work;
use super::{HashFlaw, Scheme};

/// What bcrypt reads of a password. Most libraries cut off the rest without a word, and a person who
/// was signed in by them must be signed in here.
const KEY_BYTES: usize = 72;

/// Sixteen is some four seconds of an ordinary core; below four the algorithm is not defined.
const COSTS: std::ops::RangeInclusive<u32> = 4..=16;

/// The last character of a salt has bits that nobody reads, and not every library leaves them at zero.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&BCRYPT, NO_PAD.with_decode_allow_trailing_bits(true));

/// A bcrypt hash, read.
pub(super) struct Stored {
    cost: u32,
    salt: [u8; 16],
    output: [u8; 23],
}

impl Stored {
    /// Reads `$2a$`, `$2b$` and `$2y$`, which differ only in faults that their libraries once had. `$2x$`
    /// marks hashes made with such a fault, and is not read.
    pub(super) fn parse(text: &str) -> Result<Self, HashFlaw> {
        let parts = Self::parts(text).ok_or(HashFlaw::Malformed { scheme: Scheme::Bcrypt })?;
        if !COSTS.contains(&parts.cost) {
            return Err(HashFlaw::TooCostly { scheme: Scheme::Bcrypt });
        }
        Ok(parts)
    }

    fn parts(text: &str) -> Option<Self> {
        let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|start| text.strip_prefix(start))?;
        let (cost, rest) = rest.split_once('$')?;
        let is_number = cost.len() == 2 && cost.bytes().all(|byte| byte.is_ascii_digit());
        let (salt, output) = rest.split_at_checked(22)?;
        Some(Self {
            cost: cost.parse().ok().filter(|_| is_number)?,
            salt: BASE64.decode(salt).ok()?.try_into().ok()?,
            output: BASE64.decode(output).ok()?.try_into().ok()?,
        })
    }

    pub(super) const fn work(&self) -> Work {
        Work::of_bcrypt(self.cost)
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        // A zero byte ends the key, where there is room for one.
        let mut key = Zeroizing::new(Vec::with_capacity(KEY_BYTES));
        key.extend(password.iter().copied().chain([0]).take(KEY_BYTES));
        let out = Zeroizing::new(bcrypt::bcrypt(self.cost, self.salt, &key));
        // The 24th byte is stored by nobody.
        out.get(..self.output.len()).is_some_and(|out| out.ct_eq(&self.output).into())
    }
}
