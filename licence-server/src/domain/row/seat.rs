use licence_core::{KeyId, LicenceId, SessionId, TokenId, UnixTime, UserId, Uuid};

/// A seat that was taken along offline. Its row stays until the end, whatever becomes of the seat: the
/// signed copy lives as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Borrowing {
    /// The id of the signed lease.
    pub id: TokenId,
    /// By whom.
    pub user: UserId,
    /// From which session.
    pub session: SessionId,
    /// When it was taken.
    pub start: UnixTime,
    /// When it ends.
    pub end: UnixTime,
    /// Whether it still holds its seat: it was neither brought back nor written off.
    pub is_out: bool,
    /// What else its lease says; `None` for one that nobody here knows of.
    pub given: Option<Given>,
}

/// What a lease says beside its times and its holder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// The key in it, which was made in the browser.
    pub key: KeyId,
    /// The licence that it rests on.
    pub licence: LicenceId,
}

impl Borrowing {
    /// One that may be out still, lent by a store that is gone or forgotten by a clock that ran ahead: by whom, and
    /// from where, nobody knows.
    #[must_use]
    pub const fn unknown(id: Uuid, start: UnixTime, end: UnixTime) -> Self {
        let (user, session, id) = (UserId(id), SessionId(id), TokenId(id));
        Self { id, user, session, start, end, is_out: true, given: None }
    }

    /// Whether it is such a one.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.user.0 == self.id.0
    }
}

/// Whose seat it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A person's, with any number of sessions.
    Person(UserId),
    /// One session's, where the licence counts sessions.
    Session(SessionId),
}

/// The order in which places in the queue are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket {
    /// Those for whom an administrator freed a seat come first.
    pub rank: TicketRank,
    /// Then first come, first served.
    pub seq: u64,
}

/// Why a place in the queue was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TicketRank {
    /// An administrator keeps a seat free.
    Reserved,
    /// All seats were taken.
    Queued,
}

/// A place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its place in the order.
    pub ticket: Ticket,
    /// Whose.
    pub holder: Holder,
    /// When the holder was refused first; `None` where an administrator keeps a seat for somebody who did
    /// not ask.
    pub since: Option<UnixTime>,
    /// Until when nobody behind it may overtake: a request waits there, or a seat is reserved.
    pub live_until: UnixTime,
    /// Until when it is kept for whoever asks again.
    pub kept_until: UnixTime,
}
