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
pub(in crate::store) struct StoredData {
    version: u64,
    json: String,
}

impl Row for Data {
    const TABLE: &'static str = "data";
    type Stored = StoredData;

    fn to_stored(&self) -> StoredData {
        StoredData { version: self.version, json: self.json.clone() }
    }

    fn from_stored(stored: StoredData) -> Option<Self> {
        Some(Self { version: stored.version, json: stored.json })
    }
}
