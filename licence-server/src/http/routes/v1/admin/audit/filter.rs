use std::collections::BTreeSet;

use licence_core::claims::{Epoch, LogPosition};
use licence_core::{ChainHead, SessionId, SignedDigest, UnixTime, UserId};
use serde_json::{Map, Value};

use crate::domain::{Act, Entry, UsageStated};
use crate::http::extract::Fields;
use crate::http::problem::Problem;
use crate::http::routes::v1::admin::person;
use crate::state::AppState;

/// Names of a filter's values in a query.
pub(super) const NAMES: [&str; 7] = ["from", "to", "user", "session", "act", "after", "limit"];

/// Which entries are asked for.
pub(super) struct Filter {
    from: Option<i64>,
    to: Option<i64>,
    act: Option<String>,
    session: Option<String>,
    person: Option<Person>,
}

/// A person as entries name them: by their id, or by one of the sessions that they have now. Entries
/// hold no names.
struct Person {
    id: String,
    sessions: BTreeSet<String>,
}

/// An entry with what it says.
pub(in crate::http::routes::v1::admin) struct Read {
    pub(super) entry: Entry,
    pub(in crate::http::routes::v1::admin) members: Map<String, Value>,
}

impl Read {
    /// Reads an entry. One that is no object, which an honest log never holds, says nothing.
    pub(super) fn new(entry: Entry) -> Self {
        let members = serde_json::from_str(&entry.json).unwrap_or_default();
        Self { entry, members }
    }

    /// When it was.
    pub(in crate::http::routes::v1::admin) fn at(&self) -> Option<i64> {
        self.members.get("at")?.as_i64()
    }

    /// What it says of a statement of use, if it is of one. An honest log holds none that cannot be read.
    pub(in crate::http::routes::v1::admin) fn stated(&self) -> Option<UsageStated> {
        let entry = (self.text("act")? == Act::USAGE_STATED).then_some(&self.members)?;
        let end = entry.get("end")?;
        let text = |name| end.get(name)?.as_str();
        Some(UsageStated {
            statement: SignedDigest::parse(entry.get("statement")?.as_str()?)?,
            until: UnixTime::from_secs(entry.get("until")?.as_i64()?)?,
            end: LogPosition {
                epoch: Epoch::parse(text("epoch")?)?,
                seq: end.get("seq")?.as_u64()?,
                head: ChainHead::parse(text("head")?)?,
            },
        })
    }

    /// A member that is text.
    pub(in crate::http::routes::v1::admin) fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name)?.as_str()
    }
}

impl Filter {
    /// Reads it from a query.
    ///
    /// # Errors
    /// `invalid_request`; `not_found` for a name that nobody has.
    pub(super) fn read(query: &Fields, state: &AppState) -> Result<Self, Problem> {
        let session = query.parsed("session", "the id of a session", SessionId::parse)?;
        Ok(Self {
            from: query.integer("from")?,
            to: query.integer("to")?,
            act: query.text("act")?.map(str::to_owned),
            session: session.map(|id| id.to_string()),
            person: query.text("user")?.map(|who| Person::find(who, state)).transpose()?,
        })
    }

    /// Whether it is asked for. The first time is included, the last is not.
    pub(super) fn admits(&self, read: &Read) -> bool {
        let is_in_time =
            |at: i64| self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to);
        read.at().is_none_or(is_in_time)
            && self.act.as_deref().is_none_or(|act| read.text("act") == Some(act))
            && self.session.as_deref().is_none_or(|id| read.text("session") == Some(id))
            && self.person.as_ref().is_none_or(|person| person.is_in(read))
    }
}

impl Person {
    fn find(who: &str, state: &AppState) -> Result<Self, Problem> {
        // Of an account that was taken away the log keeps the id.
        let id = match UserId::parse(who) {
            Some(id) => id,
            None => person::find(who, state)?.id,
        };
        let sessions = state.reader().sessions_of(id)?;
        let sessions = sessions.iter().map(|session| session.id.to_string()).collect();
        Ok(Self { id: id.to_string(), sessions })
    }

    fn is_in(&self, read: &Read) -> bool {
        let is_own = |name| read.text(name) == Some(self.id.as_str());
        is_own("user")
            || is_own("by")
            || read.text("session").is_some_and(|session| self.sessions.contains(session))
    }
}
