use licence_core::claims::{LogPosition, SessionData};
use licence_core::{Code, LicenceId, Role, SessionId, Text, TokenId, UnixTime, UserId};

use crate::domain::refresh::{Generation, Nonce};
use crate::domain::row::{Holder, Scope};

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A licence was installed; it takes effect at that time.
    Installed {
        /// When its terms apply from.
        from: UnixTime,
    },
    /// A person was registered.
    Added {
        /// Who.
        user: UserId,
    },
    /// A one-time code was made.
    Offered {
        /// When it is good no more.
        until: UnixTime,
    },
    /// A person set a password with a one-time code.
    Redeemed {
        /// Who.
        user: UserId,
    },
    /// The session may go on: make the access token.
    Granted(Grant),
    /// A sign-in made a session but found no seat: the login stays, and may try again.
    NoSeat(FullHouse),
    /// A seat was taken along: sign the lease.
    Borrowed(BorrowedSeat),
    /// Data was written.
    Written {
        /// Its new version.
        version: u64,
    },
    /// What has lapsed was let go.
    Swept(Swept),
    /// Done, with nothing to say.
    Done,
    /// Refused; nothing was changed but what the refusal itself ends or records, and the session that
    /// the command asked to end first.
    Refused(Refusal),
}

impl Outcome {
    /// What is told of the full house, where that is what came of it.
    #[must_use]
    pub const fn full_house(&self) -> Option<&FullHouse> {
        match self {
            Self::NoSeat(full) | Self::Refused(Refusal::NoSeat(full)) => Some(full),
            Self::Installed { .. }
            | Self::Added { .. }
            | Self::Offered { .. }
            | Self::Redeemed { .. }
            | Self::Granted(_)
            | Self::Borrowed(_)
            | Self::Written { .. }
            | Self::Swept(_)
            | Self::Done
            | Self::Refused(_) => None,
        }
    }

    /// What was granted.
    #[must_use]
    pub const fn granted(&self) -> Option<&Grant> {
        if let Self::Granted(grant) = self { Some(grant) } else { None }
    }
}

/// Everything that an access token says, but for what configuration adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The person.
    pub user: UserId,
    /// What the person may do.
    pub roles: Vec<Role>,
    /// The person's id in an older system.
    pub ext_id: Option<Text>,
    /// The session.
    pub session: SessionId,
    /// When the session ends at the latest.
    pub session_end: UnixTime,
    /// When the password was checked.
    pub auth_time: UnixTime,
    /// What was asked for.
    pub scope: Scope,
    /// The access token's id.
    pub jti: TokenId,
    /// When the access token starts.
    pub iat: UnixTime,
    /// When the access token ends.
    pub exp: UnixTime,
    /// The seat that the session holds; administration needs none.
    pub seat: Option<SeatGrant>,
    /// Which refresh token the answer carries.
    pub next: NextSecret,
    /// What the application lets everyone read.
    pub public: Option<SessionData>,
    /// Where the audit log stood after it.
    pub position: LogPosition,
}

/// A seat that a session holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatGrant {
    /// Until when, if it is not renewed.
    pub lease_end: UnixTime,
    /// The licence it rests on.
    pub licence: LicenceId,
    /// Seats taken, this one included.
    pub in_use: u32,
    /// Seats there are.
    pub total: u32,
}

/// Which refresh token an answer carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextSecret {
    /// The first, which the edge made for the sign-in.
    First,
    /// The child of the one that was shown, made with this nonce.
    Child {
        /// Its place in the row of rotations.
        generation: Generation,
        /// What was mixed into its secret.
        nonce: Nonce,
    },
}

/// All seats are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullHouse {
    /// The session that waits.
    pub session: SessionId,
    /// When the session ends at the latest.
    pub session_end: UnixTime,
    /// Who waits, as the queue counts.
    pub holder: Holder,
    /// Seats taken.
    pub in_use: u32,
    /// Seats there are.
    pub total: u32,
    /// When the next lease ends, if it is not renewed.
    pub earliest: Option<UnixTime>,
    /// The place in the queue, from 1; `None` where as many wait already as may.
    pub place: Option<u32>,
    /// The person's other sessions, newest first.
    pub own: Vec<SessionId>,
}

