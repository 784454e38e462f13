//! Passwords: what is accepted, how they are hashed, and the threads that do it.

mod argon;
mod threads;

use std::fmt;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

pub use argon::{HashFailed, Salt};
pub use threads::{PasswordThreads, Unavailable};

/// Code points of a new password: NIST SP 800-63B asks for 8 at least where another factor is not
/// asked for by policy, and for 64 or more to be allowed.
const CHARS: std::ops::RangeInclusive<usize> = 8..=128;

/// Bytes of a password as it arrives, at most: 128 code points in their longest UTF-8 form, and room
/// for their decomposed spelling.
const BYTES_MAX: usize = 2048;

/// A password in its normalised form (Unicode NFKC, as NIST SP 800-63B section 3.1.1.2 advises), so
/// that `é` is `é` on every keyboard. It is wiped when dropped, and nothing prints it.
///
/// Nothing else is changed: not case, not spaces at the ends.
pub struct Password(Zeroizing<String>);

/// Why a text cannot become somebody's password.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PasswordFlaw {
    /// Fewer code points than are asked for.
    #[error("the password has fewer than 8 characters")]
    TooShort,
    /// More code points than are taken.
    #[error("the password has more than 128 characters")]
    TooLong,
}

impl Password {
    /// A password as it was typed at sign-in: whatever an older rule let someone choose. `None` for
    /// a text that is longer than any password ever was.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        (text.len() <= BYTES_MAX).then(|| Self::normalised(text))
    }

    /// A password that someone chooses.
    ///
    /// # Errors
    /// Which bound it breaks.
    pub fn chosen(text: &str) -> Result<Self, PasswordFlaw> {
        let password = Self::typed(text).ok_or(PasswordFlaw::TooLong)?;
        let chars = password.0.chars().count();
        if chars < *CHARS.start() {
            return Err(PasswordFlaw::TooShort);
        }
        if chars > *CHARS.end() {
            return Err(PasswordFlaw::TooLong);
        }
        Ok(password)
    }

    fn normalised(text: &str) -> Self {
        // With its full capacity from the start, so that no outgrown copy is left behind. NFKC makes
        // one code point up to eighteen, so a rare text may still move once.
        let mut normalised = Zeroizing::new(String::with_capacity(BYTES_MAX * 2));
        normalised.extend(text.nfkc());
        Self(normalised)
    }

    fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flaw(text: &str) -> PasswordFlaw {
        Password::chosen(text).unwrap_err()
    }

    #[test]
    fn a_new_password_has_8_to_128_characters_of_any_kind() {
        assert_eq!(flaw("1234567"), PasswordFlaw::TooShort);
        assert!(Password::chosen("12345678").is_ok());
        assert!(Password::chosen("пароль длиной").is_ok());
        assert!(Password::chosen(&"😀".repeat(128)).is_ok());
        assert_eq!(flaw(&"😀".repeat(129)), PasswordFlaw::TooLong);
        assert_eq!(flaw(&"x".repeat(1 << 20)), PasswordFlaw::TooLong);
    }

    #[test]
    fn one_password_is_one_on_every_keyboard() {
        let bytes = |text| Password::typed(text).unwrap().as_bytes().to_vec();
        assert_eq!(bytes("caf\u{e9}"), bytes("cafe\u{301}"));
        assert_eq!(bytes("ｐａｓｓ"), bytes("pass"));
        assert_ne!(bytes("Pass"), bytes("pass"));
        assert_ne!(bytes("pass "), bytes("pass"));
    }

    #[test]
    fn what_is_longer_than_any_password_is_not_hashed() {
        assert!(Password::typed(&"x".repeat(BYTES_MAX)).is_some());
        assert!(Password::typed(&"x".repeat(BYTES_MAX + 1)).is_none());
    }

    #[test]
    fn a_password_is_not_printed() {
        assert_eq!(format!("{:?}", Password::typed("secret").unwrap()), "Password(…)");
    }
}
