//! Faults planted around the rules, to show that the simulator sees them.

use licence_core::SessionId;
use licence_server::domain::{Draft, Reading, Revocation, Rotation, Session};

use super::clocks::Clocks;
use super::engine::Rows;

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
