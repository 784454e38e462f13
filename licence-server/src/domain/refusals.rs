//! Refusals that come again and again: written down once a minute, with how many they were.

use std::collections::HashMap;

use licence_core::UnixTime;

use super::audit::Refused;

/// Seconds in which a refusal of the same kind and of the same session or person is written down once.
const FOLD_SECS: i64 = 60;

/// Kinds of one generation: twice as many are kept, some 80 bytes each.
const GENERATION_MAX: usize = 2048;

/// What was written down of one kind, and what came since.
#[derive(Clone, Copy, Debug)]
struct Count {
    told: UnixTime,
    more: u32,
}

/// What a batch makes of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Folded {
    /// It is written down, with those before it.
    Told(Refused),
    /// It is counted.
    More(Refused),
}

/// Counts of refusals, in memory alone, bounded: when the young ones are full they become the old ones,
/// and the old ones are forgotten. What was counted and not written down is lost with them, and with the
/// process.
#[derive(Clone, Debug, Default)]
pub struct Refusals {
    young: HashMap<Refused, Count>,
    old: HashMap<Refused, Count>,
}

impl Refusals {
    /// Whether a refusal is to be counted and not written down.
    pub(super) fn is_told(&self, refused: &Refused, now: UnixTime) -> bool {
        self.count(refused).is_some_and(|count| !count.is_over(now))
    }

    /// How many were counted since one was written down.
    pub(super) fn more(&self, refused: &Refused) -> u32 {
        self.count(refused).map_or(0, |count| count.more)
    }

    /// Those that were counted and whose minute is over.
    pub(super) fn due(&self, now: UnixTime) -> impl Iterator<Item = Refused> {
        let young = self.young.iter();
        let old = self.old.iter().filter(|(refused, _)| !self.young.contains_key(refused));
        let due = young.chain(old).filter(move |(_, count)| count.more > 0 && count.is_over(now));
        due.map(|(refused, _)| *refused)
    }

    /// Takes over what a batch made of refusals.
    pub(super) fn apply(&mut self, folded: &[Folded], now: UnixTime) {
        for folded in folded {
            let (refused, count) = match *folded {
                Folded::Told(refused) => (refused, Count { told: now, more: 0 }),
                Folded::More(refused) => {
                    let count = self.count(&refused).unwrap_or(Count { told: now, more: 0 });
                    (refused, Count { more: count.more.saturating_add(1), ..count })
                }
            };
            if self.young.len() >= GENERATION_MAX && !self.young.contains_key(&refused) {
                self.old = std::mem::take(&mut self.young);
            }
            self.young.insert(refused, count);
        }
    }

    fn count(&self, refused: &Refused) -> Option<Count> {
        self.young.get(refused).or_else(|| self.old.get(refused)).copied()
    }
}

impl Count {
    /// Also where the clock was set back since.
    fn is_over(&self, now: UnixTime) -> bool {
        !(0..FOLD_SECS).contains(&now.since(self.told))
    }
}
