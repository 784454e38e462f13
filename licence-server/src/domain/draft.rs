//! What one batch of commands sees and changes, between the engine that loads it and the commit.

mod changes;
mod index;
mod load;
mod record;
mod rules;
mod savepoint;
mod tables;

use std::collections::BTreeSet;
use std::sync::Arc;

use licence_core::{LicenceId, SessionId, TokenId, UnixTime, UserId};

use super::audit::Entry;
use super::licence::Licences;
use super::refusals::{Folded, Refusals};
use super::row::{Holder, Hour, Revocation, Site};
use super::timeline::{Judgement, Reading};

pub use changes::Changes;
use index::Index;
pub use load::Needs;
use tables::Tables;

/// A row is not loaded yet; the rule has changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing;

/// A seat's hold by one session, or by a lease that was taken along from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lease {
    /// Until when; first, so that leases sort by their end.
    pub end: UnixTime,
    /// By which session.
    pub session: SessionId,
    /// Whose session that is.
    pub user: UserId,
    /// By which borrowed seat, where it was taken along: it outlives its session.
    pub borrowing: Option<TokenId>,
}

/// When something ends, if nothing is done before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due<Id> {
    /// When; first, so that what is due sorts by it.
    pub at: UnixTime,
    /// What.
    pub id: Id,
}

/// Seconds after which the mark is written even where nothing else is: what a crash may forget of it.
const MARK_SECS_MAX: i64 = 600;

/// What one batch of commands sees and changes.
#[derive(Debug)]
pub struct Draft {
    reading: Reading,
    now: UnixTime,
    site: Site,
    licences: Licences,
    refusals: Arc<Refusals>,
    tables: Tables,
    /// Sessions with which their person and that person's leases are loaded in the same go.
    with_person: BTreeSet<SessionId>,
    fronts: Fronts,
    log: Log,
    awaited_end: Option<UnixTime>,
    /// The hour that ended since the last commit.
    ended_hour: Option<Hour>,
    /// Whether the site's row is to be written, though no rule wrote anything.
    is_mark_old: bool,
}

/// The fronts of the ordered indexes.
#[derive(Debug, Default)]
struct Fronts {
    leases: Index<Lease>,
    revocations: Index<Revocation>,
    sessions: Index<Due<SessionId>>,
    /// The end of the same index, backwards.
    last_sessions: Index<Due<SessionId>>,
    borrowings: Index<Due<TokenId>>,
}

/// What is only ever appended.
#[derive(Debug, Default)]
struct Log {
    entries: Vec<Entry>,
    revoked: Vec<Revocation>,
    purged: Vec<Revocation>,
    licences: Vec<(LicenceId, Vec<u8>)>,
    list: Vec<Vec<u8>>,
    pruned: Vec<(u64, String)>,
    woken: Vec<Holder>,
    refused: Vec<Folded>,
}

impl Draft {
    /// A draft over the site's row, judged at one time for the whole batch.
    #[must_use]
    pub fn new(
        site: Site,
        judged: Judgement,
        reading: Reading,
        (licences, refusals): (Licences, Arc<Refusals>),
    ) -> Self {
        let Judgement { now, doubt } = judged;
        let unlicensed_secs = licences.unlicensed_secs(site.serial, site.mark, now);
        let unlicensed_secs = site.unlicensed_secs.saturating_add(unlicensed_secs);
        let hour = if site.hour.is_of(now) { site.hour } else { Hour::of(now) };
        let mut draft = Self {
            reading,
            now,
            site: Site { mark: now, doubt, unlicensed_secs, hour, ..site },
            licences,
            refusals,
            tables: Tables::default(),
            with_person: BTreeSet::new(),
            fronts: Fronts::default(),
            log: Log::default(),
            awaited_end: None,
            ended_hour: (hour.start != site.hour.start).then_some(site.hour),
            is_mark_old: now.since(site.mark) >= MARK_SECS_MAX,
        };
        draft.record_clock(site.doubt, doubt);
        draft
    }

    /// What the batch changed so far.
    #[must_use]
    pub const fn changes(&self) -> Changes<'_> {
        Changes { site: &self.site, draft: self }
    }

    /// The licences that are installed, those of this batch included.
    #[must_use]
    pub const fn licences(&self) -> &Licences {
        &self.licences
    }
}
