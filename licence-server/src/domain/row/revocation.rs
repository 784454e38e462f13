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

/// An entry of the list of revoked tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revocation {
    /// When the last of the tokens has ended everywhere, so that the entry may go; first, so that
    /// entries sort by it.
    pub until: UnixTime,
    /// Which tokens.
    pub what: Revoked,
}
