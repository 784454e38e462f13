//! What stands beside the tables in memory, for the writer and for readers on other threads.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::index::Moved;
use super::journal::Newer;
use super::schema::Id;

/// Shown to readers as it is committed.
#[derive(Debug, Default)]
pub(super) struct Beside {
    pub(super) newer: Newer,
    pub(super) own: OwnSessions,
}

/// One for the writer and all readers of a store.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared(Arc<RwLock<Beside>>);

impl Shared {
    pub(super) fn new(newer: Newer, own: OwnSessions) -> Self {
        Self(Arc::new(RwLock::new(Beside { newer, own })))
    }

    // Nothing that runs under the lock can end half way, so a poisoned one guards what is sound.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Beside> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody has the lock.
    #[cfg(test)]
    pub(super) fn is_free(&self) -> bool {
        self.0.try_write().is_ok()
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Beside> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose which session is: it follows from the rows of sessions, so a sign-in writes no page for it.
#[derive(Debug, Default)]
pub(super) struct OwnSessions(BTreeSet<(Id, Id)>);

impl OwnSessions {
    /// Those of sessions, in one go: nodes that are made of sorted keys are full.
    pub(super) fn of_sessions(mut sessions: Vec<(Id, Id)>) -> Self {
        sessions.sort_unstable();
        Self(sessions.into_iter().collect())
    }

    /// A person's, oldest first.
    pub(super) fn of(&self, user: Id) -> impl Iterator<Item = Id> {
        self.0.range((user, [0; 16])..=(user, [0xff; 16])).map(|(_, session)| *session)
    }

    /// Takes over what was committed.
    pub(super) fn apply(&mut self, moved: &[Moved]) {
        for Moved { id, user, before, after } in moved {
            let key = (user.0.to_bytes(), id.0.to_bytes());
            match (before, after) {
                (None, Some(_)) => drop(self.0.insert(key)),
                (Some(_), None) => drop(self.0.remove(&key)),
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use licence_core::{SessionId, UnixTime, UserId, Uuid};

    use super::*;

    const HERE: Option<UnixTime> = Some(UnixTime::MIN);

    fn moved(
        user: u8,
        session: u8,
        (before, after): (Option<UnixTime>, Option<UnixTime>),
    ) -> Moved {
        let [user, session] = [user, session].map(|id| Uuid::from_bytes([id; 16]));
        Moved { id: SessionId(session), user: UserId(user), before, after }
    }

    #[test]
    fn a_persons_sessions_are_theirs_alone_and_in_the_order_of_their_making() {
        let mut own = OwnSessions::of_sessions(vec![([2; 16], [7; 16]), ([1; 16], [9; 16])]);
        own.apply(&[moved(1, 3, (None, HERE)), moved(0xff, 0xff, (None, HERE))]);
        assert_eq!(own.of([1; 16]).collect::<Vec<_>>(), [[3; 16], [9; 16]]);
        assert_eq!(own.of([0xff; 16]).count(), 1);
        own.apply(&[moved(1, 3, (HERE, HERE)), moved(1, 9, (HERE, None))]);
        assert_eq!(own.of([1; 16]).collect::<Vec<_>>(), [[3; 16]]);
        assert_eq!(own.of([3; 16]).count(), 0);
    }
}
