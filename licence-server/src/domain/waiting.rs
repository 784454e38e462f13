//! The queue for a seat: first come, first served, and nobody overtakes.
//!
//! Whoever found no seat has a place, one for each seat holder. While a request waits there the place
//! is live, and a seat that comes free is its. When the request has ended the place is kept for a
//! minute, so that whoever asks again has lost nothing; it is skipped meanwhile, so that a seat never
//! waits for someone who may have gone.

use licence_core::UserId;

use super::draft::{Draft, Missing};
use super::licence::{Terms, terms_now};
use super::row::{Holder, Place, Session, Ticket, TicketRank};
use super::{seat, usage};

/// Places there are at most.
const PLACES_MAX: u32 = 1024;

/// Seconds for which a place is kept after its request has ended.
const KEPT_SECS: i64 = 60;

/// Seconds for which an administrator keeps a seat free.
const RESERVED_SECS: i64 = 300;

/// What came of lining up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The place in the queue, from 1.
    Place(u32),
    /// As many wait already as may.
    TooLong,
}

impl Place {
    fn is_live(&self, draft: &Draft) -> bool {
        !draft.now().is_expired(self.live_until)
    }

    fn is_kept(&self, draft: &Draft) -> bool {
        !draft.now().is_expired(self.kept_until)
    }

    /// Whether a session may use it: a seat is reserved for a person, whoever the licence counts.
    fn is_of(&self, session: &Session, terms: &Terms) -> bool {
        self.holder == seat::holder(session, terms)
            || (self.ticket.rank == TicketRank::Reserved
                && self.holder == Holder::Person(session.user))
    }
}

/// Every place, in the order in which they are served.
fn places(draft: &mut Draft) -> Result<Vec<Place>, Missing> {
    Ok(draft.queue()?.copied().collect())
}

/// Whether a session that holds no seat may take one: one is free that nobody before it waits for.
pub(super) fn may_take(
    session: &Session,
    terms: &Terms,
    draft: &mut Draft,
) -> Result<bool, Missing> {
    let places = places(draft)?;
    // A place that is kept no more may not be forgotten yet, and counts for nothing.
    let is_own = |place: &&Place| place.is_kept(draft) && place.is_of(session, terms);
    let ahead = places.iter().take_while(|place| !is_own(place));
    let ahead = count(ahead.filter(|place| place.is_live(draft)));
    Ok(seat::make_room(ahead.saturating_add(1), terms, draft)? > ahead)
}

/// Gives a holder that found no seat a place, or keeps the one it has; for `wait_secs` it is live.
pub(super) fn line_up(holder: Holder, wait_secs: i64, draft: &mut Draft) -> Result<Line, Missing> {
    forget_the_gone(draft)?;
    let places = places(draft)?;
    let own = places.iter().find(|place| place.holder == holder);
    if own.is_none() && draft.site().waiting >= PLACES_MAX {
        usage::note_refusal(draft);
        return Ok(Line::TooLong);
    }
    let last_seq = places.last().map_or(0, |place| place.ticket.seq);
    let next = Ticket {
        rank: TicketRank::Queued,
        seq: last_seq.max(draft.site().position.seq).saturating_add(1),
    };
    let ticket = own.map_or(next, |place| place.ticket);
    let live_until = draft.now().plus(wait_secs);
    // Another request of the same holder may wait for longer.
    let live_until = own.map_or(live_until, |place| place.live_until.max(live_until));
    let kept_until = live_until.max(draft.now()).plus(KEPT_SECS);
    let since = own.and_then(|place| place.since);
    if since.is_none() {
        usage::note_refusal(draft);
    }
    let since = since.or(Some(draft.now()));
    put(Place { ticket, holder, since, live_until, kept_until }, draft);
    usage::look(draft);
    let before = places.iter().filter(|place| place.ticket < ticket);
    Ok(Line::Place(count(before).saturating_add(1)))
}

/// Gives up the place of a session that has its seat, and wakes the other requests of its holder.
pub(super) fn leave(session: &Session, terms: &Terms, draft: &mut Draft) -> Result<(), Missing> {
    for place in places(draft)?.iter().filter(|place| place.is_of(session, terms)) {
        drop_place(place.ticket, draft);
        usage::note_wait(place.since, draft.now(), draft);
        draft.wake(place.holder);
    }
    Ok(())
}

