//! The time that rules go by, from two clocks of which neither is believed alone.
//!
//! The boot clock only ever runs forward while the machine is up, so it carries leases. The wall clock
//! knows what time it is, unless it was set wrong. `mark` is the highest time that was trusted.
//!
//! ```text
//! running = mark + what the boot clock counted since the mark was set
//! wall one second behind        -> wall, but not below mark: the two clocks tick at different instants
//! wall further behind           -> running; more than 30 s: reported
//! wall up to 1 h ahead of it    -> wall
//! wall further ahead            -> running, and the wall clock is disputed: for 24 h of running in which it
//!                                  is not moved, or until an administrator accepts it; up to 14 days more
//!                                  at a start are time in which the server was off
//! wall ahead at a start         -> wall, up to `clock_gap_secs`, unless it was disputed before
//! ```
//!
//! So a clock that was set forward by a year evicts nobody and ends nothing, one that was set back
//! revives nothing, and what was wrong can be put right.

use licence_core::UnixTime;

use super::row::Site;

/// How far the wall clock may be ahead and be believed at once: what adjusts a sound clock moves it
/// by less.
const AHEAD_SECS_MAX: i64 = 3600;

/// Seconds of running after which a disputed clock is believed: a day in which nobody put it right.
const DISPUTE_SECS: i64 = 86_400;

/// How long a server may have been off without its time off being taken for a clock that was moved: a holiday. One
/// that is switched off every night would be disputed for ever otherwise.
const OFF_SECS_MAX: i64 = 14 * 86_400;

/// Two clocks that are read in whole seconds may differ by one and agree. By the later of them a token
/// would be made up to a second in the future, and refused by whoever allows for none.
const ROUNDING_SECS: i64 = 1;

/// How far the wall clock may be behind without being reported: the leeway of whoever checks a token.
const BEHIND_SECS_MAX: i64 = 30;

/// What the machine's clocks say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The time of day.
    pub wall: UnixTime,
    /// Seconds since the machine started. Nobody can set them.
    pub boot_secs: i64,
}

/// What the boot clock said when the mark was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    boot_secs: i64,
    /// By how much a clock that was disputed before was ahead at the start, until the mark is set anew: the time in
    /// which the server was off makes it so, and nobody moved it.
    ahead_at_start_secs: Option<i64>,
}

/// Why the wall clock is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockDoubt {
    /// It is behind a time that was trusted.
    Behind,
    /// It is disputed: too far ahead of the last time that was trusted.
    Ahead {
        /// When that was seen first, by the time that is trusted.
        since: UnixTime,
        /// By how much it was ahead then. A clock that moves on from there is another one.
        ahead_secs: i64,
    },
}

/// What time it is, and whether the wall clock is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The time to go by.
    pub now: UnixTime,
    /// Why that is not the wall clock's.
    pub doubt: Option<ClockDoubt>,
}

impl Anchor {
    /// The anchor of a store that was just opened. The machine may have been off, so a wall clock up to
    /// `gap_secs` ahead of the mark is believed.
    ///
    /// A clock that was disputed is not: it was seen to be wrong while the machine ran, and a restart
    /// proves nothing of it, or whoever set it would only have to restart the server.
    #[must_use]
    pub fn at_start(site: &Site, reading: Reading, gap_secs: i64) -> Self {
        let off_secs = reading.wall.since(site.mark);
        if let Some(ClockDoubt::Ahead { ahead_secs, .. }) = site.doubt {
            let was_off = (0..=OFF_SECS_MAX).contains(&off_secs.saturating_sub(ahead_secs));
            let ahead_at_start_secs = was_off.then_some(off_secs);
            return Self { boot_secs: reading.boot_secs, ahead_at_start_secs };
        }
        let counted_secs = if (0..=gap_secs).contains(&off_secs) { off_secs } else { 0 };
        let boot_secs = reading.boot_secs.saturating_sub(counted_secs);
        Self { boot_secs, ahead_at_start_secs: None }
    }

    /// The anchor of the mark `now`, which takes the place of `mark`. The second that a wall clock was behind
    /// goes on counting: lost at every commit, it would stop time where that clock stands still.
    #[must_use]
    pub fn after(self, mark: UnixTime, now: UnixTime, reading: Reading) -> Self {
        let is_behind = self.running(mark, reading).since(now) == ROUNDING_SECS;
        let rest_secs = if is_behind { ROUNDING_SECS } else { 0 };
        let boot_secs = reading.boot_secs.saturating_sub(rest_secs);
        Self { boot_secs, ahead_at_start_secs: None }
    }

    /// The mark, and what the boot clock counted since.
    fn running(self, mark: UnixTime, reading: Reading) -> UnixTime {
        mark.plus(reading.boot_secs.saturating_sub(self.boot_secs).max(0))
    }

