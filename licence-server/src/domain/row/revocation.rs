use licence_core::{SessionId, TokenId, UnixTime};

/// Access tokens that are good no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revoked {
    /// Every one of a session.
    Session(SessionId),
    /// Those of a session that were made before a place in the audit log, which each of them carries. It
    /// is finer than time, and no clock moves it.
    SessionBefore(SessionId, u64),
    /// One.
    Token(TokenId),
}

/// One token that was revoked by itself, as its session remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokedToken {
    /// Which.
    pub id: TokenId,
    /// When it has ended everywhere.
    pub until: UnixTime,
    /// The place in the audit log at which it was revoked.
    pub seq: u64,
}

impl From<RevokedToken> for Revocation {
    fn from(RevokedToken { id, until, .. }: RevokedToken) -> Self {
        Self { until, what: Revoked::Token(id) }
    }
}

/// An entry of the list of revoked tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revocation {
    /// When the last of the tokens has ended everywhere, so that the entry may go; first, so that
    /// entries sort by it.
    pub until: UnixTime,
    /// Which tokens.
    pub what: Revoked,
}
