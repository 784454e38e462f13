//! PBKDF2 with SHA-256, as passlib and as Django store it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hmac::Hmac;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::work::Work;
use super::{HashFlaw, Scheme};

/// Ten million are some five seconds of an ordinary core.
const ITERATIONS: std::ops::RangeInclusive<u32> = 1..=10_000_000;

/// Bytes of a salt at most; passlib draws 16, Django 22 characters.
const SALT_BYTES_MAX: usize = 128;

/// A PBKDF2 hash, read.
pub(super) struct Stored {
    iterations: u32,
    salt: Vec<u8>,
    output: [u8; 32],
}

impl Stored {
    pub(super) fn parse(text: &str) -> Result<Self, HashFlaw> {
        let parts = passlib(text).or_else(|| django(text));
        let stored = parts.ok_or(HashFlaw::Malformed { scheme: Scheme::Pbkdf2 })?;
        if !ITERATIONS.contains(&stored.iterations) {
            return Err(HashFlaw::TooCostly { scheme: Scheme::Pbkdf2 });
        }
        Ok(stored)
    }

    pub(super) const fn work(&self) -> Work {
        Work::of_pbkdf2(self.iterations)
    }

    pub(super) fn verify(&self, password: &[u8]) -> bool {
        let mut out = Zeroizing::new([0; 32]);
        let hashed =
            pbkdf2::pbkdf2::<Hmac<Sha256>>(password, &self.salt, self.iterations, out.as_mut());
        hashed.is_ok() && bool::from(out.ct_eq(&self.output))
    }
}

/// `$pbkdf2-sha256$29000$SALT$HASH`, in base64 without padding and with `.` for `+`.
fn passlib(text: &str) -> Option<Stored> {
    let (iterations, salt, output) = fields(text.strip_prefix("$pbkdf2-sha256$")?)?;
    if text.contains('+') {
        return None;
    }
    let decode = |text: &str| STANDARD_NO_PAD.decode(text.replace('.', "+")).ok();
    stored(iterations, decode(salt)?, decode(output)?)
}

/// `pbkdf2_sha256$600000$SALT$HASH`: the salt is the text itself, the hash is in base64.
fn django(text: &str) -> Option<Stored> {
    let (iterations, salt, output) = fields(text.strip_prefix("pbkdf2_sha256$")?)?;
    stored(iterations, salt.as_bytes().to_vec(), STANDARD.decode(output).ok()?)
}

fn fields(text: &str) -> Option<(&str, &str, &str)> {
    let (iterations, rest) = text.split_once('$')?;
    let (salt, output) = rest.split_once('$')?;
    Some((iterations, salt, output))
}

fn stored(iterations: &str, salt: Vec<u8>, output: Vec<u8>) -> Option<Stored> {
    let is_number = iterations.starts_with(|c: char| matches!(c, '1'..='9'))
        && iterations.bytes().all(|byte| byte.is_ascii_digit());
    let is_salt = (1..=SALT_BYTES_MAX).contains(&salt.len());
    // More digits than a number has room for are a cost that nobody pays.
    let iterations = iterations.parse().unwrap_or(u32::MAX);
    let output = output.try_into().ok()?;
    (is_number && is_salt).then_some(Stored { iterations, salt, output })
}
