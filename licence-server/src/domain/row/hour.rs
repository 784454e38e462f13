use licence_core::UnixTime;

const DAY_SECS: i64 = 86_400;

/// What happened in one hour of UTC. An hour in which nothing happened has no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hour {
    /// When it began.
    pub start: UnixTime,
    /// The most seats that were in use at once.
    pub peak: u32,
    /// The most seats that were in use or waited for at once.
    pub wanted: u32,
    /// The most seats that there were, those beyond the agreed number included.
    pub total: u32,
    /// How many times a seat holder who had none asked, and there was none to have. Who asks again
    /// within a minute is not counted again.
    pub refused: u32,
    /// Seconds of waiting that ended in this hour: from the first refusal to the seat, or to the last
    /// time that was asked.
    pub refused_secs: u32,
    /// People who took their first seat of the day (of UTC).
    pub people: u32,
}

impl Hour {
    /// Its length.
    pub(in crate::domain) const SECS: i64 = 3600;

    /// The hour in which a time lies, with nothing in it yet.
    #[must_use]
    pub const fn of(time: UnixTime) -> Self {
        let into = time.secs().rem_euclid(Self::SECS);
        let start = time.plus(-into);
        Self { start, peak: 0, wanted: 0, total: 0, refused: 0, refused_secs: 0, people: 0 }
    }

    /// Whether two times lie on one day of UTC.
    #[must_use]
    pub(in crate::domain) const fn is_of_one_day(one: UnixTime, other: UnixTime) -> bool {
        one.secs().div_euclid(DAY_SECS) == other.secs().div_euclid(DAY_SECS)
    }

    /// Whether a time lies in it.
    #[must_use]
    pub const fn is_of(&self, time: UnixTime) -> bool {
        Self::of(time).start.secs() == self.start.secs()
    }

    /// What two accounts of the same hour say together: the clock may have been set back into it.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            start: self.start,
            peak: self.peak.max(other.peak),
            wanted: self.wanted.max(other.wanted),
            total: self.total.max(other.total),
            refused: self.refused.saturating_add(other.refused),
            refused_secs: self.refused_secs.saturating_add(other.refused_secs),
            people: self.people.saturating_add(other.people),
        }
    }

    /// Whether anybody had a seat, or asked for one in vain.
    #[must_use]
    pub const fn is_eventful(&self) -> bool {
        self.peak > 0 || self.refused > 0 || self.refused_secs > 0
    }
}
