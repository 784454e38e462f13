use licence_core::{UnixTime, Uuid};
use serde::{Deserialize, Serialize};

use super::Row;
use crate::domain::{SecretHash, Service, ServiceId, ServiceName, ServiceScope};

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredService<'a> {
    id: [u8; 16],
    name: &'a str,
    secret: [u8; 32],
    #[serde(borrow)]
    scopes: Vec<&'a str>,
    created: i64,
    end: i64,
}

impl Row for Service {
    const TABLE: &'static str = "services";
    type Stored<'a> = StoredService<'a>;

    fn to_stored(&self) -> StoredService<'_> {
        StoredService {
            id: self.id.0.to_bytes(),
            name: self.name.as_str(),
            secret: self.secret.0,
            scopes: self.scopes.iter().map(|scope| scope.name()).collect(),
            created: self.created.secs(),
            end: self.end.secs(),
        }
    }

    fn from_stored(stored: StoredService<'_>) -> Option<Self> {
        let scopes = stored.scopes.iter().map(|scope| ServiceScope::parse(scope));
        Some(Self {
            id: ServiceId(Uuid::from_bytes(stored.id)),
            name: ServiceName::parse(stored.name)?,
            secret: SecretHash(stored.secret),
            scopes: scopes.collect::<Option<_>>()?,
            created: UnixTime::from_secs(stored.created)?,
            end: UnixTime::from_secs(stored.end)?,
        })
    }
}
