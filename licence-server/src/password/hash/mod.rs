//! Hashes of passwords: ours, and those that people bring along from another system.
//!
//! A foreign hash is checked as it is until its person signs in. Then the password is known, and is
//! hashed as ours in the same breath.

mod argon;
mod bcrypt;
mod pbkdf2;
#[cfg(test)]
mod tests;
mod work;

use std::fmt;

use thiserror::Error;

pub(super) use self::argon::{OWN_WORK, dummy};
pub(super) use self::work::Work;
use super::Password;
use crate::domain::PasswordHash;

/// Bytes of a stored hash at most, of any scheme.
const HASH_BYTES_MAX: usize = 512;

/// A password could not be hashed, or a stored hash not be read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum HashFailed {
    /// The stored hash is none that is read here, within the limits.
    #[error("a stored password hash is not one that is read here")]
    Unreadable,
    /// The library refused its own constants.
    #[error("the password could not be hashed")]
    Refused,
}

/// Random bytes for one hash, never used twice.
#[derive(Clone, Copy, Debug)]
pub struct Salt(pub [u8; 16]);

/// A way of hashing passwords that is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Argon2i, Argon2d and Argon2id.
    Argon2,
    /// bcrypt.
    Bcrypt,
    /// PBKDF2 with SHA-256.
    Pbkdf2,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Argon2 => "Argon2",
            Self::Bcrypt => "bcrypt",
            Self::Pbkdf2 => "PBKDF2",
        })
    }
}

/// Why the hash of another system cannot be taken over.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum HashFlaw {
    /// No stored hash is so long.
    #[error(
        "the password hash is longer than any that is read: leave it out, and invite the person"
    )]
    TooLong,
    /// It does not begin as any does that is read here.
    #[error(
        "the password hash is none of bcrypt ($2a$, $2b$, $2y$), Argon2 ($argon2id$, $argon2i$, \
         $argon2d$) and PBKDF2 ($pbkdf2-sha256$, pbkdf2_sha256$): leave it out, and invite the person"
    )]
    UnknownScheme,
    /// It begins as one of a scheme, and is not written as that scheme says.
    #[error(
        "the password hash is not written as {scheme} says: check that the export did not cut it off"
    )]
    Malformed {
        /// The scheme that it claims to be of.
        scheme: Scheme,
    },
    /// Checking it would take more than 256 MiB or some seconds; or its cost is below what is defined.
    #[error(
        "the password hash has a cost that {scheme} may not have here: leave it out, and invite the person"
    )]
    TooCostly {
        /// Its scheme.
        scheme: Scheme,
    },
}

/// Takes over the hash of another system, to be stored as it is. Django's `argon2` and `bcrypt$` before
/// the hash are left out.
///
/// # Errors
/// Every [`HashFlaw`].
pub fn take_over(text: &str) -> Result<PasswordHash, HashFlaw> {
    let django = [("argon2$argon2", "$argon2"), ("bcrypt$$2", "$2")];
    let phc = django
        .iter()
        .find_map(|(start, instead)| Some(format!("{instead}{}", text.strip_prefix(start)?)))
        .unwrap_or_else(|| text.to_owned());
    Stored::parse(&phc)?;
    Ok(PasswordHash::new(phc))
}

/// Whether a hash is not as hashes are made here, and is to be replaced when its password is known.
#[must_use]
pub fn needs_rehash(hash: &PasswordHash) -> bool {
    !Stored::parse(hash.expose()).is_ok_and(|stored| stored.is_ours())
}

/// What it costs to check a password against a hash; nothing for one that is not read here.
pub(super) fn work_of(hash: &PasswordHash) -> Work {
    // Of which a start may see a million.
    if hash.expose().starts_with(argon::OWN_START) {
        return OWN_WORK;
    }
    Stored::parse(hash.expose()).map_or(Work::NONE, |stored| stored.work())
}

