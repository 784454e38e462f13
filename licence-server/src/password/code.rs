//! One-time codes: what an invitation and a reset are redeemed with.

use std::fmt;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::domain::CodeHash;

/// Random bytes of a code: 120 bits, which nobody guesses in any time.
pub const CODE_BYTES: usize = 15;

/// Characters of a code, five bits each.
const CODE_CHARS: usize = 24;

/// Characters between two hyphens: as many as one reads aloud in a breath.
const GROUP_CHARS: usize = 4;

/// Bytes of a typed code at most, with whatever stands between its characters.
const TYPED_BYTES_MAX: usize = 128;

/// Crockford's alphabet: no `I`, `L`, `O`, which look like digits, and no `U`.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code that lets its holder set a password once. It is wiped when dropped, and `Debug` elides it.
pub struct OneTimeCode(Zeroizing<[u8; CODE_BYTES]>);

impl OneTimeCode {
    /// The code of random bytes, such as `rng.secret()` draws.
    #[must_use]
    pub const fn new(random: Zeroizing<[u8; CODE_BYTES]>) -> Self {
        Self(random)
    }

    /// Reads a code as people type it: in either case, with spaces or hyphens anywhere, with `O` for `0`
    /// and `I` or `L` for `1`. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > TYPED_BYTES_MAX {
            return None;
        }
        let mut code = Zeroizing::new([0; CODE_BYTES]);
        let mut chars = text.chars().filter(|c| !c.is_whitespace() && !is_hyphen(*c));
        for five_bytes in code.chunks_mut(5) {
            let mut bits = 0_u64;
            for _ in 0..8 {
                bits = bits << 5 | u64::from(digit(chars.next()?)?);
            }
            five_bytes.copy_from_slice(bits.to_be_bytes().last_chunk::<5>()?);
        }
        chars.next().is_none().then_some(Self(code))
    }

    /// The code as it is printed and read aloud: `7Q2K-M0ZD-...`, six groups of four.
    #[must_use]
    pub fn spoken(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(CODE_CHARS + CODE_CHARS / GROUP_CHARS));
        for (number, five_bits) in self.digits().enumerate() {
            if number > 0 && number % GROUP_CHARS == 0 {
                text.push('-');
            }
            text.extend(ALPHABET.get(usize::from(five_bits)).copied().map(char::from));
        }
        text
    }

    /// What is stored of it. With 120 random bits there is nothing that a slow hash would add.
    #[must_use]
    pub fn hash(&self) -> CodeHash {
        CodeHash(Sha256::digest(self.0.as_slice()).into())
    }

    /// Five bits at a time, from the front.
    fn digits(&self) -> impl Iterator<Item = u8> {
        self.0.chunks(5).flat_map(|five_bytes| {
            let bits = five_bytes.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            (0..8).rev().map(move |at| u8::try_from(bits >> (at * 5) & 31).unwrap_or_default())
        })
    }
}

/// The hyphen of the keyboard, and those that text processors put in its place.
const fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn digit(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    let at = ALPHABET.iter().position(|own| char::from(*own) == c)?;
    u8::try_from(at).ok()
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> OneTimeCode {
        OneTimeCode::new(Zeroizing::new(std::array::from_fn(|at| u8::try_from(at * 17).unwrap())))
    }

    /// It does not compile where a part that is secret is left behind.
    #[test]
    fn a_code_is_wiped_when_it_is_dropped() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>(_: &T) {}
        let OneTimeCode(bytes) = code();
        is_wiped(&bytes);
    }

    #[test]
    fn a_code_is_six_groups_of_four_and_read_as_it_was_written() {
        assert_eq!(*code().spoken(), "008J-4CT4-ANK7-F24S-NAXW-SQFE");
        for byte in [0, 1, 0x7f, 0xff] {
            let code = OneTimeCode::new(Zeroizing::new([byte; CODE_BYTES]));
            assert_eq!(OneTimeCode::parse(&code.spoken()).unwrap().hash(), code.hash());
        }
    }

    #[test]
    fn a_code_may_be_typed_as_people_type() {
        for typed in [
            "008j4ct4ank7f24snaxwsqfe",
            "  008J 4CT4 ANK7\tF24S NAXW SQFE\n",
            "oO8j–4ct4—ank7‐f24s-naxw-sqfe",
            "0-0-8-J-4-C-T-4-A-N-K-7-F-2-4-S-N-A-X-W-S-Q-F-E",
        ] {
            assert_eq!(OneTimeCode::parse(typed).unwrap().hash(), code().hash(), "{typed}");
        }
        let ones = OneTimeCode::parse(&"1".repeat(24)).unwrap().hash();
        assert_eq!(OneTimeCode::parse(&"iIlL11".repeat(4)).unwrap().hash(), ones);
    }

    #[test]
    fn anything_else_is_no_code() {
        let whole = "008J4CT4ANK7F24SNAXWSQFE";
        for typed in [
            "",
            whole.strip_suffix('E').unwrap(),
            &format!("{whole}0"),
            &whole.replace('X', "U"),
            &whole.replace('X', "*"),
            &whole.replace('X', "Ｘ"),
            &format!("{whole}{}", " ".repeat(128)),
        ] {
            assert!(OneTimeCode::parse(typed).is_none(), "{typed}");
        }
    }

    #[test]
    fn a_flipped_bit_is_another_code() {
        let mut bytes = *code().0;
        for bit in 0..CODE_BYTES * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(OneTimeCode::new(Zeroizing::new(bytes)).hash(), code().hash(), "bit {bit}");
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn a_code_is_not_printed_by_mistake() {
        assert_eq!(format!("{:?}", code()), "OneTimeCode(…)");
    }
}
