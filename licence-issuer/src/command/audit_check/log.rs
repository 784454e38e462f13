//! An audit log as a server exports it: one entry a line, the bytes that were chained with their place
//! before them.

use licence_core::UnixTime;
use licence_core::claims::Epoch;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// What was exported of a log.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) file: String,
    /// The place of its first entry.
    pub(super) first: u64,
    pub(super) entries: Vec<Logged>,
    /// The first place whose entry is left out though later ones are there.
    pub(super) gap: Option<u64>,
}

/// What matters of an entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Logged {
    /// What is chained.
    pub(super) digest: [u8; 32],
    pub(super) at: Option<UnixTime>,
    pub(super) turn: Turn,
}

/// How a log can go on so that times or places are not what they seem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// As ever.
    None,
    /// The clock was set back.
    ClockReset,
    /// A backup was put back, and a new epoch began, with this counter.
    Restored { counter: Option<u32> },
}

impl Log {
    pub(super) const fn new(file: String) -> Self {
        Self { file, first: 0, entries: Vec::new(), gap: None }
    }

    /// With the entry of the next line; `None` where it is not one, or stands before another.
    pub(super) fn with(mut self, line: &str, members: &Map<String, Value>) -> Option<Self> {
        let seq = members.get("seq")?.as_u64().filter(|seq| *seq > 0)?;
        let json = format!("{{{}", line.strip_prefix(&format!("{{\"seq\":{seq},"))?);
        if self.entries.is_empty() {
            self.first = seq;
        } else if seq < self.next() {
            return None;
        } else if seq > self.next() {
            self.gap.get_or_insert(self.next());
        }
        // Behind a gap nothing can be recomputed.
        if self.gap.is_none() {
            self.entries.push(Logged {
                digest: Sha256::digest(&json).into(),
                at: members.get("at").and_then(Value::as_i64).and_then(UnixTime::from_secs),
                turn: match members.get("act").and_then(Value::as_str) {
                    Some("clock_reset") => Turn::ClockReset,
                    Some("restored") => Turn::Restored { counter: counter(members) },
                    Some(_) | None => Turn::None,
                },
            });
        }
        Some(self)
    }

    /// The place behind its last entry.
    pub(super) fn next(&self) -> u64 {
        self.first.saturating_add(u64::try_from(self.entries.len()).unwrap_or(u64::MAX))
    }

    /// Its entries with their places.
    pub(super) fn placed(&self) -> impl Iterator<Item = (u64, &Logged)> {
        (self.first..).zip(&self.entries)
    }

    /// Whether it holds every entry behind one place up to another.
    pub(super) fn covers(&self, after: u64, to: u64) -> bool {
        self.first <= after.saturating_add(1) && to < self.next()
    }

    /// Whether the clock was set back behind one place, up to another.
    pub(super) fn was_clock_reset(&self, after: u64, to: u64) -> bool {
        self.turns(after, to).any(|turn| turn == Turn::ClockReset)
    }

    /// Whether a backup was put back behind one place, up to another.
    pub(super) fn was_restored(&self, after: u64, to: u64) -> bool {
        self.turns(after, to).any(|turn| matches!(turn, Turn::Restored { .. }))
    }

    /// Where a backup was put back last up to a place, and the digest of the entry that says so.
    pub(super) fn last_restored(&self, to: u64) -> Option<(u64, [u8; 32])> {
        let restores = self
            .placed()
            .filter(|(seq, entry)| *seq <= to && matches!(entry.turn, Turn::Restored { .. }));
        restores.last().map(|(seq, entry)| (seq, entry.digest))
    }

    /// Which life of the store it tells of at a place: known behind an entry that says it, and of a log that is
    /// there from its beginning.
    pub(super) fn epoch_counter(&self, at: u64) -> Option<u32> {
        let restores = self.turns(0, at).filter_map(|turn| match turn {
            Turn::Restored { counter } => Some(counter),
            Turn::None | Turn::ClockReset => None,
        });
        restores.last().unwrap_or_else(|| (self.first == 1).then_some(1))
    }

    /// Which life begins with the first backup that was put back in it.
    pub(super) fn restored_first(&self) -> Option<u32> {
        self.lives().next().flatten()
    }

    /// Whether it says that this life began with a backup that was put back.
    pub(super) fn names(&self, life: u32) -> bool {
        self.lives().any(|named| named == Some(life))
    }

    fn lives(&self) -> impl Iterator<Item = Option<u32>> {
        self.placed().filter_map(|(_, entry)| match entry.turn {
            Turn::Restored { counter } => Some(counter),
            Turn::None | Turn::ClockReset => None,
        })
    }

    fn turns(&self, after: u64, to: u64) -> impl Iterator<Item = Turn> {
        let between = self.placed().filter(move |(seq, _)| *seq > after && *seq <= to);
        between.map(|(_, entry)| entry.turn)
    }
}

fn counter(restored: &Map<String, Value>) -> Option<u32> {
    Epoch::parse(restored.get("epoch")?.as_str()?).map(|epoch| epoch.counter)
}
