//! What is read outside a batch.

use std::ops::ControlFlow;

use licence_core::claims::LogPosition;
use licence_core::{LicenceId, SessionId, TokenId, UnixTime, UserId};

use super::engine::StoreError;
use crate::domain::{
    Borrowing, Data, DataOwner, Entry, Hour, LoginName, PasswordHash, Place, Session, Site, User,
    UserKey,
};

/// A piece of the audit log.
#[derive(Clone, Debug)]
pub struct LogPiece {
    /// Where the log stands.
    pub position: LogPosition,
    /// The newest signed checkpoint, as [`Reader::checkpoint`] gives it.
    pub checkpoint: Option<(u64, String)>,
    /// The entries that were asked for and are there.
    pub entries: Vec<Entry>,
}

/// How many rows there are of what grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Sign-ins on devices.
    pub sessions: u64,
    /// Entries of the audit log that were not taken away.
    pub log_entries: u64,
}

/// A row as a backup carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopiedRow<'a> {
    /// The number of its table.
    pub table: u8,
    /// Its key.
    pub key: &'a [u8],
    /// Itself, as it is stored.
    pub value: &'a [u8],
}

/// What was found by looking at every row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkup {
    /// How many rows each table has.
    pub rows: Vec<(String, u64)>,
    /// What is not as it was written: a sentence each, the first few of them.
    pub flaws: Vec<String>,
}

impl Checkup {
    /// Flaws that are told; a store with more is not mended by hand.
    const FLAWS_MAX: usize = 20;

    /// Adds a flaw, if it is one of the first few.
    pub fn flaw(&mut self, sentence: impl Into<String>) {
        if self.flaws.len() < Self::FLAWS_MAX {
            self.flaws.push(sentence.into());
        }
    }
}

/// Reads over a snapshot of what was committed. Each call has a snapshot of its own.
///
/// Every call fails with [`StoreError`] where the store fails or holds what was never written.
#[expect(clippy::missing_errors_doc, reason = "the trait's own sentence says it for all of them")]
pub trait Reader: Send + Sync + 'static {
    /// The person to whom a key leads.
    fn user_by(&self, key: &UserKey) -> Result<Option<User>, StoreError>;

    /// The person with a name.
    fn user_by_name(&self, name: &LoginName) -> Result<Option<User>, StoreError> {
        self.user_by(&UserKey::Name(name.clone()))
    }

    /// The person with an id.
    fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// So many people after one, in the order in which they were registered; not all of them of one moment.
    fn users_after(&self, after: Option<UserId>, count: usize) -> Result<Vec<User>, StoreError>;

    /// Shows every password hash that there is, without those whose they are.
    fn each_hash(&self, see: &mut dyn FnMut(&PasswordHash)) -> Result<(), StoreError>;

    /// The session with an id.
    fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError>;

    /// A person's sessions, oldest first.
    fn sessions_of(&self, user: UserId) -> Result<Vec<Session>, StoreError>;

    /// So many sessions after one, oldest first; not all of them of one moment.
    fn sessions_after(
        &self,
        after: Option<SessionId>,
        count: usize,
    ) -> Result<Vec<Session>, StoreError>;

    /// Every borrowed seat whose copy may live. The licence bounds them.
    fn borrowings(&self) -> Result<Vec<Borrowing>, StoreError>;

    /// The borrowed seat with an id.
    fn borrowing(&self, id: TokenId) -> Result<Option<Borrowing>, StoreError>;

    /// The places in the queue, in the order in which they are served. They are bounded.
    fn queue(&self) -> Result<Vec<Place>, StoreError>;

    /// What is kept for a person or a session.
    fn data(&self, owner: DataOwner) -> Result<Option<Data>, StoreError>;

    /// So many entries of the audit log from a place on, in their order.
    fn entries(&self, from: u64, count: usize) -> Result<Vec<Entry>, StoreError>;

    /// So many entries of the audit log before a place, newest first.
    fn entries_before(&self, before: u64, count: usize) -> Result<Vec<Entry>, StoreError>;

    /// A piece of the audit log beside the place where it stands, of one moment.
    fn log_piece(&self, from: u64, count: usize) -> Result<LogPiece, StoreError>;

    /// How much there is.
    fn sizes(&self) -> Result<Sizes, StoreError>;

    /// The newest signed checkpoint, with the place in the log before which entries were taken away.
    fn checkpoint(&self) -> Result<Option<(u64, String)>, StoreError>;

    /// Every installed licence file, as it was signed.
    fn licence_files(&self) -> Result<Vec<Vec<u8>>, StoreError>;

    /// The installed licence file with an id, as it was signed.
    fn licence_file(&self, id: LicenceId) -> Result<Option<Vec<u8>>, StoreError>;

    /// The newest revocation list that was installed by itself, as it was signed.
    fn revocation_list(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// The hours that began in a span of time, those in which something happened, oldest first; the one that
    /// runs is among them. The first time is included, the last is not.
    fn usage(&self, from: UnixTime, to: UnixTime) -> Result<Vec<Hour>, StoreError>;

    /// Gives every row of one moment, in an order in which they can be put back, until there is enough.
    fn copy_out(
        &self,
        take: &mut dyn FnMut(CopiedRow<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Looks at every row, and whether they fit together.
    fn check(&self) -> Result<Checkup, StoreError>;

    /// The site's row.
    fn site(&self) -> Result<Site, StoreError>;
}
