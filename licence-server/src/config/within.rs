use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A whole number from `MIN` to `MAX`; whoever writes another is told the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Within<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Within<MIN, MAX> {
    /// The number, or the bound that it goes beyond.
    #[must_use]
    pub fn clamp(number: u32) -> Self {
        Self(number.clamp(MIN, MAX))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The number as one of things in memory.
    #[must_use]
    pub fn count(self) -> usize {
        // Equal wherever the server runs: an address there has 32 bits at least.
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Within<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_i64(Expected)
    }
}

/// What is read of it: in words, because they become part of the error's sentence.
struct Expected<const MIN: u32, const MAX: u32>;

impl<const MIN: u32, const MAX: u32> Visitor<'_> for Expected<MIN, MAX> {
    type Value = Within<MIN, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a whole number from {MIN} to {MAX}")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Within<MIN, MAX>, E> {
        let read = u32::try_from(number).ok().filter(|number| (MIN..=MAX).contains(number));
        read.map(Within).ok_or_else(|| E::invalid_value(Unexpected::Signed(number), &self))
    }

    /// What 64 bits do not hold.
    fn visit_i128<E: Error>(self, _: i128) -> Result<Within<MIN, MAX>, E> {
        Err(E::invalid_value(Unexpected::Other("a far larger number"), &self))
    }
}