/// Nobody waits at a place any more: it is skipped, and kept for a while.
pub(super) fn hang_up(holder: Holder, draft: &mut Draft) -> Result<(), Missing> {
    let now = draft.now();
    // A seat that an administrator keeps free is kept, whoever waited for it and gave up.
    let is_own = |place: &Place| place.holder == holder && place.ticket.rank == TicketRank::Queued;
    let place = places(draft)?.into_iter().find(is_own);
    if let Some(place) = place.filter(|place| place.is_live(draft)) {
        put(Place { live_until: now, kept_until: now.plus(KEPT_SECS), ..place }, draft);
    }
    Ok(())
}

/// Keeps a seat free for a person, before everyone who waits.
pub(super) fn reserve(user: UserId, draft: &mut Draft) -> Result<(), Missing> {
    let (holder, now) = (Holder::Person(user), draft.now());
    if draft.leases(user)?.iter().any(|lease| !now.is_expired(lease.end)) {
        // The person sits already.
        return Ok(());
    }
    let mut since = None;
    // One that waits is served first from now on.
    for place in places(draft)?.iter().filter(|place| place.holder == holder) {
        drop_place(place.ticket, draft);
        since = since.or(place.since);
        draft.wake(holder);
    }
    let ticket = Ticket { rank: TicketRank::Reserved, seq: draft.site().position.seq };
    let until = now.plus(RESERVED_SECS);
    put(Place { ticket, holder, since, live_until: until, kept_until: until }, draft);
    Ok(())
}

/// Moves every place back with the time, so that none is kept for as long as the clock was ahead.
pub(super) fn set_back(ahead_secs: i64, draft: &mut Draft) -> Result<(), Missing> {
    for place in places(draft)? {
        let live_until = place.live_until.plus(-ahead_secs);
        let kept_until = place.kept_until.plus(-ahead_secs);
        let since = place.since.map(|since| since.plus(-ahead_secs));
        put(Place { since, live_until, kept_until, ..place }, draft);
    }
    Ok(())
}

/// Gives every place up: nobody waits at this server.
pub(super) fn send_away(draft: &mut Draft) -> Result<(), Missing> {
    places(draft)?.into_iter().for_each(|place| drop_place(place.ticket, draft));
    Ok(())
}

/// Wakes those at the head of the queue for whom there are seats. The last act of every batch, so that
/// whatever freed a seat, who waits for it is told with the same commit.
pub(super) fn serve(draft: &mut Draft) -> Result<(), Missing> {
    if draft.site().waiting == 0 {
        return Ok(());
    }
    let Ok(terms) = terms_now(draft) else { return Ok(()) };
    let mut live = places(draft)?;
    live.retain(|place| place.is_live(draft));
    let free = seat::make_room(count(live.iter()), &terms, draft)?;
    for place in live.iter().take(usize::try_from(free).unwrap_or(usize::MAX)) {
        draft.wake(place.holder);
    }
    if !live.is_empty() {
        let end = draft.earliest_lease_end()?;
        draft.await_end(end);
    }
    Ok(())
}

/// Gives places up that are kept no more.
pub(super) fn forget_the_gone(draft: &mut Draft) -> Result<(), Missing> {
    let mut gone = places(draft)?;
    gone.retain(|place| !place.is_kept(draft));
    for place in gone {
        drop_place(place.ticket, draft);
        // It is kept for a while after the last request there.
        usage::note_wait(place.since, place.kept_until.plus(-KEPT_SECS), draft);
    }
    Ok(())
}

fn put(place: Place, draft: &mut Draft) {
    let is_new = !draft.has_place(place.ticket);
    draft.write_place(place.ticket, Some(place));
    draft.edit_site(|site| site.waiting = site.waiting.saturating_add(u32::from(is_new)));
}

fn drop_place(ticket: Ticket, draft: &mut Draft) {
    draft.write_place(ticket, None);
    draft.edit_site(|site| site.waiting = site.waiting.saturating_sub(1));
}

fn count<'a>(places: impl Iterator<Item = &'a Place>) -> u32 {
    u32::try_from(places.count()).unwrap_or(u32::MAX)
}
