//! What the audit log says beside the hours: what became of the clock on each day, and which statement was
//! the last.

use std::collections::BTreeMap;

use licence_core::UnixTime;
use licence_core::claims::UsageDay;
use serde_json::Value;

use crate::domain::{Act, UsageStated, day_of};
use crate::http::routes::v1::admin::audit::Read;

/// A walk through the log.
#[derive(Default)]
pub(super) struct Tally {
    days: BTreeMap<UnixTime, UsageDay>,
    first: Option<UnixTime>,
    stated: Option<UsageStated>,
}

impl Tally {
    /// When the first entry was written.
    pub(super) const fn first(&self) -> Option<UnixTime> {
        self.first
    }

    /// The newest statement on record.
    pub(super) const fn stated(&self) -> Option<UsageStated> {
        self.stated
    }

    /// What the log says of a day, with everything else that a statement tells left at 0.
    pub(super) fn day(&self, start: UnixTime) -> UsageDay {
        self.days.get(&start).copied().unwrap_or_default()
    }

    /// Sees the next entry.
    pub(super) fn see(&mut self, read: &Read) {
        let Some(at) = read.at().and_then(UnixTime::from_secs) else { return };
        self.first.get_or_insert(at);
        match read.text("act").unwrap_or_default() {
            // Its own time is the one that was wrong.
            Act::CLOCK_RESET => {
                let set_to = read.members.get("time").and_then(Value::as_i64);
                self.count(set_to.and_then(UnixTime::from_secs).unwrap_or(at), |day| {
                    &mut day.resets
                });
            }
            Act::CLOCK_ACCEPTED => self.count(at, |day| &mut day.accepts),
            Act::CLOCK_DISPUTED => self.count(at, |day| &mut day.disputes),
            Act::USAGE_STATED => self.stated = read.stated().or(self.stated),
            _ => {}
        }
    }

    fn count(&mut self, at: UnixTime, number: impl Fn(&mut UsageDay) -> &mut u32) {
        let times = number(self.days.entry(day_of(at)).or_default());
        *times = times.saturating_add(1);
    }
}