/// What one sweep let go. It is bounded, so that no batch grows without end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Leases that were not renewed.
    pub leases: u32,
    /// Borrowed seats whose time was over.
    pub borrowings: u32,
    /// Sessions whose time was over.
    pub sessions: u32,
    /// Revocations that no token needs any more.
    pub revocations: u32,
    /// Whether there may be more to let go.
    pub is_more_left: bool,
}

impl Swept {
    /// With what another sweep let go after it.
    #[must_use]
    pub const fn with(self, next: Self) -> Self {
        Self {
            leases: self.leases.saturating_add(next.leases),
            borrowings: self.borrowings.saturating_add(next.borrowings),
            sessions: self.sessions.saturating_add(next.sessions),
            revocations: self.revocations.saturating_add(next.revocations),
            is_more_left: next.is_more_left,
        }
    }
}

/// A seat that was taken along: what the signed lease says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BorrowedSeat {
    /// The lease's id.
    pub id: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// From which session.
    pub session: SessionId,
    /// From when.
    pub start: UnixTime,
    /// Until when.
    pub end: UnixTime,
    /// The licence it rests on.
    pub licence: LicenceId,
}

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The person, the session or the credential is not what it was, or has ended.
    InvalidGrant,
    /// An old refresh token was used again; its session was ended.
    RefreshReused,
    /// The store is older than the refresh token.
    StoreBehind,
    /// The person may not do that.
    Forbidden,
    /// No seat, and nothing was rotated.
    NoSeat(FullHouse),
    /// The person is active on too many devices; these are the sessions.
    TooManySessions(Vec<SessionId>),
    /// There is no licence to give seats under.
    Licence(LicenceRefusal),
    /// As many people are registered as the licence allows.
    RegisteredFull,
    /// There is one in that place already.
    Conflict,
    /// Somebody else has that.
    Taken(Taken),
    /// As many wait already as may.
    Busy,
    /// There is none with that id.
    NotFound,
    /// It is not what the caller has seen.
    PreconditionFailed,
    /// It asks for more than the licence lets anyone have.
    ExceedsLicence,
    /// The store was moved away.
    Retired,
}

/// What of an account can be one person's alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The name to sign in with.
    Username,
    /// The e-mail address.
    Email,
    /// The id in an older system.
    ExtId,
}

impl Taken {
    /// Its name in requests and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::ExtId => "ext_id",
        }
    }
}

/// Why there is no licence to give seats under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenceRefusal {
    /// None is installed.
    None,
    /// It has not begun.
    NotYet {
        /// When it begins.
        from: UnixTime,
    },
    /// It has ended.
    Expired {
        /// When it ended.
        until: UnixTime,
    },
    /// It was revoked.
    Revoked,
}

impl Refusal {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::InvalidGrant => Code::InvalidGrant,
            Self::RefreshReused => Code::RefreshReused,
            Self::StoreBehind => Code::StoreBehind,
            Self::Forbidden => Code::Forbidden,
            Self::NoSeat(_) => Code::NoSeat,
            Self::TooManySessions(_) => Code::TooManySessions,
            Self::Licence(LicenceRefusal::None) => Code::NoLicence,
            Self::Licence(LicenceRefusal::NotYet { .. }) => Code::NotYetValid,
            Self::Licence(LicenceRefusal::Expired { .. }) => Code::LicenceExpired,
            Self::Licence(LicenceRefusal::Revoked) => Code::Revoked,
            Self::RegisteredFull => Code::RegisteredFull,
            Self::Conflict | Self::Taken(_) => Code::Conflict,
            Self::Busy => Code::Busy,
            Self::NotFound => Code::NotFound,
            Self::PreconditionFailed => Code::PreconditionFailed,
            Self::ExceedsLicence => Code::ExceedsLicence,
            Self::Retired => Code::Retired,
        }
    }
}
