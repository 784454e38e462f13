use licence_core::claims::SessionData;
use licence_core::{SessionId, TokenId, UnixTime, UserId};

use crate::domain::audit::Actor;
use crate::domain::refresh::{Generation, Nonce, SecretHash};
use crate::domain::row::{CredentialVersion, DataOwner, DeviceMark, Scope};

/// A sign-in whose password was found right.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// Who.
    pub user: UserId,
    /// Against which version of the credential the password was checked.
    pub credential: CredentialVersion,
    /// The id of the new session.
    pub session: SessionId,
    /// The hash of the new session's first refresh secret.
    pub secret: SecretHash,
    /// The id of the access token, should there be one.
    pub jti: TokenId,
    /// What the person calls the device.
    pub device: Option<licence_core::Text>,
    /// Which device it is.
    pub mark: DeviceMark,
    /// What the application asked for.
    pub scope: Scope,
    /// How long the session lasts.
    pub stay: Stay,
    /// A session of the same person to end first, whatever comes of the rest: its person asked for it.
    pub end_session: Option<SessionId>,
    /// Seconds for which the request waits in a full house.
    pub wait_secs: i64,
}

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Seconds at most.
    pub life_secs: i64,
    /// Seconds without a refresh at most.
    pub idle_secs: i64,
}

/// A session that began in a full house, and whose request still waits.
#[derive(Clone, Copy, Debug)]
pub struct Resume {
    /// Which.
    pub session: SessionId,
    /// The id of the access token, should there be one.
    pub jti: TokenId,
}

/// A refresh token whose mac was found right.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// The session it names.
    pub session: SessionId,
    /// The rotation it names.
    pub generation: Generation,
    /// The hash of its secret.
    pub secret: SecretHash,
    /// Mixed into the child's secret, should there be a new child.
    pub nonce: Nonce,
    /// The hash of that child's secret.
    pub child: SecretHash,
    /// The id of the access token, should there be one.
    pub jti: TokenId,
    /// Which device it comes from.
    pub mark: DeviceMark,
    /// The place in the audit log of the session's latest access token of those that came back and that
    /// were not reported by [`Sighting`] yet.
    pub seen_seq: Option<u64>,
    /// A session of the same person to end first, whatever comes of the rest: its person asked for it.
    pub end_session: Option<SessionId>,
    /// Seconds for which the request waits in a full house.
    pub wait_secs: i64,
}

/// A session to end. The edge has seen a genuine token of it.
#[derive(Clone, Copy, Debug)]
pub struct SignOut {
    /// Which.
    pub session: SessionId,
}

/// A session to end by its id.
#[derive(Clone, Copy, Debug)]
pub struct EndSession {
    /// Which.
    pub session: SessionId,
    /// Whose it has to be, where its person asks.
    pub of: Option<UserId>,
    /// Who asks, where that is an administrator.
    pub by: Option<Actor>,
}

/// One access token to revoke.
#[derive(Clone, Copy, Debug)]
pub struct RevokeToken {
    /// Its session.
    pub session: SessionId,
    /// Which.
    pub jti: TokenId,
    /// When it ends.
    pub exp: UnixTime,
    /// Where the audit log stood when it was made.
    pub seq: u64,
}

/// An access token that came back.
#[derive(Clone, Copy, Debug)]
pub struct Sighting {
    /// Its session.
    pub session: SessionId,
    /// Where the audit log stood when it was made.
    pub seq: u64,
    /// When it came.
    pub at: UnixTime,
}

/// Data to write, or to take away.
#[derive(Clone, Debug)]
pub struct WriteData {
    /// Whose.
    pub owner: DataOwner,
    /// What has to be there, so that nobody overwrites what they have not seen.
    pub expected: Expected,
    /// The JSON text; `None` takes it away.
    pub json: Option<String>,
    /// The part that a session's access tokens carry from the next one on.
    pub public: Option<SessionData>,
}

/// What has to be there before a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever there is.
    Anything,
    /// Some data.
    Something,
    /// No data.
    Nothing,
    /// That version.
    Version(u64),
}

impl Expected {
    /// Whether a version that was found, or that none was, is what was expected.
    pub(in crate::domain) fn is_met(self, found: Option<u64>) -> bool {
        match self {
            Self::Anything => true,
            Self::Something => found.is_some(),
            Self::Nothing => found.is_none(),
            Self::Version(version) => found == Some(version),
        }
    }
}
