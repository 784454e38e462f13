//! How long hashing takes, told without a clock.

/// Microseconds of an ordinary core: what a hash costs by its parameters. The figures are estimates, and
/// equal time needs only their proportions: a faster core is faster in all three schemes. The example
/// `password_times` shows how near they are on a machine that does nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::password) struct Work {
    micros: u64,
}

/// One pass of Argon2 over a mebibyte.
const ARGON_MICROS_PER_MIB: u64 = 520;

/// 2^12 rounds of bcrypt: nearly all of it is the key schedule.
const BCRYPT_MICROS_PER_4096: u64 = 230_000;

/// A thousand iterations of PBKDF2 with SHA-256, on a processor that has instructions for it.
const PBKDF2_MICROS_PER_1000: u64 = 60;

impl Work {
    /// Nothing to do.
    pub(in crate::password) const NONE: Self = Self { micros: 0 };

    /// Some time of an ordinary core.
    pub(in crate::password) const fn of_micros(micros: u64) -> Self {
        Self { micros }
    }

    pub(super) const fn of_argon(memory_kib: u32, passes: u32) -> Self {
        let block_passes = (memory_kib as u64).saturating_mul(passes as u64);
        Self { micros: block_passes.saturating_mul(ARGON_MICROS_PER_MIB) / 1024 }
    }

    pub(super) const fn of_bcrypt(cost: u32) -> Self {
        let rounds = 1_u64.checked_shl(cost);
        let rounds = if let Some(rounds) = rounds { rounds } else { u64::MAX };
        Self { micros: rounds.saturating_mul(BCRYPT_MICROS_PER_4096) / 4096 }
    }

    pub(super) const fn of_pbkdf2(iterations: u32) -> Self {
        Self { micros: (iterations as u64).saturating_mul(PBKDF2_MICROS_PER_1000) / 1000 }
    }

    /// In microseconds of an ordinary core.
    pub(in crate::password) const fn micros(self) -> u64 {
        self.micros
    }

    /// As so many KiB times passes of Argon2.
    pub(super) const fn as_block_passes(self) -> u64 {
        self.micros.saturating_mul(1024) / ARGON_MICROS_PER_MIB
    }

    /// What is left of it after `done`.
    pub(super) const fn less(self, done: Self) -> Self {
        Self { micros: self.micros.saturating_sub(done.micros) }
    }

    /// As much so many times.
    pub(super) fn times(self, count: usize) -> Self {
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        Self { micros: self.micros.saturating_mul(count) }
    }

    /// Both.
    #[cfg(test)]
    pub(super) const fn and(self, other: Self) -> Self {
        Self { micros: self.micros.saturating_add(other.micros) }
    }
}