/// What came of checking a password.
#[derive(Clone, Debug, PartialEq)]
pub enum Checked {
    /// It is another.
    Wrong,
    /// It is the one that was hashed, as hashes are made here.
    Right,
    /// It is the one that was hashed, in another way: here it is as hashes are made here, to be stored
    /// in place of the old.
    RightAnew(PasswordHash),
}

/// A hash, read.
enum Stored {
    Argon(argon::Stored),
    Bcrypt(bcrypt::Stored),
    Pbkdf2(pbkdf2::Stored),
}

impl Stored {
    fn parse(text: &str) -> Result<Self, HashFlaw> {
        if text.len() > HASH_BYTES_MAX {
            return Err(HashFlaw::TooLong);
        }
        let begins = |starts: &[&str]| starts.iter().any(|start| text.starts_with(start));
        match () {
            () if begins(&["$argon2"]) => argon::Stored::parse(text).map(Self::Argon),
            () if begins(&["$2a$", "$2b$", "$2y$"]) => {
                bcrypt::Stored::parse(text).map(Self::Bcrypt)
            }
            () if begins(&["$pbkdf2-sha256$", "pbkdf2_sha256$"]) => {
                pbkdf2::Stored::parse(text).map(Self::Pbkdf2)
            }
            () => Err(HashFlaw::UnknownScheme),
        }
    }

    fn is_ours(&self) -> bool {
        match self {
            Self::Argon(stored) => stored.is_ours(),
            Self::Bcrypt(_) | Self::Pbkdf2(_) => false,
        }
    }

    const fn work(&self) -> Work {
        match self {
            Self::Argon(stored) => stored.work(),
            Self::Bcrypt(stored) => stored.work(),
            Self::Pbkdf2(stored) => stored.work(),
        }
    }
}

/// What one thread hashes with.
pub(super) struct Worker {
    memory: argon::Memory,
    /// What was done so far: equal time is tested by equal work.
    #[cfg(test)]
    done: Work,
}

impl Worker {
    pub(super) fn new() -> Self {
        Self {
            memory: argon::Memory::new(),
            #[cfg(test)]
            done: Work::NONE,
        }
    }

    /// Hashes a new password.
    pub(super) fn hash(
        &mut self,
        password: &Password,
        salt: Salt,
    ) -> Result<PasswordHash, HashFailed> {
        self.memory.hash(password.as_bytes(), salt)
    }

    /// Checks a password, and works on until `level` is reached, whatever came of it.
    ///
    /// What is hashed here is normalised; what others hashed is what was typed, or their own idea of it,
    /// so both are tried. A text that has two spellings costs twice, whatever it is checked against.
    pub(super) fn check(
        &mut self,
        password: &Password,
        hash: &PasswordHash,
        level: Work,
    ) -> Result<bool, HashFailed> {
        let stored = Stored::parse(hash.expose()).map_err(|_| HashFailed::Unreadable)?;
        let mut rest = level.times(password.spellings().count());
        let mut is_right = false;
        for (number, spelling) in password.spellings().enumerate() {
            if number > 0 && stored.is_ours() {
                break;
            }
            is_right |= self.verify(spelling, &stored)?;
            rest = rest.less(stored.work());
        }
        #[cfg(test)]
        self.count(rest);
        self.memory.toil(password.as_bytes(), rest)?;
        Ok(is_right)
    }

    fn verify(&mut self, spelling: &[u8], stored: &Stored) -> Result<bool, HashFailed> {
        #[cfg(test)]
        self.count(stored.work());
        match stored {
            Stored::Argon(stored) => stored.verify(spelling, &mut self.memory),
            Stored::Bcrypt(stored) => Ok(stored.verify(spelling)),
            Stored::Pbkdf2(stored) => Ok(stored.verify(spelling)),
        }
    }

    #[cfg(test)]
    fn count(&mut self, work: Work) {
        self.done = self.done.and(work);
    }
}
