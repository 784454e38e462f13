//! Passwords: what is accepted, how they are hashed, and the threads that do it.

mod code;
mod common;
mod hash;
mod own_words;
mod picture;
mod threads;

use std::fmt;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

pub use code::{CODE_BYTES, OneTimeCode};
pub use hash::{Checked, HashFailed, HashFlaw, Salt, Scheme, needs_rehash, take_over};
pub use own_words::OwnWords;
pub use picture::{NoPicture, Picture};
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
pub struct Password {
    normalised: Zeroizing<String>,
    /// As it was typed, where that is another text: what another system may have hashed.
    typed: Option<Zeroizing<String>>,
}

/// Why a text cannot become somebody's password.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PasswordFlaw {
    /// Fewer code points than are asked for.
    #[error("the password has fewer than 8 characters: put three or four words together")]
    TooShort,
    /// More code points than are taken.
    #[error("the password has more than 128 characters: leave some out")]
    TooLong,
    /// One of those that are guessed first.
    #[error(
        "the password is one of those that are guessed first, or nearly: put three or four words \
         together that have nothing to do with each other"
    )]
    Common,
    /// Neighbouring keys, a repetition, a date.
    #[error(
        "the password is a row of keys, a repetition or a date: put three or four words together that \
         have nothing to do with each other"
    )]
    Pattern,
    /// The person's own name or the institute's, and little else.
    #[error(
        "the password is made of names that everybody here knows: add words that have nothing to do \
         with you, the institute or the product"
    )]
    OwnWords,
}

impl Password {
    /// A password as it was typed at sign-in: whatever an older rule let someone choose. `None` for
    /// a text that is longer than any password ever was.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        (text.len() <= BYTES_MAX).then(|| Self::normalised(text))
    }

    /// A password that someone chooses, where nothing is known of them.
    ///
    /// # Errors
    /// As [`chosen_by`](Self::chosen_by).
    pub fn chosen(text: &str) -> Result<Self, PasswordFlaw> {
        Self::chosen_by(text, &OwnWords::default())
    }

    /// A password that someone chooses: of any characters, but none that would be tried first.
    ///
    /// # Errors
    /// The first of [`PasswordFlaw`], in its order.
    pub fn chosen_by(text: &str, own: &OwnWords) -> Result<Self, PasswordFlaw> {
        let password = Self::typed(text).ok_or(PasswordFlaw::TooLong)?;
        let chars = password.normalised.chars().count();
        let folded = Zeroizing::new(password.normalised.to_lowercase());
        match () {
            () if chars < *CHARS.start() => Err(PasswordFlaw::TooShort),
            () if chars > *CHARS.end() => Err(PasswordFlaw::TooLong),
            () if common::is_common(&folded) => Err(PasswordFlaw::Common),
            () if common::is_pattern(&folded) => Err(PasswordFlaw::Pattern),
            () if own.are_nearly_all_of(&folded) => Err(PasswordFlaw::OwnWords),
            () => Ok(password),
        }
    }

    fn normalised(text: &str) -> Self {
        // With its full capacity from the start, so that no outgrown copy is left behind. NFKC makes
        // one code point up to eighteen, so a rare text may still move once.
        let mut normalised = Zeroizing::new(String::with_capacity(BYTES_MAX * 2));
        normalised.extend(text.nfkc());
        let typed = (*normalised != text).then(|| Zeroizing::new(text.to_owned()));
        Self { normalised, typed }
    }

    fn as_bytes(&self) -> &[u8] {
        self.normalised.as_bytes()
    }

    /// The normalised form, and what was typed where it is another: one or two texts.
    fn spellings(&self) -> impl Iterator<Item = &[u8]> {
        let typed = self.typed.iter().map(|typed| typed.as_bytes());
        std::iter::once(self.as_bytes()).chain(typed)
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

    /// It does not compile where a part that is secret is left behind.
    #[test]
    fn a_password_is_wiped_when_it_is_dropped() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        let Password { normalised, typed } = Password::typed("ﬁve wet umbrellas").unwrap();
        is_wiped(&normalised);
        is_wiped(&typed.unwrap());
    }

    #[test]
    fn a_new_password_has_8_to_128_characters_of_any_kind() {
        assert_eq!(flaw("1234567"), PasswordFlaw::TooShort);
        assert!(Password::chosen("1 34 678").is_ok());
        assert_eq!(flaw("12345678"), PasswordFlaw::Pattern);
        assert_eq!(flaw("Passw0rd!"), PasswordFlaw::Common);
        assert!(Password::chosen("пароль длиной").is_ok());
        assert!(Password::chosen(&"😀🎲🌻🚲 ".repeat(25)).is_ok(), "125 code points");
        assert_eq!(flaw(&"😀".repeat(129)), PasswordFlaw::TooLong);
        assert_eq!(flaw(&"x".repeat(1 << 20)), PasswordFlaw::TooLong);
    }

    #[test]
    fn a_flaw_says_how_to_mend_it_and_never_the_password() {
        let own = OwnWords::of(["Anna Müller"]);
        for (text, start) in [
            ("short", "the password has fewer than 8 characters: "),
            ("Sonnenschein1", "the password is one of those that are guessed first, or nearly: "),
            ("qwertyuiop", "the password is a row of keys, a repetition or a date: "),
            ("anna-müller-77", "the password is made of names that everybody here knows: "),
        ] {
            let sentence = Password::chosen_by(text, &own).unwrap_err().to_string();
            assert!(sentence.starts_with(start), "{sentence}");
            assert!(!sentence.contains(text), "{sentence}");
        }
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
