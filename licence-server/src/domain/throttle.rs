//! Delays for whoever guesses passwords. Never a lock: nobody can shut another's account by guessing.
//!
//! Failures are counted by name and address prefix, for names that nobody has too, so that the delays tell
//! nothing. A device on which the person signed in before has a count of its own: whoever guesses from
//! the same network delays strangers and not the person.

use std::collections::HashMap;

use licence_core::UnixTime;

/// Seconds to wait after so many failures in a row; the last for all that follow. One mistake is free.
const DELAY_SECS: [i64; 5] = [0, 1, 3, 5, 10];

/// Tries of one key under way at a time: a person with all their devices, or a guesser side by side.
const UNDER_WAY_MAX: usize = 8;

/// Seconds without a failure after which all is forgotten.
const FORGET_SECS: i64 = 900;

/// Counts of one generation: twice as many are kept, some 100 bytes each.
const GENERATION_MAX: usize = 32_768;

/// What is counted together: a digest over name, address prefix and device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThrottleKey(pub [u8; 16]);

/// So many seconds are left to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooSoon {
    /// How many.
    pub left_secs: i64,
}

#[derive(Clone, Copy, Debug)]
struct Count {
    failures: usize,
    under_way: usize,
    last: UnixTime,
}

impl Count {
    const NONE: Self = Self { failures: 0, under_way: 0, last: UnixTime::MIN };

    fn free_at(&self) -> UnixTime {
        let last = self.failures.checked_sub(1);
        let delay = last.map(|last| DELAY_SECS.get(last).or(DELAY_SECS.last()));
        self.last.plus(delay.flatten().copied().unwrap_or(0))
    }
}

/// Counts of failures, bounded: when the young ones are full they become the old ones, and the old ones are
/// forgotten. A flood of names so makes everyone's delays shorter, and never memory longer.
#[derive(Debug, Default)]
pub struct Throttle {
    young: HashMap<ThrottleKey, Count>,
    old: HashMap<ThrottleKey, Count>,
}

impl Throttle {
    /// Begins a try, which [`failed`](Self::failed) or [`succeeded`](Self::succeeded) ends.
    ///
    /// # Errors
    /// [`TooSoon`]; then nothing is counted, so that whoever is impatient waits no longer for it.
    pub fn begin(&mut self, key: ThrottleKey, now: UnixTime) -> Result<(), TooSoon> {
        let count = self.count(key, now);
        let left_secs = count.free_at().since(now);
        if left_secs > 0 {
            return Err(TooSoon { left_secs });
        }
        // Side by side a guesser would have as many tries at each delay.
        let under_way_max = if count.failures == 0 { UNDER_WAY_MAX } else { 1 };
        if count.under_way >= under_way_max {
            return Err(TooSoon { left_secs: 1 });
        }
        self.keep(key, Count { under_way: count.under_way + 1, ..count });
        Ok(())
    }

    /// A try came to nothing, or nobody knows what it came to.
    pub fn failed(&mut self, key: ThrottleKey, now: UnixTime) {
        let Count { failures, under_way, .. } = self.count(key, now);
        let (failures, under_way) = (failures.saturating_add(1), under_way.saturating_sub(1));
        self.keep(key, Count { failures, under_way, last: now });
    }

    /// A try came to a good end: what failed before it is forgotten.
    pub fn succeeded(&mut self, key: ThrottleKey, now: UnixTime) {
        let under_way = self.count(key, now).under_way.saturating_sub(1);
        self.old.remove(&key);
        if under_way == 0 {
            self.young.remove(&key);
        } else {
            self.keep(key, Count { under_way, ..Count::NONE });
        }
    }

    /// A try ended before it was one.
    pub fn given_up(&mut self, key: ThrottleKey, now: UnixTime) {
        let count = self.count(key, now);
        self.keep(key, Count { under_way: count.under_way.saturating_sub(1), ..count });
    }

    fn count(&self, key: ThrottleKey, now: UnixTime) -> Count {
        let count = self.young.get(&key).or_else(|| self.old.get(&key)).copied();
        let count = count.unwrap_or(Count::NONE);
        // One from a time that is ahead was counted before the clock was set back, and locks nobody.
        let is_forgotten = now.since(count.last).abs() >= FORGET_SECS;
        if is_forgotten { Count { under_way: count.under_way, ..Count::NONE } } else { count }
    }

    fn keep(&mut self, key: ThrottleKey, count: Count) {
        if self.young.len() >= GENERATION_MAX && !self.young.contains_key(&key) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime::MIN.plus(1_000_000);

    fn key(number: usize) -> ThrottleKey {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&number.to_be_bytes());
        ThrottleKey(key)
    }

    #[track_caller]
    fn fail(throttle: &mut Throttle, at: UnixTime) {
        throttle.begin(key(1), at).unwrap();
        throttle.failed(key(1), at);
    }

    #[test]
    fn delays_grow_to_ten_seconds_and_no_further() {
        let mut throttle = Throttle::default();
        let mut now = NOW;
        for delay in [0, 1, 3, 5, 10, 10, 10] {
            fail(&mut throttle, now);
            if delay > 0 {
                let left_secs = delay;
                assert_eq!(throttle.begin(key(1), now), Err(TooSoon { left_secs }));
                let last = throttle.begin(key(1), now.plus(delay - 1));
                assert_eq!(last, Err(TooSoon { left_secs: 1 }), "and asking costs nothing");
            }
            now = now.plus(delay);
        }
    }

    #[test]
    fn a_success_and_a_quarter_of_an_hour_are_forgiven() {
        let mut throttle = Throttle::default();
        fail(&mut throttle, NOW);
        throttle.begin(key(1), NOW).unwrap();
        throttle.succeeded(key(1), NOW);
        for later in [0, FORGET_SECS] {
            fail(&mut throttle, NOW.plus(later));
            fail(&mut throttle, NOW.plus(later));
            assert!(throttle.begin(key(1), NOW.plus(later)).is_err());
        }
    }

    /// A failure at a time that was ahead once locked its name until that time came.
    #[test]
    fn a_clock_that_was_set_back_locks_nobody() {
        let mut throttle = Throttle::default();
        fail(&mut throttle, NOW.plus(10_000_000));
        fail(&mut throttle, NOW.plus(10_000_000));
        throttle.begin(key(1), NOW).unwrap();
    }

    #[test]
    fn tries_side_by_side_are_bounded() {
        let mut throttle = Throttle::default();
        for _ in 0..UNDER_WAY_MAX {
            throttle.begin(key(1), NOW).unwrap();
        }
        assert_eq!(throttle.begin(key(1), NOW), Err(TooSoon { left_secs: 1 }));
        throttle.succeeded(key(1), NOW);
        throttle.begin(key(1), NOW).unwrap();
    }

    #[test]
    fn one_name_does_not_delay_another() {
        let mut throttle = Throttle::default();
        fail(&mut throttle, NOW);
        fail(&mut throttle, NOW);
        throttle.begin(key(2), NOW).unwrap();
    }

    #[test]
    fn memory_is_bounded() {
        let mut throttle = Throttle::default();
        for number in 0..5 * GENERATION_MAX {
            throttle.begin(key(number), NOW).unwrap();
            throttle.failed(key(number), NOW);
        }
        assert!(throttle.young.len() + throttle.old.len() <= 2 * GENERATION_MAX);
    }
}
