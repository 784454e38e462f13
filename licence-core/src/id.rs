//! Identifiers: UUIDs for what is counted, key ids for keys, serials for people.

use core::fmt;

use crate::base64url;
use crate::json::PlainText;

/// A UUID in its canonical text (RFC 9562: 36 characters, lower case).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(align(8))] // Copied by words: byte by byte, ids cost the browser's module kilobytes.
pub struct Uuid([u8; 16]);

impl Uuid {
    /// A version 7 UUID: 48 bits of Unix milliseconds, then random bits, so that ids made later
    /// sort later and rows made together lie together.
    #[must_use]
    pub const fn v7(unix_millis: u64, random: [u8; 10]) -> Self {
        let [_, _, t0, t1, t2, t3, t4, t5] = unix_millis.to_be_bytes();
        let [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9] = random;
        let (version, variant) = (0x70 | (r0 & 0x0f), 0x80 | (r2 & 0x3f));
        Self([t0, t1, t2, t3, t4, t5, version, r1, variant, r3, r4, r5, r6, r7, r8, r9])
    }

    /// The UUID with these bytes, of whatever version.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes, most significant first.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// Reads the canonical text and no other spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 36 {
            return None;
        }
        let mut bytes = [0; 16];
        let mut digits = text.bytes().enumerate();
        for byte in &mut bytes {
            *byte = (next_digit(&mut digits)? << 4) | next_digit(&mut digits)?;
        }
        Some(Self(bytes))
    }
}

/// The next hexadecimal digit, with a hyphen asked for where the canonical text has one.
fn next_digit(digits: &mut impl Iterator<Item = (usize, u8)>) -> Option<u8> {
    let (at, mut digit) = digits.next()?;
    if is_hyphen(at) {
        if digit != b'-' {
            return None;
        }
        (_, digit) = digits.next()?;
    }
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Where in the canonical text each four digits begin.
const FOURS: [usize; 8] = [0, 4, 9, 14, 19, 24, 28, 32];

impl Uuid {
    /// The canonical text, made in one piece and by words: a request writes several, and byte by byte each costs
    /// as much as a hash.
    fn text(self) -> [u8; 36] {
        let mut eights = [[0; 8]; 4];
        eights.iter_mut().zip(self.0.as_chunks().0).for_each(|(to, from)| *to = digits(*from));
        let mut text = [b'-'; 36];
        for (at, four) in FOURS.into_iter().zip(eights.as_flattened().as_chunks().0) {
            if let Some(place) = text.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<4>) {
                *place = *four;
            }
        }
        text
    }
}

impl PlainText for Uuid {
    fn with_text(self, take: impl FnOnce(&str)) {
        take(core::str::from_utf8(&self.text()).unwrap_or_default());
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(core::str::from_utf8(&self.text()).unwrap_or_default())
    }
}

