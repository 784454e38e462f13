use toml::de::DeValue;

use super::setting::Setting;

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

    fn of_number(number: u32) -> Option<Self> {
        (MIN..=MAX).contains(&number).then_some(Self(number))
    }
}

impl<const MIN: u32, const MAX: u32> Setting for Within<MIN, MAX> {
    fn expected() -> String {
        format!("a whole number from {MIN} to {MAX}")
    }

    fn of_text(text: &str) -> Option<Self> {
        // `parse` would take a sign.
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_number).and_then(Self::of_number)
    }

    fn of_toml(value: &DeValue<'_>) -> Option<Self> {
        let DeValue::Integer(number) = value else { return None };
        u32::from_str_radix(number.as_str(), number.radix()).ok().and_then(Self::of_number)
    }

    fn to_toml(&self) -> String {
        self.0.to_string()
    }
}
