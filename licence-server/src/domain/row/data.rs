use licence_core::{SessionId, UserId};

/// What data belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataOwner {
    /// A person; it stays.
    Person(UserId),
    /// A session; it goes with it.
    Session(SessionId),
}

/// What an application keeps for a person or a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Rises with each write of anybody's data, so that none comes twice.
    pub version: u64,
    /// A JSON text.
    pub json: String,
}
