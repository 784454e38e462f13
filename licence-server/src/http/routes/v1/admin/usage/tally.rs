//! What the audit log says of each day: how many people used the application, and what became of the
//! clock. Entries are seen in their order, so that no more than one day's people are in memory.

use std::collections::{BTreeMap, HashMap, HashSet};

use licence_core::claims::{Epoch, LogPosition, UsageDay};
use licence_core::{ChainHead, SessionId, SignedDigest, UnixTime, UserId};
use serde_json::{Map, Value};

use crate::domain::{Act, Scope, UsageStated};
use crate::http::routes::v1::admin::audit::Read;
use crate::state::AppState;
use crate::store::StoreError;

pub(super) const DAY_SECS: i64 = 86_400;

/// When the day began in which a time lies.
pub(super) fn day_of(time: UnixTime) -> UnixTime {
    time.plus(-time.secs().rem_euclid(DAY_SECS))
}

/// A walk through the log.
pub(super) struct Tally {
    state: AppState,
    /// Whose session it is; `None` for one that only administers.
    sessions: HashMap<SessionId, Option<UserId>>,
    day: Option<UnixTime>,
    people: HashSet<UserId>,
    days: BTreeMap<UnixTime, UsageDay>,
    first: Option<UnixTime>,
    stated: Option<UsageStated>,
    broken: Option<StoreError>,
}

impl Tally {
    pub(super) fn new(state: AppState) -> Self {
        Self {
            state,
            sessions: HashMap::new(),
            day: None,
            people: HashSet::new(),
            days: BTreeMap::new(),
            first: None,
            stated: None,
            broken: None,
        }
    }

    /// When the first entry was written.
    pub(super) const fn first(&self) -> Option<UnixTime> {
        self.first
    }

    /// The newest statement on record.
    pub(super) const fn stated(&self) -> Option<UsageStated> {
        self.stated
    }

    /// What the log says of the days of which it says something.
    ///
    /// # Errors
    /// Where the store failed on the way.
    pub(super) fn days(&mut self) -> Result<&BTreeMap<UnixTime, UsageDay>, StoreError> {
        self.end_day();
        self.broken.take().map_or(Ok(&self.days), Err)
    }

    /// Sees the next entry.
    pub(super) fn see(&mut self, read: &Read) {
        let Some(at) = read.at().and_then(UnixTime::from_secs) else { return };
        self.first.get_or_insert(at);
        let day = day_of(at);
        if self.day != Some(day) {
            self.end_day();
            self.day = Some(day);
        }
        let session = read.text("session").and_then(SessionId::parse);
        match (read.text("act").unwrap_or_default(), session) {
            (Act::SIGNED_IN, Some(session)) => self.begin(session, read),
            (Act::SEAT_TAKEN | Act::REFRESHED | Act::SEAT_BORROWED, Some(session)) => {
                let user = self.user_of(session);
                self.people.extend(user);
            }
            (
                Act::SIGNED_OUT | Act::SESSION_ENDED | Act::SESSION_REVOKED | Act::TOKEN_REUSED,
                Some(session),
            ) => {
                self.sessions.remove(&session);
            }
            // Its own time is the one that was wrong.
            (Act::CLOCK_RESET, _) => {
                let set_to = read.members.get("time").and_then(Value::as_i64);
                let day = day_of(set_to.and_then(UnixTime::from_secs).unwrap_or(at));
                count(&mut self.days.entry(day).or_default().resets);
            }
            (Act::CLOCK_ACCEPTED, _) => count(&mut self.days.entry(day).or_default().accepts),
            (Act::CLOCK_DISPUTED, _) => count(&mut self.days.entry(day).or_default().disputes),
            (Act::USAGE_STATED, _) => self.stated = stated(&read.members).or(self.stated),
            _ => {}
        }
    }

    fn begin(&mut self, session: SessionId, read: &Read) {
        let administers = read.text("scope") == Some(Scope::Admin.name());
        let user = read.text("user").and_then(UserId::parse);
        self.sessions.insert(session, user.filter(|_| !administers));
    }

    /// Whose session it is. Of one whose beginning was pruned the store knows; where it has ended since,
    /// nobody does, and it stands for a person.
    fn user_of(&mut self, session: SessionId) -> Option<UserId> {
        if let Some(user) = self.sessions.get(&session) {
            return *user;
        }
        let user = match self.state.reader().session(session) {
            Ok(Some(row)) => (row.scope == Scope::Seat).then_some(row.user),
            Ok(None) => Some(UserId(session.0)),
            Err(error) => {
                self.broken = Some(error);
                None
            }
        };
        self.sessions.insert(session, user);
        user
    }

    /// Where the clock was set back into a day, the larger of its two counts stands.
    fn end_day(&mut self) {
        let Some(day) = self.day else { return };
        let people = u32::try_from(self.people.len()).unwrap_or(u32::MAX);
        self.people.clear();
        let counted = &mut self.days.entry(day).or_default().people;
        *counted = people.max(*counted);
    }
}

fn count(times: &mut u32) {
    *times = times.saturating_add(1);
}

/// What an entry says of a statement. An honest log holds none that cannot be read.
fn stated(entry: &Map<String, Value>) -> Option<UsageStated> {
    let text =
        |object: &Map<String, Value>, name: &str| Some(object.get(name)?.as_str()?.to_owned());
    let end = entry.get("end")?.as_object()?;
    Some(UsageStated {
        statement: SignedDigest::parse(&text(entry, "statement")?)?,
        until: UnixTime::from_secs(entry.get("until")?.as_i64()?)?,
        end: LogPosition {
            epoch: Epoch::parse(&text(end, "epoch")?)?,
            seq: end.get("seq")?.as_u64()?,
            head: ChainHead::parse(&text(end, "head")?)?,
        },
    })
}