/// Four bytes in hexadecimal, all eight digits at once: each has a byte of one word to itself.
fn digits(bytes: [u8; 4]) -> [u8; 8] {
    let mut word = u64::from(u32::from_be_bytes(bytes));
    word = (word | word << 16) & 0x0000_ffff_0000_ffff;
    word = (word | word << 8) & 0x00ff_00ff_00ff_00ff;
    word = (word | word << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    // One where the digit is a letter: ten and more carry over into the upper half of their byte.
    let letters = ((word + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101;
    let (zero, to_letter) = (0x3030_3030_3030_3030, u64::from(b'a' - b'0' - 10));
    (word + zero + letters * to_letter).to_be_bytes()
}

/// Whether the canonical text has a hyphen there.
const fn is_hyphen(at: usize) -> bool {
    matches!(at, 8 | 13 | 18 | 23)
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])+ $name:ident),+ $(,)?) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Reads the canonical text and no other spelling.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::parse(text).map(Self)
            }
        }

        impl PlainText for $name {
            fn with_text(self, take: impl FnOnce(&str)) {
                self.0.with_text(take);
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

uuid_ids! {
    /// One signed licence: its `jti`.
    LicenceId,
    /// The owner of a licence in the vendor's ledger: its `sub`.
    OwnerId,
    /// A registered person: `sub` of an access token.
    UserId,
    /// One sign-in on one device: `sid` of an access token.
    SessionId,
    /// One access token, or one of the other signed objects: its `jti`.
    TokenId,
}

/// A key's RFC 7638 thumbprint (SHA-256), written as 43 characters of base64url.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(align(8))] // Copied by words: byte by byte, ids cost the browser's module kilobytes.
pub struct KeyId([u8; 32]);

impl KeyId {
    pub(crate) const fn from_digest(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// Reads the canonical text and no other spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        base64url::decode_array(text).map(Self)
    }

    /// Its bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64url::encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The number that people read out on the telephone: one per series of renewals.
///
/// Fifteen random characters and one to check them, in groups of four: `7K3M-9QWD-X2TB-0F5N`. The
/// alphabet is Crockford's base 32 (no I, L, O, U); the check is Luhn's in base 32, which finds every
/// single wrong character and every swap of two neighbours but one pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(align(8))] // Copied by words: byte by byte, ids cost the browser's module kilobytes.
pub struct Serial([u8; 16]);

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl Serial {
    /// A serial from fifteen random bytes, of which the low five bits count.
    #[must_use]
    pub fn from_random(random: [u8; 15]) -> Self {
        let mut digits = [0; 16];
        for (digit, byte) in digits.iter_mut().zip(random) {
            *digit = byte & 31;
        }
        let [body @ .., check] = &mut digits;
        *check = (32 - luhn_sum(body, 2)) % 32;
        Self(digits)
    }

    /// Reads the canonical text: upper case, hyphens after each fourth character, a right check.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = [0; 16];
        let mut chars = text.bytes();
        for (at, digit) in digits.iter_mut().enumerate() {
            if at > 0 && at % 4 == 0 && chars.next()? != b'-' {
                return None;
            }
            let char = chars.next()?;
            *digit = u8::try_from(ALPHABET.iter().position(|c| *c == char)?).ok()?;
        }
        (chars.next().is_none() && luhn_sum(&digits, 1) == 0).then_some(Self(digits))
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, digit) in self.0.iter().enumerate() {
            if at > 0 && at % 4 == 0 {
                f.write_str("-")?;
            }
            let char = ALPHABET.get(usize::from(*digit)).copied().unwrap_or_default();
            write!(f, "{}", char::from(char))?;
        }
        Ok(())
    }
}

/// Luhn's sum modulo 32; the last digit counts `factor` times, the one before it the other way.
fn luhn_sum(digits: &[u8], mut factor: u8) -> u8 {
    let mut sum = 0;
    for digit in digits.iter().rev() {
        let addend = digit * factor;
        sum = (sum + addend / 32 + addend % 32) % 32;
        factor = 3 - factor;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_has_one_text() {
        let id = Uuid::v7(0x0190_1234_5678, [0xff; 10]);
        assert_eq!(id.to_string(), "01901234-5678-7fff-bfff-ffffffffffff");
        assert_eq!(Uuid::parse(&id.to_string()), Some(id));
        for text in [
            "01901234-5678-7FFF-bfff-ffffffffffff",
            "{01901234-5678-7fff-bfff-fffffffffff}",
            "0190123456787fffbfffffffffffffffffff",
            "01901234-56787-fff-bfff-ffffffffffff",
            "01901234-5678-7fff-bfff-fffffffffffff",
            "",
        ] {
            assert_eq!(Uuid::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn ids_made_later_sort_later() {
        assert!(Uuid::v7(1, [0xff; 10]) < Uuid::v7(2, [0; 10]));
    }

    #[test]
    fn a_serial_finds_every_single_wrong_character() {
        let serial = Serial::from_random(*b"fifteen bytes..");
        let text = serial.to_string();
        assert_eq!(text.len(), 19);
        assert_eq!(Serial::parse(&text), Some(serial));
        for (at, right) in text.bytes().enumerate().filter(|(_, c)| *c != b'-') {
            for wrong in ALPHABET.iter().filter(|c| **c != right) {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = *wrong;
                assert_eq!(Serial::parse(&String::from_utf8(bytes).unwrap()), None);
            }
        }
        assert_eq!(Serial::parse(&text.to_lowercase()), None);
        assert_eq!(Serial::parse(&text.replace('-', "")), None);
    }
}
