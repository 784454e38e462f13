//! Who waits for a seat, and who is before whom.

use licence_core::UnixTime;
use licence_server::domain::{Holder, Outcome};

/// Seconds for which a place is kept after its request has ended.
const KEPT_SECS: i64 = 60;

/// Seconds for which an administrator keeps a seat free.
const RESERVED_SECS: i64 = 300;

/// The queue: those for whom a seat is reserved, then the others; each first come, first served.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    reserved: Vec<Spot>,
    queued: Vec<Spot>,
}

#[derive(Clone, Copy, Debug)]
struct Spot {
    holder: Holder,
    /// Until when a request waits there.
    live_until: UnixTime,
    kept_until: UnixTime,
}

/// Under which names a session finds its place: its holder's, or its person's reservation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    pub(crate) holder: Holder,
    pub(crate) person: Holder,
}

impl Line {
    fn spots(&self) -> impl Iterator<Item = &Spot> {
        self.reserved.iter().chain(&self.queued)
    }

    /// Those who wait before a session, which has the last place if it has none.
    pub(crate) fn live_ahead(&self, name: Name, now: UnixTime) -> usize {
        let is_own = |spot: &&Spot| spot.holder == name.holder && !now.is_expired(spot.kept_until);
        let reserved = self.reserved.iter().position(|spot| spot.holder == name.person);
        let reserved = reserved.filter(|at| {
            self.reserved.get(*at).is_some_and(|spot| !now.is_expired(spot.kept_until))
        });
        let own = self.spots().position(|spot| is_own(&spot));
        let before = reserved.or(own).unwrap_or(usize::MAX);
        self.spots().take(before).filter(|spot| !now.is_expired(spot.live_until)).count()
    }

    /// Everyone who waits, in their order.
    pub(crate) fn live(&self, now: UnixTime) -> impl Iterator<Item = Holder> {
        let live = self.spots().filter(move |spot| !now.is_expired(spot.live_until));
        live.map(|spot| spot.holder)
    }

    /// A holder found no seat: the place from 1.
    pub(crate) fn line_up(&mut self, holder: Holder, wait_secs: i64, now: UnixTime) -> usize {
        self.forget_the_gone(now);
        if !self.spots().any(|spot| spot.holder == holder) {
            self.queued.push(Spot { holder, live_until: now, kept_until: now });
        }
        let live_until = now.plus(wait_secs);
        let own = self.reserved.iter_mut().chain(&mut self.queued);
        let own = own.into_iter().find(|spot| spot.holder == holder).unwrap();
        own.live_until = own.live_until.max(live_until);
        own.kept_until = own.live_until.max(now).plus(KEPT_SECS);
        self.spots().position(|spot| spot.holder == holder).unwrap() + 1
    }

    /// A session has its seat.
    pub(crate) fn leave(&mut self, name: Name) {
        self.queued.retain(|spot| spot.holder != name.holder);
        self.reserved.retain(|spot| spot.holder != name.holder && spot.holder != name.person);
    }

    pub(crate) fn hang_up(&mut self, holder: Holder, now: UnixTime) {
        let own = self.queued.iter_mut().find(|spot| spot.holder == holder);
        if let Some(spot) = own.filter(|spot| !now.is_expired(spot.live_until)) {
            (spot.live_until, spot.kept_until) = (now, now.plus(KEPT_SECS));
        }
    }

    pub(crate) fn reserve(&mut self, person: Holder, now: UnixTime) {
        self.reserved.retain(|spot| spot.holder != person);
        self.queued.retain(|spot| spot.holder != person);
        let until = now.plus(RESERVED_SECS);
        self.reserved.push(Spot { holder: person, live_until: until, kept_until: until });
    }

    /// The time was set back, and every place with it.
    pub(crate) fn set_back(&mut self, ahead_secs: i64) {
        for spot in self.reserved.iter_mut().chain(&mut self.queued) {
            spot.live_until = spot.live_until.plus(-ahead_secs);
            spot.kept_until = spot.kept_until.plus(-ahead_secs);
        }
    }

    pub(crate) fn forget_the_gone(&mut self, now: UnixTime) {
        self.reserved.retain(|spot| !now.is_expired(spot.kept_until));
        self.queued.retain(|spot| !now.is_expired(spot.kept_until));
    }
}

/// Which place an answer tells of.
pub(crate) fn place(outcome: &Outcome) -> Option<usize> {
    outcome.full_house()?.place.map(|place| usize::try_from(place).unwrap())
}
