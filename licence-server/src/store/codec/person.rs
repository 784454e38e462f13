use licence_core::{Role, Text, UnixTime, UserId, Uuid};
use serde::{Deserialize, Serialize};

use super::{Row, each};
use crate::domain::{
    CodeHash, CodeKind, Credential, CredentialVersion, OpenCode, PasswordHash, Standing, User,
    UserKey,
};

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredUser<'a> {
    id: [u8; 16],
    username: &'a str,
    #[serde(borrow)]
    email: Option<&'a str>,
    #[serde(borrow)]
    roles: Vec<&'a str>,
    #[serde(borrow)]
    ext_id: Option<&'a str>,
    #[serde(borrow)]
    credential: Option<(&'a str, u32)>,
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
    set_backs: u32,
}

#[derive(Serialize, Deserialize)]
enum StoredStanding {
    Enabled,
    Disabled,
    Applied,
}

impl StoredUser<'_> {
    /// Whether the person only asked for an account.
    pub(in crate::store) const fn has_applied(&self) -> bool {
        matches!(self.standing, StoredStanding::Applied)
    }

    pub(in crate::store) fn hash(&self) -> Option<PasswordHash> {
        self.credential.map(|(hash, _)| PasswordHash::new(hash.to_owned()))
    }
}

impl Row for User {
    const TABLE: &'static str = "users";
    type Stored<'a> = StoredUser<'a>;

    fn to_stored(&self) -> StoredUser<'_> {
        StoredUser {
            id: self.id.0.to_bytes(),
            username: self.username.as_str(),
            email: self.email.as_ref().map(Text::as_str),
            roles: self.roles.iter().map(Role::as_str).collect(),
            ext_id: self.ext_id.as_ref().map(Text::as_str),
            credential: self
                .credential
                .as_ref()
                .map(|credential| (credential.hash.expose(), credential.version.0)),
            code: self.code.map(|code| StoredCode {
                hash: code.hash.0,
                is_reset: code.kind == CodeKind::Reset,
                made: code.made.secs(),
                set_backs: code.set_backs,
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

    fn from_stored(stored: StoredUser<'_>) -> Option<Self> {
        let code = |code: StoredCode| {
            let kind = if code.is_reset { CodeKind::Reset } else { CodeKind::Invitation };
            Some(OpenCode {
                hash: CodeHash(code.hash),
                kind,
                made: UnixTime::from_secs(code.made)?,
                set_backs: code.set_backs,
            })
        };
        Some(Self {
            id: UserId(Uuid::from_bytes(stored.id)),
            username: Text::parse(stored.username)?,
            email: each(stored.email, Text::parse)?,
            roles: stored.roles.iter().map(|role| Role::parse(role)).collect::<Option<_>>()?,
            ext_id: each(stored.ext_id, Text::parse)?,
            credential: stored.credential.map(|(hash, version)| Credential {
                hash: PasswordHash::new(hash.to_owned()),
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
        let code = OpenCode {
            hash: CodeHash([3; 32]),
            kind: CodeKind::Reset,
            made: UnixTime::MIN,
            set_backs: 4,
        };
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
