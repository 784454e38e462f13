use licence_core::{Role, Text, UnixTime, UserId, Uuid};
use serde::{Deserialize, Serialize};

use super::{Row, each};
use crate::domain::{Credential, CredentialVersion, PasswordHash, User};

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredUser {
    id: [u8; 16],
    username: String,
    email: Option<String>,
    roles: Vec<String>,
    ext_id: Option<String>,
    credential: Option<(String, u32)>,
    created: i64,
    is_enabled: bool,
}

impl Row for User {
    const TABLE: &'static str = "users";
    type Stored = StoredUser;

    fn to_stored(&self) -> StoredUser {
        let text = |text: &Text| text.as_str().to_owned();
        StoredUser {
            id: self.id.0.to_bytes(),
            username: text(&self.username),
            email: self.email.as_ref().map(text),
            roles: self.roles.iter().map(ToString::to_string).collect(),
            ext_id: self.ext_id.as_ref().map(text),
            credential: self
                .credential
                .as_ref()
                .map(|credential| (credential.hash.expose().to_owned(), credential.version.0)),
            created: self.created.secs(),
            is_enabled: self.is_enabled,
        }
    }

    fn from_stored(stored: StoredUser) -> Option<Self> {
        Some(Self {
            id: UserId(Uuid::from_bytes(stored.id)),
            username: Text::parse(&stored.username)?,
            email: each(stored.email.as_deref(), Text::parse)?,
            roles: stored.roles.iter().map(|role| Role::parse(role)).collect::<Option<_>>()?,
            ext_id: each(stored.ext_id.as_deref(), Text::parse)?,
            credential: stored.credential.map(|(hash, version)| Credential {
                hash: PasswordHash::new(hash),
                version: CredentialVersion(version),
            }),
            created: UnixTime::from_secs(stored.created)?,
            is_enabled: stored.is_enabled,
        })
    }
}
