//! Everything that is in a store, as its readers see it.

use std::ops::ControlFlow;

use licence_core::UnixTime;
use licence_server::domain::{
    Borrowing, Data, DataOwner, Entry, Hour, Place, Revocation, Service, Session, Site, User,
};
use licence_server::store::{Reader as _, RedbReader, StoreError};

/// Everything that is in a store. Two stores with the same are the same store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) site: Site,
    pub(crate) users: Vec<User>,
    sessions: Vec<Session>,
    pub(crate) borrowings: Vec<Borrowing>,
    queue: Vec<Place>,
    data: Vec<(DataOwner, Data)>,
    services: Vec<Service>,
    revocations: Vec<Revocation>,
    entries: Vec<Entry>,
    checkpoint: Option<(u64, String)>,
    licence_files: Vec<Vec<u8>>,
    revocation_list: Option<Vec<u8>>,
    hours: Vec<Hour>,
    /// The rows of every table, those among them that lead from names and codes to people.
    rows: Vec<Row>,
}

/// The number of its table, its key, and itself.
type Row = (u8, Vec<u8>, Vec<u8>);

impl Contents {
    /// Reads everything, and sees to it that it fits together.
    #[track_caller]
    pub(crate) fn read(reader: &RedbReader) -> Result<Self, StoreError> {
        assert_eq!(reader.check()?.flaws, [""; 0], "the store is not sound");
        let users = reader.users_after(None, usize::MAX)?;
        let sessions = reader.sessions_after(None, usize::MAX)?;
        let people = users.iter().map(|user| DataOwner::Person(user.id));
        let owners = people.chain(sessions.iter().map(|session| DataOwner::Session(session.id)));
        let mut data = Vec::new();
        for owner in owners {
            data.extend(reader.data(owner)?.map(|found| (owner, found)));
        }
        let mut rows = Vec::new();
        reader.copy_out(&mut |row| {
            rows.push((row.table, row.key.to_vec(), row.value.to_vec()));
            ControlFlow::Continue(())
        })?;
        Ok(Self {
            site: reader.site()?,
            users,
            sessions,
            borrowings: reader.borrowings()?,
            queue: reader.queue()?,
            data,
            services: reader.services()?,
            revocations: reader.revocations()?,
            entries: reader.entries(0, usize::MAX)?,
            checkpoint: reader.checkpoint()?,
            licence_files: reader.licence_files()?,
            revocation_list: reader.revocation_list()?,
            hours: reader.usage(UnixTime::MIN, UnixTime::MAX)?,
            rows,
        })
    }
}
