//! Which life of the store it is: a backup that is put back begins another.

use licence_core::UnixTime;

use crate::clocks::DAY;

/// After a backup was put back, seconds for which tokens that are newer than it are adopted.
const ADOPTION_SECS: i64 = 7 * DAY;

/// A life of the store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Life {
    pub(crate) number: u32,
    /// When it began, if with a backup.
    restored: Option<UnixTime>,
}

impl Default for Life {
    fn default() -> Self {
        Self { number: 1, restored: None }
    }
}

impl Life {
    pub(crate) const fn restored(number: u32, at: UnixTime) -> Self {
        Self { number, restored: Some(at) }
    }

    /// The time was set back: it began now at the latest.
    pub(crate) fn began_by(&mut self, now: UnixTime) {
        self.restored = self.restored.map(|at| at.min(now));
    }

    /// Whether tokens that the store never gave may be adopted still.
    pub(crate) fn may_adopt(self, now: UnixTime) -> bool {
        self.restored.is_some_and(|at| !now.is_expired(at.plus(ADOPTION_SECS)))
    }
}
