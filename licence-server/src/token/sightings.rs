use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use licence_core::{SessionId, UnixTime};

use super::VerifiedToken;
use crate::domain::Sighting;

/// Sessions that wait to be reported at most. Who is over it is reported when their token comes next.
const PENDING_MAX: usize = 65_536;

/// Sightings of one report at most, so that no batch grows without bound.
const REPORT_MAX: usize = 1024;

/// Which access tokens came back since the last report: whether an answer arrived, and when a session was
/// last heard of.
#[derive(Debug, Default)]
pub struct Sightings(Mutex<HashMap<SessionId, Sighting>>);

impl Sightings {
    /// Notes that a token came.
    pub fn note(&self, token: &VerifiedToken, now: UnixTime) {
        if !token.is_news(now) {
            return;
        }
        let (session, seq) = (token.claims.sign_in().sid, token.claims.position().seq);
        let mut pending = self.lock();
        if pending.len() >= PENDING_MAX && !pending.contains_key(&session) {
            return;
        }
        let seen = pending.entry(session).or_insert(Sighting { session, seq, at: now });
        (seen.seq, seen.at) = (seen.seq.max(seq), seen.at.max(now));
    }

    /// The place in the log of the latest token of a session of those that came and are not reported.
    #[must_use]
    pub fn seen_seq(&self, session: SessionId) -> Option<u64> {
        self.lock().get(&session).map(|seen| seen.seq)
    }

    /// Hands what is pending to `report`, and forgets it where that took it.
    ///
    /// INVARIANT: the lock is held meanwhile, so whoever asks for a session finds it here, or behind its
    /// report in the writer's queue.
    pub fn report<E>(&self, report: impl FnOnce(Vec<Sighting>) -> Result<(), E>) -> Result<(), E> {
        let mut pending = self.lock();
        let some: Vec<Sighting> = pending.values().take(REPORT_MAX).copied().collect();
        if some.is_empty() {
            return Ok(());
        }
        report(some.clone())?;
        some.iter().for_each(|seen| {
            pending.remove(&seen.session);
        });
        Ok(())
    }

    // A map is whole between any two of its calls, so a poisoned lock guards a sound one.
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Sighting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
