//! Chance that comes again: the same seed, or the same bytes, throw the same numbers on every machine.

/// Numbers that nobody chose.
#[derive(Clone, Debug)]
pub(crate) enum Dice {
    /// SplitMix64 (Steele, Lea, Flood, 2014). Not a library's generator, because those may change with
    /// a release, and a seed that was printed must replay for ever.
    Seeded(u64),
    /// Two bytes a number, kept backwards: a fuzzer learns which of them leads where. Zero is the
    /// rare thing of every choice, and what there is when they are over.
    Given(Vec<u8>),
}

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self::Seeded(seed)
    }

    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        Self::Given(bytes.iter().rev().copied().collect())
    }

    /// Whether all bytes were thrown.
    pub(crate) const fn is_over(&self) -> bool {
        matches!(self, Self::Given(bytes) if bytes.is_empty())
    }

    pub(crate) fn roll(&mut self) -> u64 {
        match self {
            Self::Seeded(state) => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                mix(*state)
            }
            Self::Given(bytes) => {
                let mut byte = || bytes.pop().unwrap_or_default();
                u64::from(u16::from_be_bytes([byte(), byte()]))
            }
        }
    }

    /// A number from 0 to below `count`, which is not 0.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap();
        usize::try_from(self.roll() % count).unwrap()
    }

    /// A number between two, both included.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        let width = u64::try_from(most - least).unwrap() + 1;
        least + i64::try_from(self.roll() % width).unwrap()
    }

    /// True once in so many times.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.roll().is_multiple_of(times)
    }

    /// One of several; there is at least one.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        *choices.get(self.below(choices.len())).unwrap()
    }

    /// One of several, if there is any.
    pub(crate) fn any<T: Copy>(&mut self, choices: &[T]) -> Option<T> {
        if choices.is_empty() { None } else { Some(self.pick(choices)) }
    }
}

/// Spreads a number over all bits.
pub(crate) const fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
