use serde::{Deserialize, Serialize};

use super::Row;
use crate::domain::{Data, DataOwner};

/// An owner as a key.
pub(in crate::store) type DataKey = (u8, [u8; 16]);

impl DataOwner {
    pub(in crate::store) const fn to_key(self) -> DataKey {
        match self {
            Self::Person(user) => (0, user.0.to_bytes()),
            Self::Session(session) => (1, session.0.to_bytes()),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredData<'a> {
    version: u64,
    json: &'a str,
}

impl Row for Data {
    const TABLE: &'static str = "data";
    type Stored<'a> = StoredData<'a>;

    fn to_stored(&self) -> StoredData<'_> {
        StoredData { version: self.version, json: &self.json }
    }

    fn from_stored(stored: StoredData<'_>) -> Option<Self> {
        Some(Self { version: stored.version, json: stored.json.to_owned() })
    }
}
