//! The one place of the command-line tools that draws random bytes.
//!
//! They come from the operating system at every call: keys are made here, and a tool that runs for
//! a second has no use for a generator of its own.

#![expect(clippy::disallowed_types, reason = "this is the one place that draws random bytes")]

use licence_core::{UnixTime, Uuid};
use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Random bytes that may be seen: a serial, an id, a nonce.
///
/// # Errors
/// If the operating system gives none.
pub fn bytes<const N: usize>() -> Result<[u8; N], Failure> {
    let mut drawn = [0; N];
    fill(&mut drawn)?;
    Ok(drawn)
}

/// Random bytes that nobody may see: a seed. They are wiped when dropped.
///
/// # Errors
/// If the operating system gives none.
pub fn secret<const N: usize>() -> Result<Zeroizing<[u8; N]>, Failure> {
    let mut drawn = Zeroizing::new([0; N]);
    fill(drawn.as_mut())?;
    Ok(drawn)
}

/// A fresh UUID, version 7, which sorts by the second in which it was made.
///
/// # Errors
/// If the operating system gives no random bytes.
pub fn uuid(now: UnixTime) -> Result<Uuid, Failure> {
    let millis = u64::try_from(now.secs()).unwrap_or_default().saturating_mul(1000);
    Ok(Uuid::v7(millis, bytes()?))
}

fn fill(drawn: &mut [u8]) -> Result<(), Failure> {
    SysRng.try_fill_bytes(drawn).map_err(|error| {
        Failure::usage(format!("the operating system gives no random bytes: {error}"))
            .mend("run this where `getrandom` or `/dev/urandom` is allowed")
    })
}

#[cfg(test)]
mod tests {
    use licence_core::UnixTime;

    use super::uuid;

    #[test]
    fn two_draws_differ() {
        assert_ne!(super::bytes::<16>().unwrap(), super::bytes::<16>().unwrap());
        assert_ne!(uuid(UnixTime::MIN).unwrap(), uuid(UnixTime::MIN).unwrap());
        assert_ne!(super::secret::<32>().unwrap(), super::secret::<32>().unwrap());
    }
}
