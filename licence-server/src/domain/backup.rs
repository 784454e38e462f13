//! Backups: that one was made, that it was this machine's last, and that one was put back.

use super::audit::{Act, Actor, Restored};
use super::command::{Command, NoteBackup, Outcome, Restore};
use super::draft::{Draft, Missing};
use super::{borrow, seat, waiting};

/// Whether a command comes after the final backup, which knows nothing of it: what was acknowledged here
/// would be lost over there, and a seat given on both sides. What leads to a new life is left, the word
/// about the time before it included.
pub(super) const fn is_over(command: &Command, draft: &Draft) -> bool {
    let leads_on = matches!(
        command,
        Command::NoteBackup(_) | Command::Retire(_) | Command::AcceptClock(_) | Command::Restore(_)
    );
    draft.site().retired.is_some() && !leads_on
}

/// Notes that a backup reached its place. One of a time that is still to come is not the newest: the clock was
/// wrong when it was made.
pub(super) fn note(note: &NoteBackup, draft: &mut Draft) -> Outcome {
    let now = draft.now();
    let taken = note.taken.min(now);
    draft.edit_site(|site| {
        site.backed_up = site.backed_up.filter(|newest| *newest <= now).max(Some(taken));
    });
    draft.record_by(Act::BackedUp(taken), note.by);
    Outcome::Done
}

/// Ends this store's life as a site. Once more is no mistake: the final backup may have failed.
pub(super) fn retire(by: Actor, draft: &mut Draft) -> Outcome {
    if draft.site().retired.is_none() {
        let now = draft.now();
        draft.edit_site(|site| site.retired = Some(now));
        draft.record_by(Act::Retired, Some(by));
    }
    Outcome::Done
}

/// Begins a new life: seats are empty, no access token of the old one opens anything, and refresh tokens
/// that are newer than the backup are adopted. The time must have been accepted before.
pub(super) fn restore(restore: &Restore, draft: &mut Draft) -> Result<Outcome, Missing> {
    let now = draft.now();
    let taken = restore.taken.min(now);
    seat::let_all_go(draft)?;
    waiting::send_away(draft)?;
    // All of them: one that has ended is not out, and the place that it leaves is held back.
    while borrow::forget_the_ended(draft)?.is_full {}
    if !restore.is_lossless {
        borrow::hold_back(restore, draft)?;
    }
    // Whoever refreshed since the backup was not idle, and the store does not know it. What of that time was
    // without a licence was added when the clock was accepted.
    // A life that began since, for a licence to be installed in it, has counted its part.
    let (serial, began) = (draft.site().serial, draft.site().restored);
    let unseen_from = began.filter(|began| *began <= now).map_or(taken, |began| began.max(taken));
    let unlicensed_secs = draft.licences().unlicensed_secs(serial, unseen_from, now);
    let unseen_secs = now.since(unseen_from).saturating_sub(unlicensed_secs).max(0);
    draft.edit_site(|site| {
        site.position.epoch = restore.epoch;
        site.restored = Some(now);
        site.retired = None;
        site.backed_up = Some(taken);
        site.unlicensed_secs = site.unlicensed_secs.saturating_add(unseen_secs);
    });
    let restored = Restored {
        of: restore.taken,
        epoch: restore.epoch,
        is_lossless: restore.is_lossless,
        log_broken_at: restore.log_broken_at,
    };
    draft.record_by(Act::Restored(restored), Some(restore.by));
    Ok(Outcome::Done)
}
