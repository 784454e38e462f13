//! An administrator's word about the time.

use super::audit::{Act, Actor};
use super::command::{Outcome, Refusal, ResetClock};
use super::draft::{Draft, Missing};
use super::{borrow, refuse, revocation, seat, service, waiting};

/// Believes the wall clock: the server was off for long, or the clock was put right at last.
pub(super) fn accept(by: Actor, draft: &mut Draft) -> Outcome {
    let (now, serial) = (draft.now(), draft.site().serial);
    let wall = draft.reading().wall.max(now);
    // The time that is skipped may have been without a licence, and is nobody's idleness then.
    let unlicensed_secs = draft.licences().unlicensed_secs(serial, now, wall);
    draft.edit_site(|site| {
        (site.mark, site.doubt) = (wall, None);
        site.unlicensed_secs = site.unlicensed_secs.saturating_add(unlicensed_secs);
    });
    draft.record_by(Act::ClockAccepted(wall), Some(by));
    Outcome::Done
}

/// Lowers the mark to the wall clock, but never below a time that the vendor signed.
///
/// Every lease and every access token was made by the time that was wrong: so all seats are given back and
/// all those tokens are good no more, and each session goes on with its next refresh. There may be very many of
/// those, so each is taken back to the new mark when it is looked at, and not here. A seat that was taken along keeps
/// its times, because its signed copy does: one from before the new mark holds its seat, also where it was forgotten
/// meanwhile; of one from after it the seat is free.
pub(super) fn reset(command: &ResetClock, draft: &mut Draft) -> Result<Outcome, Missing> {
    let wall = draft.reading().wall;
    let floor = draft.licences().newest_iat().unwrap_or(wall);
    let mark = wall.max(floor);
    if mark >= draft.now() {
        // Nothing is ahead of the clock, so there is nothing to set back.
        return Ok(refuse(None, None, Refusal::Conflict, draft));
    }
    seat::let_all_go(draft)?;
    let known = borrow::set_back(mark, command.by, draft)?;
    waiting::set_back(draft.now().since(mark), draft)?;
    service::set_back(mark, draft)?;
    draft.record_by(Act::ClockReset(mark, command.reason.clone()), Some(command.by));
    draft.set_back(mark);
    borrow::hold_back_the_forgotten(known, &command.spare, draft)?;
    revocation::revoke_every_token(draft)?;
    Ok(Outcome::Done)
}
