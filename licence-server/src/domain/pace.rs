//! How often one session, or one person, may have something changed: each change is an entry of the audit
//! log and a write to the disk, and a program in a loop must fill neither.

use std::collections::HashMap;

use licence_core::{SessionId, UnixTime, UserId};

use super::throttle::TooSoon;

/// Counts of one generation: twice as many are kept, some 50 bytes each.
const GENERATION_MAX: usize = 32_768;

/// What one change costs: a minute's worth of changes is paid back in a minute.
const COST: i64 = 60;

/// How far ahead a debt may be: what a sound clock goes back by.
const AHEAD_SECS_MAX: i64 = 60;

/// So many changes at once, and so many a minute after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// At once.
    pub burst: u32,
    /// A minute.
    pub per_minute: u32,
}

/// Whose changes are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaceKey {
    /// What an application has written in a session.
    Session(SessionId),
    /// The refreshes of a session, by which it lives: an application that saves too often keeps its login.
    Refresh(SessionId),
    /// The sign-ins of a person.
    SignIn(UserId),
}

/// What was spent and is not paid back.
#[derive(Clone, Copy, Debug)]
struct Debt {
    spent: i64,
    at: UnixTime,
}

/// Counts of changes by whoever asks for them, bounded: when the young ones are full they become the old
/// ones, and the old ones are forgotten. A flood of sessions so lets everyone do more, and never makes
/// memory longer.
#[derive(Debug)]
pub struct Pace {
    rate: Rate,
    young: HashMap<PaceKey, Debt>,
    old: HashMap<PaceKey, Debt>,
}

impl Pace {
    /// Nobody has changed anything yet.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self { rate, young: HashMap::new(), old: HashMap::new() }
    }

    /// Counts one change.
    ///
    /// # Errors
    /// [`TooSoon`]; then nothing is counted, so that whoever is impatient waits no longer for it.
    pub fn take(&mut self, who: PaceKey, now: UnixTime) -> Result<(), TooSoon> {
        let per_sec = i64::from(self.rate.per_minute);
        let spent = self.spent(who, now).saturating_add(COST);
        let over = spent.saturating_sub(i64::from(self.rate.burst).saturating_mul(COST));
        if over > 0 {
            return Err(TooSoon { left_secs: over.saturating_add(per_sec - 1) / per_sec.max(1) });
        }
        if self.young.len() >= GENERATION_MAX && !self.young.contains_key(&who) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(who, Debt { spent, at: now });
        Ok(())
    }

    fn spent(&self, who: PaceKey, now: UnixTime) -> i64 {
        let debt = self.young.get(&who).or_else(|| self.old.get(&who));
        debt.map_or(0, |debt| {
            // A debt of a time that is ahead was made before the clock was set back, and holds nobody up.
            let secs = now.since(debt.at);
            if secs < -AHEAD_SECS_MAX {
                return 0;
            }
            let secs = secs.max(0);
            debt.spent.saturating_sub(secs.saturating_mul(self.rate.per_minute.into())).max(0)
        })
    }
}

#[cfg(test)]
mod tests {
    use licence_core::Uuid;

    use super::*;

    const NOW: UnixTime = UnixTime::MIN.plus(1_000_000);
    const RATE: Rate = Rate { burst: 3, per_minute: 30 };

    fn who(number: u64) -> PaceKey {
        PaceKey::Session(SessionId(Uuid::v7(number, [0; 10])))
    }

    #[test]
    fn an_application_that_saves_too_often_keeps_its_login() {
        let mut pace = Pace::new(RATE);
        let session = SessionId(Uuid::v7(1, [0; 10]));
        (0..3).for_each(|_| pace.take(PaceKey::Session(session), NOW).unwrap());
        pace.take(PaceKey::Session(session), NOW).unwrap_err();
        pace.take(PaceKey::Refresh(session), NOW).unwrap();
    }

    #[test]
    fn a_clock_that_was_set_back_holds_nobody_up() {
        let mut pace = Pace::new(RATE);
        (0..3).for_each(|_| pace.take(who(1), NOW.plus(86_400)).unwrap());
        pace.take(who(1), NOW).unwrap();
    }

    #[test]
    fn a_burst_is_let_through_and_then_one_after_another() {
        let mut pace = Pace::new(RATE);
        for _ in 0..3 {
            pace.take(who(1), NOW).unwrap();
        }
        assert_eq!(pace.take(who(1), NOW), Err(TooSoon { left_secs: 2 }));
        assert_eq!(
            pace.take(who(1), NOW.plus(1)),
            Err(TooSoon { left_secs: 1 }),
            "and asking costs nothing"
        );
        pace.take(who(1), NOW.plus(2)).unwrap();
        assert!(pace.take(who(1), NOW.plus(3)).is_err());
        pace.take(who(2), NOW).unwrap();
    }

    #[test]
    fn whoever_rests_has_the_whole_burst_again() {
        let mut pace = Pace::new(RATE);
        for later in [0, 6, 1_000_000] {
            for _ in 0..3 {
                pace.take(who(1), NOW.plus(later)).unwrap();
            }
            assert!(pace.take(who(1), NOW.plus(later)).is_err());
        }
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_for_long() {
        let mut pace = Pace::new(RATE);
        for _ in 0..2 {
            pace.take(who(1), NOW.plus(10_000_000)).unwrap();
        }
        pace.take(who(1), NOW).unwrap();
        pace.take(who(1), NOW.plus(2)).unwrap();
    }

    #[test]
    fn memory_is_bounded() {
        let mut pace = Pace::new(RATE);
        for number in 0..3 * 32_768 {
            pace.take(who(number), NOW).unwrap();
        }
        assert!(pace.young.len() + pace.old.len() <= 2 * GENERATION_MAX);
    }
}
