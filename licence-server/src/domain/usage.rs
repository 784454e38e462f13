//! What happens by the hour: how many seats are in use, who is refused one and for how long.
//!
//! The hour that runs stands in the site's row, which every commit writes anyway, so counting costs no
//! write; when it is over, the next commit puts it to the others.

mod report;

use licence_core::UnixTime;

use super::draft::Draft;
use super::licence::terms_now;
use super::row::Hour;
use super::seat;

pub use report::{DAY_SECS, Day, Usage, day_of};

/// How many hours are kept: those of 400 days and nights. They are counted, because by a clock that was
/// accepted years ahead every hour that is kept is too old.
pub const HOURS_MAX: u64 = 400 * 24;

/// Seconds that one stretch of waiting counts for at most: who asks the whole night long from a machine
/// that nobody sits at waits for no more than a day's work.
const WAIT_SECS_MAX: i64 = 8 * 3600;

/// Notes how many seats are in use.
pub(super) fn note_seats(draft: &mut Draft) {
    let Some(terms) = draft.terms() else { return };
    let in_use = seat::in_use(draft, &terms);
    draft.edit_site(|site| site.hour.peak = site.hour.peak.max(in_use));
}

/// Notes how many seats are in use, how many are waited for besides, and how many there are.
///
/// Not in the middle of a command, where who has just sat down may have a place in the queue still.
pub(super) fn look(draft: &mut Draft) {
    note_seats(draft);
    let Ok(terms) = terms_now(draft) else { return };
    let wanted = seat::in_use(draft, &terms).saturating_add(draft.site().waiting);
    draft.edit_site(|site| {
        site.hour.wanted = site.hour.wanted.max(wanted);
        site.hour.total = site.hour.total.max(terms.seats_total());
    });
}

/// Notes that somebody asked for a seat, and there was none.
pub(super) fn note_refusal(draft: &mut Draft) {
    draft.edit_site(|site| site.hour.refused = site.hour.refused.saturating_add(1));
}

/// Notes that somebody took a seat, the last one before that, if any, at a time.
pub(super) fn note_person(last: Option<UnixTime>, draft: &mut Draft) {
    let now = draft.now();
    if last.is_none_or(|last| !Hour::is_of_one_day(last, now)) {
        draft.edit_site(|site| site.hour.people = site.hour.people.saturating_add(1));
    }
}

/// Notes for how long somebody waited who was refused.
pub(super) fn note_wait(since: Option<UnixTime>, until: UnixTime, draft: &mut Draft) {
    let secs = since.map_or(0, |since| until.since(since).clamp(0, WAIT_SECS_MAX));
    let secs = u32::try_from(secs).unwrap_or(0);
    draft.edit_site(|site| site.hour.refused_secs = site.hour.refused_secs.saturating_add(secs));
}
