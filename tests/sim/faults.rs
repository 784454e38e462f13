//! Faults planted around the rules, to show that the simulator sees them.

use licence_core::SessionId;
use licence_server::domain::{Draft, Reading, Revocation, Rotation, Session, SetBack};

use super::clocks::Clocks;
use super::engine::Rows;
use super::model::ACCESS_SECS;

/// A fault of the simulator's own; the rules and the store are as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The rules are told of one seat more than was agreed.
    OneSeatTooMany,
    /// The engine never tells of leases that have lapsed.
    LapsedLeasesKept,
    /// A parent that is shown again opens its window anew.
    ReplayMovesWindow,
    /// Readers see a turn before it is on disk.
    MirrorBeforeCommit,
    /// The boot clock follows the wall clock.
    ClockTrusted,
    /// One revocation is not on disk.
    RevocationLost,
    /// The ends of a session that was made while the clock was ahead stay there when it is set back.
    SetBackForgotten,
}

impl Fault {
    /// What the engine answers in the real one's stead.
    pub(crate) fn load(self, rows: &Rows, draft: &mut Draft) {
        match self {
            Self::LapsedLeasesKept if draft.needs().leases_by_end > 0 => {
                draft.load_leases_by_end(Vec::new());
            }
            Self::ReplayMovesWindow => {
                let wanted: Vec<SessionId> = draft.needs().sessions.iter().copied().collect();
                let replayed =
                    wanted.into_iter().filter_map(|id| replayed(rows.sessions.get(&id)?));
                replayed.for_each(|session| draft.load_session(session.id, Some(session)));
            }
            Self::SetBackForgotten => {
                let set_back = draft.changes().site.set_back;
                let wanted: Vec<SessionId> = draft.needs().sessions.iter().copied().collect();
                let kept = |id| kept_ahead(rows.sessions.get(&id)?, set_back?);
                let ahead: Vec<Session> = wanted.into_iter().filter_map(kept).collect();
                ahead.into_iter().for_each(|row| draft.load_session(row.id, Some(row)));
            }
            Self::LapsedLeasesKept
            | Self::OneSeatTooMany
            | Self::MirrorBeforeCommit
            | Self::ClockTrusted
            | Self::RevocationLost => {}
        }
    }

    pub(crate) fn read(self, clocks: &Clocks) -> Reading {
        let mut reading = clocks.read();
        if self == Self::ClockTrusted {
            reading.boot_secs += clocks.wrong_secs();
        }
        reading
    }

    pub(crate) fn restore(self, revocations: &mut Vec<Revocation>) {
        if self == Self::RevocationLost {
            revocations.pop();
        }
    }
}

/// A session whose parent token was shown again after the first seconds, with its window moved there.
fn replayed(session: &Session) -> Option<Session> {
    let rotation = session.rotation.filter(|rotation| rotation.replays > 0)?;
    let opened = rotation.opened.plus(i64::from(rotation.replays) * 25);
    Some(Session { rotation: Some(Rotation { opened, ..rotation }), ..session.clone() })
}

/// A session whose ends stay where they were when the clock was set back.
fn kept_ahead(session: &Session, set_back: SetBack) -> Option<Session> {
    let access_end = session.access_end.min(set_back.to.plus(ACCESS_SECS));
    let auth_time = session.auth_time.min(set_back.to);
    let kept = Session { auth_time, access_end, set_backs: set_back.times, ..session.clone() };
    (kept.set_backs != session.set_backs).then_some(kept)
}
