use licence_core::{Role, Text, UnixTime, UserId, Uuid};
use serde::{Deserialize, Serialize};

use super::{Row, each};
use crate::domain::{
    CodeHash, CodeKind, Credential, CredentialVersion, OpenCode, PasswordHash, Standing, User,
    UserKey,
};

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredUser {
    id: [u8; 16],
    username: String,
    email: Option<String>,
    roles: Vec<String>,
    ext_id: Option<String>,
    credential: Option<(String, u32)>,
    code: Option<StoredCode>,
    created: i64,
    last_seat: Option<i64>,
    is_verified: bool,
    standing: StoredStanding,
    version: u64,
}

#[derive(Serialize, Deserialize)]
struct StoredCode {
    hash: [u8; 32],
    is_reset: bool,
    made: i64,
}

#[derive(Serialize, Deserialize)]
enum StoredStanding {
    Enabled,
    Disabled,
    Applied,
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
            code: self.code.map(|code| StoredCode {
                hash: code.hash.0,
                is_reset: code.kind == CodeKind::Reset,
                made: code.made.secs(),
            }),
            created: self.created.secs(),
            last_seat: self.last_seat.map(UnixTime::secs),
            is_verified: self.is_verified,
            standing: match self.standing {
                Standing::Enabled => StoredStanding::Enabled,
                Standing::Disabled => StoredStanding::Disabled,
                Standing::Applied => StoredStanding::Applied,
            },
            version: self.version,
        }
    }

    fn from_stored(stored: StoredUser) -> Option<Self> {
        let code = |code: StoredCode| {
            let kind = if code.is_reset { CodeKind::Reset } else { CodeKind::Invitation };
            Some(OpenCode {
                hash: CodeHash(code.hash),
                kind,
                made: UnixTime::from_secs(code.made)?,
            })
        };
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
            code: each(stored.code, code)?,
            created: UnixTime::from_secs(stored.created)?,
            last_seat: each(stored.last_seat, UnixTime::from_secs)?,
            is_verified: stored.is_verified,
            standing: match stored.standing {
                StoredStanding::Enabled => Standing::Enabled,
                StoredStanding::Disabled => Standing::Disabled,
                StoredStanding::Applied => Standing::Applied,
            },
            version: stored.version,
        })
    }
}

impl UserKey {
    /// As a key: its kind, and its bytes.
    pub(in crate::store) fn to_key(&self) -> (u8, &[u8]) {
        match self {
            Self::Name(name) => (0, name.as_str().as_bytes()),
            Self::ExtId(id) => (1, id.as_str().as_bytes()),
            Self::Code(handle) => (2, &handle.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::codec::{decode, encode};

    #[test]
    fn a_person_is_read_as_they_were_written() {
        let code = OpenCode { hash: CodeHash([3; 32]), kind: CodeKind::Reset, made: UnixTime::MIN };
        let hash = PasswordHash::new("$argon2id$…".to_owned());
        let whole = User {
            id: UserId(Uuid::from_bytes([1; 16])),
            username: Text::parse("Ann Müller").unwrap(),
            email: Text::parse("ann@example.org"),
            roles: vec![Role::parse("editor").unwrap()],
            ext_id: Text::parse("4711"),
            credential: Some(Credential { hash, version: CredentialVersion(2) }),
            code: Some(code),
            created: UnixTime::MIN,
            last_seat: Some(UnixTime::MIN.plus(5)),
            is_verified: true,
            standing: Standing::Disabled,
            version: 7,
        };
        assert_eq!(decode::<User>(&encode(&whole).unwrap()).unwrap(), whole);
        let code = Some(OpenCode { kind: CodeKind::Invitation, ..code });
        let bare = User {
            email: None,
            roles: Vec::new(),
            ext_id: None,
            credential: None,
            code,
            last_seat: None,
            standing: Standing::Applied,
            ..whole
        };
        assert_eq!(decode::<User>(&encode(&bare).unwrap()).unwrap(), bare);
    }
}
