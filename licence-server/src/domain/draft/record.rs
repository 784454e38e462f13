//! What a batch appends to the audit log.

use std::sync::Arc;

use super::Draft;
use crate::domain::audit::{Act, Actor, Entry, Refused};
use crate::domain::refusals::Folded;
use crate::domain::timeline::ClockDoubt;

/// Kinds of refusals that one sweep writes down at most; the next one goes on.
const REFUSALS_MAX: usize = 256;

impl Draft {
    /// Appends an entry to the audit log.
    pub(in crate::domain) fn record(&mut self, act: Act) {
        self.record_by(act, None);
    }

    /// Appends a refusal to the audit log, or counts it where one like it was written down within a minute.
    pub(in crate::domain) fn record_refused(&mut self, refused: Refused) {
        let told = Folded::Told(refused);
        if self.log.refused.contains(&told) || self.refusals.is_told(&refused, self.now) {
            self.log.refused.push(Folded::More(refused));
            return;
        }
        let times = self.refusals.more(&refused).saturating_add(1);
        self.record(Act::Refused(refused, times));
        self.log.refused.push(told);
    }

    /// Appends how many refusals were counted, of each kind of which the minute is over.
    pub(in crate::domain) fn record_due_refusals(&mut self) {
        let refusals = Arc::clone(&self.refusals);
        for refused in refusals.due(self.now).take(REFUSALS_MAX) {
            let told = Folded::Told(refused);
            if !self.log.refused.contains(&told) {
                self.record(Act::Refused(refused, refusals.more(&refused)));
                self.log.refused.push(told);
            }
        }
    }

    /// Appends an entry to the audit log, and who did it.
    #[expect(clippy::needless_pass_by_value, reason = "an act is made to be recorded, once")]
    pub(in crate::domain) fn record_by(&mut self, act: Act, by: Option<Actor>) {
        let position = &mut self.site.position;
        position.seq += 1;
        let entry = Entry::new(position.seq, self.now, &act, by);
        position.head = entry.chained_to(position.head);
        self.log.entries.push(entry);
    }

    /// Appends that the clock is in doubt, or no more.
    pub(super) fn record_clock(&mut self, before: Option<ClockDoubt>, after: Option<ClockDoubt>) {
        match (before, after) {
            (None | Some(ClockDoubt::Ahead { .. }), Some(ClockDoubt::Behind)) => {
                self.record(Act::ClockBehind);
            }
            (None | Some(ClockDoubt::Behind), Some(ClockDoubt::Ahead { .. })) => {
                self.record(Act::ClockDisputed);
            }
            (Some(_), None) => self.record(Act::ClockSound),
            (None, None)
            | (Some(ClockDoubt::Behind), Some(ClockDoubt::Behind))
            | (Some(ClockDoubt::Ahead { .. }), Some(ClockDoubt::Ahead { .. })) => {}
        }
    }
}