    /// What time it is.
    #[must_use]
    pub fn judge(self, site: &Site, reading: Reading) -> Judgement {
        let running = self.running(site.mark, reading);
        let ahead_secs = reading.wall.since(running);
        if ahead_secs < -BEHIND_SECS_MAX {
            return Judgement { now: running, doubt: Some(ClockDoubt::Behind) };
        }
        if ahead_secs == -ROUNDING_SECS {
            return Judgement { now: site.mark.max(reading.wall), doubt: None };
        }
        if ahead_secs <= AHEAD_SECS_MAX {
            return Judgement { now: running.max(reading.wall), doubt: None };
        }
        let (since, ahead_secs) = self.disputed(site, ahead_secs).unwrap_or((running, ahead_secs));
        if running.since(since) >= DISPUTE_SECS {
            return Judgement { now: reading.wall, doubt: None };
        }
        Judgement { now: running, doubt: Some(ClockDoubt::Ahead { since, ahead_secs }) }
    }

    /// The dispute that goes on: since when, and over how much. That of a clock which was moved meanwhile, by more
    /// than what adjusts a sound one, begins anew: the day in which nobody minded was another clock's.
    fn disputed(self, site: &Site, now_ahead_secs: i64) -> Option<(UnixTime, i64)> {
        match site.doubt {
            Some(ClockDoubt::Ahead { since, ahead_secs }) => {
                let ahead_secs = self.ahead_at_start_secs.unwrap_or(ahead_secs);
                let moved_secs = now_ahead_secs.saturating_sub(ahead_secs).saturating_abs();
                (moved_secs <= AHEAD_SECS_MAX).then_some((since, ahead_secs))
            }
            Some(ClockDoubt::Behind) | None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::row::testing::site;

    const MARK: UnixTime = UnixTime::MIN.plus(200_000_000);
    const DAY: i64 = 86_400;

    fn judge(ran_secs: i64, wall_ahead_secs: i64, doubt: Option<ClockDoubt>) -> Judgement {
        let start = Reading { wall: MARK, boot_secs: 50 };
        let site = Site { doubt, ..site(MARK) };
        let wall = MARK.plus(wall_ahead_secs);
        let reading = Reading { wall, boot_secs: 50 + ran_secs };
        Anchor::at_start(&site, start, AHEAD_SECS_MAX).judge(&site, reading)
    }

    #[test]
    fn a_sound_clock_is_believed() {
        for (ran, wall) in [(0, 0), (100, 100), (100, 3700), (100, 70)] {
            let judged = judge(ran, wall, None);
            assert_eq!((judged.now, judged.doubt), (MARK.plus(ran.max(wall)), None));
        }
    }

    #[test]
    fn a_second_between_the_ticks_of_both_clocks_puts_nothing_into_the_future() {
        assert_eq!(judge(100, 99, None).now, MARK.plus(99));
        assert_eq!(judge(0, -1, None).now, MARK, "what was trusted once stays so");
        assert_eq!(judge(100, 98, None).now, MARK.plus(100));
    }

    #[test]
    fn a_clock_that_stands_still_does_not_stop_time_however_often_is_committed() {
        let mut site = site(MARK);
        let mut anchor = Anchor::at_start(&site, Reading { wall: MARK, boot_secs: 0 }, 3600);
        for boot_secs in 1..100 {
            let reading = Reading { wall: MARK, boot_secs };
            let judged = anchor.judge(&site, reading);
            assert!(judged.now >= MARK.plus(boot_secs - 1), "after {boot_secs}");
            assert_eq!(judged.doubt.is_some(), boot_secs > 30, "after {boot_secs}");
            anchor = anchor.after(site.mark, judged.now, reading);
            (site.mark, site.doubt) = (judged.now, judged.doubt);
        }
    }

    #[test]
    fn a_clock_that_went_back_changes_nothing_and_is_reported() {
        for back in [31, 3600, DAY, 365 * DAY] {
            let judged = judge(100, 100 - back, None);
            assert_eq!(judged.now, MARK.plus(100), "leases run on");
            assert_eq!(judged.doubt, Some(ClockDoubt::Behind));
        }
    }

    #[test]
    fn a_clock_that_leapt_ahead_is_disputed_for_a_day_of_running() {
        for ahead in [3601, DAY, 3650 * DAY] {
            let judged = judge(100, 100 + ahead, None);
            let since = MARK.plus(100);
            assert_eq!(judged.now, since);
            assert_eq!(judged.doubt, Some(ClockDoubt::Ahead { since, ahead_secs: ahead }));
            let doubt = judged.doubt;
            assert_eq!(judge(99 + DAY, 99 + DAY + ahead, doubt).now, MARK.plus(99 + DAY));
            let believed = judge(100 + DAY, 100 + DAY + ahead, doubt);
            assert_eq!(believed.now, MARK.plus(100 + DAY + ahead));
            assert_eq!(believed.doubt, None);
        }
    }

    #[test]
    fn a_dispute_ends_when_the_clock_was_put_right() {
        let doubt = Some(ClockDoubt::Ahead { since: MARK, ahead_secs: DAY });
        assert_eq!(judge(100, 100, doubt), Judgement { now: MARK.plus(100), doubt: None });
    }

    /// One minute was once enough for ten years, where a smaller error had been disputed for a day before.
    #[test]
    fn a_clock_that_leaps_again_is_disputed_anew() {
        let small = Some(ClockDoubt::Ahead { since: MARK, ahead_secs: 2 * 3600 });
        for ahead_secs in [3 * 3600 + 1, 3650 * DAY] {
            let judged = judge(DAY, DAY + ahead_secs, small);
            let since = MARK.plus(DAY);
            let doubt = Some(ClockDoubt::Ahead { since, ahead_secs });
            assert_eq!(judged, Judgement { now: since, doubt });
        }
        let far = Some(ClockDoubt::Ahead { since: MARK, ahead_secs: 3650 * DAY });
        let judged = judge(DAY, DAY + 2 * 3600, far);
        assert_eq!(judged.now, MARK.plus(DAY), "nor is a smaller leap the one that was disputed");
        for ahead_secs in [3600 + 1, 3 * 3600] {
            let judged = judge(DAY, DAY + ahead_secs, small);
            assert_eq!(judged.now, MARK.plus(DAY + ahead_secs), "one that is adjusted is");
        }
    }

    /// Each morning it was further ahead than the evening before, and so it was once disputed for ever.
    #[test]
    fn a_server_that_is_off_every_night_is_disputed_for_a_day_of_running_and_no_longer() {
        let (mut site, mut day) = (site(MARK), 0);
        while day < 9 {
            let wall = |secs: i64| MARK.plus(day * DAY + 14 * 3600 + secs);
            let anchor = Anchor::at_start(&site, Reading { wall: wall(0), boot_secs: 5 }, 3600);
            let [morning, evening] =
                [0, 10 * 3600].map(|secs| Reading { wall: wall(secs), boot_secs: 5 + secs });
            let judged = anchor.judge(&site, morning);
            let anchor = anchor.after(site.mark, judged.now, morning);
            (site.mark, site.doubt) = (judged.now, judged.doubt);
            let judged = anchor.judge(&site, evening);
            (site.mark, site.doubt) = (judged.now, judged.doubt);
            if judged.doubt.is_none() {
                break;
            }
            day += 1;
        }
        assert_eq!(day, 2, "ten hours, twenty, thirty");
        assert_eq!(site.mark, MARK.plus(3 * DAY));
    }

    #[test]
    fn a_clock_that_leapt_while_the_server_was_off_is_not_the_one_that_was_disputed() {
        let doubt = Some(ClockDoubt::Ahead { since: MARK.plus(-DAY), ahead_secs: 2 * 3600 });
        let site = Site { doubt, ..site(MARK) };
        for (off_secs, is_believed) in
            [(14 * DAY, true), (14 * DAY + 1, false), (3650 * DAY, false)]
        {
            let reading = Reading { wall: MARK.plus(2 * 3600 + off_secs), boot_secs: 9 };
            let judged = Anchor::at_start(&site, reading, 3600).judge(&site, reading);
            assert_eq!(judged.doubt.is_none(), is_believed, "off for {off_secs}");
        }
    }

    #[test]
    fn time_in_which_the_server_was_off_is_believed_within_its_gap() {
        let (site, boot_secs) = (site(MARK), 9);
        for (off_secs, gap_secs, now_secs) in
            [(3600, 3600, 3600), (3601, 3600, 0), (3 * DAY, 7 * DAY, 3 * DAY), (-50, 3600, 0)]
        {
            let reading = Reading { wall: MARK.plus(off_secs), boot_secs };
            let judged = Anchor::at_start(&site, reading, gap_secs).judge(&site, reading);
            assert_eq!(judged.now, MARK.plus(now_secs), "off for {off_secs}");
        }
    }

    #[test]
    fn a_restart_does_not_settle_a_dispute_within_its_gap() {
        let since = MARK.plus(-100);
        let doubt = Some(ClockDoubt::Ahead { since, ahead_secs: 5 * 3600 });
        let site = Site { doubt, ..site(MARK) };
        for (wall_ahead_secs, now_secs, doubt) in [(5 * 3600, 0, site.doubt), (3600, 3600, None)] {
            let reading = Reading { wall: MARK.plus(wall_ahead_secs), boot_secs: 9 };
            let judged = Anchor::at_start(&site, reading, DAY).judge(&site, reading);
            assert_eq!(judged, Judgement { now: MARK.plus(now_secs), doubt });
        }
    }
}
