//! The one place of the server that draws random bytes.
//!
//! They come from the operating system at every call: a generator of our own would be a second
//! secret to keep, and a sign-in costs thousands of times more than the call.

use licence_core::{UnixTime, Uuid};
use rand::TryRng as _;
#[expect(
    clippy::disallowed_types,
    reason = "this is the file that clippy.toml sends everyone to"
)]
use rand::rngs::SysRng;
use thiserror::Error;
use zeroize::Zeroizing;

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the operating system gives no random bytes")]
pub struct NoRandomBytes;

/// A source of random bytes that nobody can foretell.
pub trait Rng: Send + Sync + 'static {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// [`NoRandomBytes`]; `bytes` is then not to be used.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomBytes>;
}

impl dyn Rng {
    /// Random bytes that may be seen: an id, a nonce, a salt.
    ///
    /// # Errors
    /// [`NoRandomBytes`].
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], NoRandomBytes> {
        let mut drawn = [0; N];
        self.fill(&mut drawn)?;
        Ok(drawn)
    }

    /// Random bytes that nobody may see. They are wiped when dropped.
    ///
    /// # Errors
    /// [`NoRandomBytes`].
    pub fn secret<const N: usize>(&self) -> Result<Zeroizing<[u8; N]>, NoRandomBytes> {
        let mut drawn = Zeroizing::new([0; N]);
        self.fill(drawn.as_mut())?;
        Ok(drawn)
    }

    /// A fresh UUID, version 7, which sorts by the second in which it was made.
    ///
    /// # Errors
    /// [`NoRandomBytes`].
    pub fn uuid(&self, now: UnixTime) -> Result<Uuid, NoRandomBytes> {
        let millis = u64::try_from(now.secs()).unwrap_or_default().saturating_mul(1000);
        Ok(Uuid::v7(millis, self.bytes()?))
    }
}

/// The operating system's source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomBytes> {
        SysRng.try_fill_bytes(bytes).map_err(|_| NoRandomBytes)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::Mutex;

    use rand::rngs::StdRng;
    use rand::{Rng as _, SeedableRng as _};

    use super::{NoRandomBytes, Rng};

    /// The same bytes at every run of a test.
    #[derive(Debug)]
    pub(crate) struct SeededRng(Mutex<StdRng>);

    impl SeededRng {
        pub(crate) fn new(seed: u64) -> Self {
            Self(Mutex::new(StdRng::seed_from_u64(seed)))
        }
    }

    impl Rng for SeededRng {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomBytes> {
            self.0.lock().unwrap().fill_bytes(bytes);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        let rng: &dyn Rng = &SystemRng;
        assert_ne!(rng.bytes::<16>().unwrap(), rng.bytes::<16>().unwrap());
        assert_ne!(rng.secret::<32>().unwrap(), rng.secret::<32>().unwrap());
        assert_ne!(rng.uuid(UnixTime::MIN).unwrap(), rng.uuid(UnixTime::MIN).unwrap());
    }
}
