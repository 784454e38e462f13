//! Seats that are taken along offline.
//!
//! A borrowed seat is the person's own seat under a lease of days, and no second one. Its signed copy
//! lives until its end whatever is done here, so after it was brought back or written off it goes on
//! counting against the number that may be out at once; and a person has one at a time, or whoever brings
//! back and borrows again would use up everybody's.

use licence_core::{TokenId, UnixTime, UserId, Uuid};

use super::audit::{Act, Actor};
use super::command::{Borrow, BorrowedSeat, Outcome, Refusal, Restore, ReturnSeat, WriteOff};
use super::draft::{Draft, Lease, Missing};
use super::licence::Lent;
use super::row::{Borrowing, Given, Scope};
use super::seat::{self, Claim};
use super::session::{full_house, standing};
use super::{SWEEP_MAX, Step, refuse};

/// Takes a seat along.
pub(super) fn borrow(command: &Borrow, draft: &mut Draft) -> Result<Outcome, Missing> {
    let refused =
        |refusal, draft: &mut Draft| Ok(refuse(None, Some(command.session), refusal, draft));
    let session = draft.session(command.session)?.filter(|session| session.scope == Scope::Seat);
    let Some(mut session) = session else { return refused(Refusal::InvalidGrant, draft) };
    let terms = match standing(&session, draft)? {
        Ok((_, Some(terms))) => terms,
        Ok((_, None)) => return refused(Refusal::Forbidden, draft),
        Err(refusal) => return refused(refusal, draft),
    };
    if let Some(lent) = lent_before(command, session.user, draft)? {
        return Ok(Outcome::Borrowed(lent));
    }
    let Some(limits) = terms.seats.borrow.filter(|limits| command.days <= limits.days_max) else {
        return refused(Refusal::ExceedsLicence, draft);
    };
    let has_room = make_room(limits.seats_max, draft)?;
    if !has_room || command.days == 0 || has_one(session.user, draft)? {
        return refused(Refusal::Conflict, draft);
    }
    let start = draft.now();
    let end = terms.lease_end(start, command.days);
    if end <= start {
        // A licence in grace lends nothing.
        return refused(Refusal::ExceedsLicence, draft);
    }
    // The last that may refuse: once a seat is claimed, the session's row is written.
    if let Claim::Full(line) = seat::claim(&mut session, &terms, 0, draft)? {
        let full = full_house(&session, &terms, line, draft)?;
        return refused(Refusal::NoSeat(full), draft);
    }
    draft.write_session(session.clone());
    let (id, user) = (command.id, session.user);
    let given = Given { key: command.key, licence: terms.id };
    let borrowing =
        Borrowing { id, user, session: session.id, start, end, is_out: true, given: Some(given) };
    hold(borrowing, draft)?;
    draft.record(Act::SeatBorrowed(session.id, id));
    Ok(Outcome::Borrowed(lease_of(&borrowing, given)))
}

/// The loan that is out for the same key: its answer was lost. Signed once more it is the same lease, and good
/// beside that one key, so no second copy comes of it.
fn lent_before(
    command: &Borrow,
    user: UserId,
    draft: &mut Draft,
) -> Result<Option<BorrowedSeat>, Missing> {
    let Some(id) = draft.own_borrowing(user)? else { return Ok(None) };
    let now = draft.now();
    let out = draft.borrowing(id)?.filter(|row| row.is_out && !now.is_expired(row.end));
    Ok(out.and_then(|row| {
        let given = row.given.filter(|given| given.key == command.key)?;
        Some(lease_of(&row, given))
    }))
}

fn lease_of(row: &Borrowing, Given { licence, .. }: Given) -> BorrowedSeat {
    let Borrowing { id, user, session, start, end, .. } = *row;
    BorrowedSeat { id, user, session, start, end, licence }
}

/// Forgets ended ones for as long as too many seem to be out; says whether one more may be.
fn make_room(seats_max: u32, draft: &mut Draft) -> Result<bool, Missing> {
    while draft.site().borrowed >= seats_max {
        let Some(id) = draft.ended_borrowing()? else { return Ok(false) };
        end(id, draft)?;
    }
    Ok(true)
}

/// Whether a person has a borrowed seat whose copy lives.
fn has_one(user: UserId, draft: &mut Draft) -> Result<bool, Missing> {
    let Some(id) = draft.own_borrowing(user)? else { return Ok(false) };
    let now = draft.now();
    let has_ended = draft.borrowing(id)?.is_none_or(|row| now.is_expired(row.end));
    if has_ended {
        end(id, draft)?;
    }
    Ok(!has_ended)
}

fn hold(row: Borrowing, draft: &mut Draft) -> Result<(), Missing> {
    let Borrowing { id, user, session, end, .. } = row;
    draft.add_borrowing(row);
    draft.edit_site(|site| site.borrowed = site.borrowed.saturating_add(1));
    let lease = Lease { end, session, user, borrowing: Some(id) };
    seat::change_leases(user, draft, |leases| leases.push(lease))
}

/// After a backup was put back, holds the seats back that may have been lent since: their copies live, and
/// nobody here knows of them. Each has a made-up holder, and an administrator who knows better writes it off.
pub(super) fn hold_back(restore: &Restore, draft: &mut Draft) -> Result<(), Missing> {
    let (now, serial) = (draft.now(), draft.site().serial);
    let lent = draft.licences().lent_since(restore, serial, now);
    let known = draft.site().borrowed;
    lent.map_or(Ok(()), |lent| hold_all_back(lent, known, &restore.spare, draft))
}

