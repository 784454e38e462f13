//! Tries to sign in, counted.

use licence_core::UnixTime;
use sha2::{Digest as _, Sha256};

use crate::config::AddressPrefix;
use crate::domain::{LoginName, ThrottleKey};
use crate::http::problem::Problem;
use crate::state::AppState;

/// A try that is under way. Dropped before it was found good, it has failed: also where its caller hung
/// up over it.
pub(super) struct Attempt<'s> {
    key: ThrottleKey,
    now: UnixTime,
    state: &'s AppState,
    is_over: bool,
}

/// Who tries, as far as failures are counted together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whence<'n> {
    /// The name that was typed, whether someone has it or not.
    pub(super) name: Option<&'n LoginName>,
    /// From where.
    pub(super) prefix: Option<AddressPrefix>,
    /// Whether the person has signed in with that browser before.
    pub(super) is_known_device: bool,
}

impl<'s> Attempt<'s> {
    /// Begins a try.
    ///
    /// # Errors
    /// 429 `throttled`: too many have failed in a row.
    pub(super) fn begin(
        whence: Whence<'_>,
        now: UnixTime,
        state: &'s AppState,
    ) -> Result<Self, Problem> {
        let key = whence.key();
        let begun = state.throttle().begin(key, now);
        begun.map_err(|soon| Problem::throttled(soon, "too many sign-ins failed"))?;
        Ok(Self { key, now, state, is_over: false })
    }

    /// The password was right.
    pub(super) fn succeeded(mut self) {
        self.is_over = true;
        self.state.throttle().succeeded(self.key, self.now);
    }

    /// Nobody looked at the password.
    pub(super) fn given_up(mut self) {
        self.is_over = true;
        self.state.throttle().given_up(self.key, self.now);
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.state.throttle().failed(self.key, self.now);
        }
    }
}

impl Whence<'_> {
    fn key(self) -> ThrottleKey {
        let mut hash = Sha256::new();
        hash.update(self.name.map_or("", LoginName::as_str));
        // No name holds a zero, so what follows cannot be taken for a part of it.
        hash.update([0, u8::from(self.is_known_device)]);
        // A known device is the same one wherever it is carried.
        if let Some(prefix) = self.prefix.filter(|_| !self.is_known_device) {
            hash.update(prefix.to_string());
        }
        let mut key = [0; 16];
        key.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        ThrottleKey(key)
    }
}
