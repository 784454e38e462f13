//! What the audit log says: ids and no names, one entry an act, each chained to the one before.

use licence_core::{ChainHead, Code, LicenceId, SessionId, UnixTime, UserId, json};

/// Something that happened, refusals included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A licence was installed.
    LicenceInstalled {
        /// Which.
        licence: LicenceId,
    },
    /// A person was registered.
    UserAdded {
        /// Who.
        user: UserId,
    },
    /// A session began.
    SignedIn {
        /// Who.
        user: UserId,
        /// Which.
        session: SessionId,
    },
    /// A session's token was rotated, and its lease renewed.
    Refreshed {
        /// Which.
        session: SessionId,
    },
    /// A session's token was shown once more, and the same child given again.
    Replayed {
        /// Which.
        session: SessionId,
    },
    /// A session took a seat.
    SeatTaken {
        /// Which.
        session: SessionId,
    },
    /// A session's lease was not renewed in time.
    SeatLapsed {
        /// Which.
        session: SessionId,
    },
    /// A session ended because its person ended it.
    SignedOut {
        /// Which.
        session: SessionId,
    },
    /// A session ended because its time was over.
    SessionEnded {
        /// Which.
        session: SessionId,
    },
    /// A session ended because an old refresh token of it was used again.
    TokenReused {
        /// Which.
        session: SessionId,
    },
    /// A person or a session was refused.
    Refused {
        /// Who, where that is known.
        user: Option<UserId>,
        /// Which, where that is known.
        session: Option<SessionId>,
        /// Why.
        code: Code,
    },
}

impl Act {
    const fn name(&self) -> &'static str {
        match self {
            Self::LicenceInstalled { .. } => "licence_installed",
            Self::UserAdded { .. } => "user_added",
            Self::SignedIn { .. } => "signed_in",
            Self::Refreshed { .. } => "refreshed",
            Self::Replayed { .. } => "replayed",
            Self::SeatTaken { .. } => "seat_taken",
            Self::SeatLapsed { .. } => "seat_lapsed",
            Self::SignedOut { .. } => "signed_out",
            Self::SessionEnded { .. } => "session_ended",
            Self::TokenReused { .. } => "token_reused",
            Self::Refused { .. } => "refused",
        }
    }

    const fn user(&self) -> Option<UserId> {
        match self {
            Self::UserAdded { user } | Self::SignedIn { user, .. } => Some(*user),
            Self::Refused { user, .. } => *user,
            Self::LicenceInstalled { .. }
            | Self::Refreshed { .. }
            | Self::Replayed { .. }
            | Self::SeatTaken { .. }
            | Self::SeatLapsed { .. }
            | Self::SignedOut { .. }
            | Self::SessionEnded { .. }
            | Self::TokenReused { .. } => None,
        }
    }

    const fn session(&self) -> Option<SessionId> {
        match self {
            Self::SignedIn { session, .. }
            | Self::Refreshed { session }
            | Self::Replayed { session }
            | Self::SeatTaken { session }
            | Self::SeatLapsed { session }
            | Self::SignedOut { session }
            | Self::SessionEnded { session }
            | Self::TokenReused { session } => Some(*session),
            Self::Refused { session, .. } => *session,
            Self::LicenceInstalled { .. } | Self::UserAdded { .. } => None,
        }
    }
}

/// One entry of the log, as the bytes that are stored and chained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 1.
    pub seq: u64,
    /// JSON: `{"at":…,"act":"…",…}`.
    pub json: String,
}

impl Entry {
    pub(super) fn new(seq: u64, at: UnixTime, act: &Act) -> Self {
        let json = json::object(|entry| {
            entry.integer("at", at.secs());
            entry.string("act", act.name());
            if let Some(user) = act.user() {
                entry.string("user", user);
            }
            if let Some(session) = act.session() {
                entry.string("session", session);
            }
            if let Act::LicenceInstalled { licence } = act {
                entry.string("licence", licence);
            }
            if let Act::Refused { code, .. } = act {
                entry.string("code", code);
            }
        });
        Self { seq, json }
    }

    /// The head of the log after this entry.
    #[must_use]
    pub fn chained_to(&self, head: ChainHead) -> ChainHead {
        head.append(self.json.as_bytes())
    }
}