/// After the time was set back, does the same for those that ended by the time that was wrong, if any may live, beside
/// those that are `known`.
pub(super) fn hold_back_the_forgotten(
    known: u32,
    spare: &[Uuid],
    draft: &mut Draft,
) -> Result<(), Missing> {
    let (now, serial) = (draft.now(), draft.site().serial);
    let Some(until) = draft.site().lent_until.filter(|until| *until > now) else { return Ok(()) };
    let lent = draft.licences().lent_at_most(serial, now);
    let lent = lent.map(|lent| Lent { end: lent.end.min(until), ..lent });
    lent.map_or(Ok(()), |lent| hold_all_back(lent, known, spare, draft))
}

fn hold_all_back(lent: Lent, known: u32, spare: &[Uuid], draft: &mut Draft) -> Result<(), Missing> {
    let now = draft.now();
    let unknown = usize::try_from(lent.seats_max.saturating_sub(known)).unwrap_or(usize::MAX);
    let rows = spare.iter().take(unknown).map(|id| Borrowing::unknown(*id, now, lent.end));
    let rows: Vec<_> = rows.collect();
    draft.expect_leases(rows.iter().map(|row| &row.user))?;
    for row in rows {
        hold(row, draft)?;
        draft.record(Act::SeatHeldBack(row.id));
    }
    Ok(())
}

/// Goes through all of them when the time is set back to a mark, and says how many copies are known that may live then.
///
/// One that begins after the mark gives its seat up, because until then its copy opens nothing. One that nobody knows of
/// began before it was held back, so it stays, but for no longer than one may last that was lent before the mark.
pub(super) fn set_back(mark: UnixTime, by: Actor, draft: &mut Draft) -> Result<u32, Missing> {
    let serial = draft.site().serial;
    let last_end = draft.licences().lent_at_most(serial, mark).map(|lent| lent.end);
    let mut known: u32 = 0;
    for row in draft.every_borrowing()? {
        if row.is_unknown() {
            shorten(row, last_end.unwrap_or(row.end), draft)?;
        } else if row.start > mark {
            if take_in(row, draft)? {
                draft.record_by(Act::SeatWrittenOff(row.id), Some(by));
            }
            continue;
        }
        known = known.saturating_add(u32::from(!mark.is_expired(row.end)));
    }
    Ok(known)
}

fn shorten(row: Borrowing, end: UnixTime, draft: &mut Draft) -> Result<(), Missing> {
    if end >= row.end {
        return Ok(());
    }
    draft.write_borrowing(Borrowing { end, ..row });
    seat::change_leases(row.user, draft, |leases| {
        let own = leases.iter_mut().filter(|lease| lease.borrowing == Some(row.id));
        own.for_each(|lease| lease.end = end);
    })
}

/// Brings a borrowed seat back; once more is no mistake.
pub(super) fn give_back(command: &ReturnSeat, draft: &mut Draft) -> Result<Outcome, Missing> {
    let row = draft.borrowing(command.id)?.filter(|row| row.user == command.user);
    let Some(row) = row else {
        return Ok(refuse(Some(command.user), None, Refusal::NotFound, draft));
    };
    if take_in(row, draft)? {
        draft.record(Act::SeatReturned(row.id));
    }
    Ok(Outcome::Done)
}

/// Gives a borrowed seat to others, on an administrator's word.
pub(super) fn write_off(command: &WriteOff, draft: &mut Draft) -> Result<Outcome, Missing> {
    let Some(row) = draft.borrowing(command.id)? else {
        return Ok(refuse(None, None, Refusal::NotFound, draft));
    };
    if take_in(row, draft)? {
        draft.record_by(Act::SeatWrittenOff(row.id), Some(command.by));
    }
    Ok(Outcome::Done)
}

/// Ends a borrowed seat's hold; `false` where it held none any more.
fn take_in(row: Borrowing, draft: &mut Draft) -> Result<bool, Missing> {
    if row.is_out {
        drop_lease(row, draft)?;
        draft.write_borrowing(Borrowing { is_out: false, ..row });
    }
    Ok(row.is_out)
}

fn drop_lease(row: Borrowing, draft: &mut Draft) -> Result<(), Missing> {
    seat::change_leases(row.user, draft, |leases| {
        leases.retain(|lease| lease.borrowing != Some(row.id));
    })
}

/// Ends a borrowed seat whose time is over; then it counts no more.
pub(super) fn end(id: TokenId, draft: &mut Draft) -> Result<(), Missing> {
    let Some(row) = draft.borrowing(id)? else { return Ok(()) };
    drop_lease(row, draft)?;
    draft.remove_borrowing(&row);
    draft.edit_site(|site| {
        site.borrowed = site.borrowed.saturating_sub(1);
        site.lent_until = site.lent_until.max(Some(row.end));
    });
    draft.record(Act::BorrowingEnded(id));
    Ok(())
}

/// Ends those whose time is over, in bounded steps.
pub(super) fn forget_the_ended(draft: &mut Draft) -> Result<Step, Missing> {
    for gone in 0..SWEEP_MAX {
        let Some(id) = draft.ended_borrowing()? else { return Ok(Step::last(gone)) };
        end(id, draft)?;
    }
    Ok(Step::full(SWEEP_MAX))
}
