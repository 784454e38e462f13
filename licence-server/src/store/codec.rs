//! Rows as bytes: a version, then the row in postcard's encoding.
//!
//! The stored forms stand apart from the domain's rows, so that a rule can change its types without
//! changing what is on disk, and a change on disk is seen to be one.

use licence_core::claims::{Epoch, LogPosition};
use licence_core::{ChainHead, Role, Serial, SessionId, Text, UnixTime, UserId, Uuid};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::engine::StoreError;
use crate::domain::{
    Credential, CredentialVersion, Generation, Nonce, PasswordHash, Rotation, SecretHash, Session,
    Site, User,
};

/// A row that can be stored.
pub(super) trait Row: Sized {
    /// Its table, for messages.
    const TABLE: &'static str;
    /// How it stands on disk.
    type Stored: Serialize + DeserializeOwned;
    fn to_stored(&self) -> Self::Stored;
    /// `None` for what was never written.
    fn from_stored(stored: Self::Stored) -> Option<Self>;
}

/// The version of every stored form.
const VERSION: u8 = 1;

pub(super) fn encode<R: Row>(row: &R) -> Result<Vec<u8>, StoreError> {
    postcard::to_extend(&row.to_stored(), vec![VERSION])
        .map_err(|_| StoreError::Corrupt { table: R::TABLE })
}

pub(super) fn decode<R: Row>(bytes: &[u8]) -> Result<R, StoreError> {
    let row = match bytes {
        [VERSION, row @ ..] => match postcard::take_from_bytes(row) {
            Ok((stored, [])) => R::from_stored(stored),
            Ok(_) | Err(_) => None,
        },
        _ => None,
    };
    row.ok_or(StoreError::Corrupt { table: R::TABLE })
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredSite {
    mark: i64,
    epoch_counter: u32,
    epoch_tag: u64,
    seq: u64,
    head: [u8; 16],
    serial: Option<String>,
    unlicensed_secs: i64,
    users: u32,
    users_seated: u32,
    leases: u32,
}

impl Row for Site {
    const TABLE: &'static str = "site";
    type Stored = StoredSite;

    fn to_stored(&self) -> StoredSite {
        let LogPosition { epoch, seq, head } = self.position;
        StoredSite {
            mark: self.mark.secs(),
            epoch_counter: epoch.counter,
            epoch_tag: epoch.tag,
            seq,
            head: head.to_bytes(),
            serial: self.serial.map(|serial| serial.to_string()),
            unlicensed_secs: self.unlicensed_secs,
            users: self.users,
            users_seated: self.users_seated,
            leases: self.leases,
        }
    }

    fn from_stored(stored: StoredSite) -> Option<Self> {
        let epoch = Epoch { counter: stored.epoch_counter, tag: stored.epoch_tag };
        let head = ChainHead::from_bytes(stored.head);
        Some(Self {
            mark: UnixTime::from_secs(stored.mark)?,
            position: LogPosition { epoch, seq: stored.seq, head },
            serial: each(stored.serial.as_deref(), Serial::parse)?,
            unlicensed_secs: stored.unlicensed_secs,
            users: stored.users,
            users_seated: stored.users_seated,
            leases: stored.leases,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredUser {
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

#[derive(Serialize, Deserialize)]
pub(super) struct StoredSession {
    id: [u8; 16],
    user: [u8; 16],
    auth_time: i64,
    end: i64,
    idle_secs: i64,
    idle_end: i64,
    unlicensed_secs: i64,
    device: Option<String>,
    scope: String,
    lease_end: Option<i64>,
    access_end: i64,
    current: [u8; 32],
    generation: u32,
    rotation: Option<StoredRotation>,
}

#[derive(Serialize, Deserialize)]
struct StoredRotation {
    parent: [u8; 32],
    nonce: [u8; 16],
    at: i64,
    replays: u8,
}

impl Row for Session {
    const TABLE: &'static str = "sessions";
    type Stored = StoredSession;

    fn to_stored(&self) -> StoredSession {
        StoredSession {
            id: self.id.0.to_bytes(),
            user: self.user.0.to_bytes(),
            auth_time: self.auth_time.secs(),
            end: self.end.secs(),
            idle_secs: self.idle_secs,
            idle_end: self.idle_end.secs(),
            unlicensed_secs: self.unlicensed_secs,
            device: self.device.as_ref().map(ToString::to_string),
            scope: self.scope.to_string(),
            lease_end: self.lease_end.map(UnixTime::secs),
            access_end: self.access_end.secs(),
            current: self.current.0,
            generation: self.generation.0,
            rotation: self.rotation.map(|rotation| StoredRotation {
                parent: rotation.parent.0,
                nonce: rotation.nonce.0,
                at: rotation.at.secs(),
                replays: rotation.replays,
            }),
        }
    }

    fn from_stored(stored: StoredSession) -> Option<Self> {
        let rotation = |stored: StoredRotation| {
            Some(Rotation {
                parent: SecretHash(stored.parent),
                nonce: Nonce(stored.nonce),
                at: UnixTime::from_secs(stored.at)?,
                replays: stored.replays,
            })
        };
        Some(Self {
            id: SessionId(Uuid::from_bytes(stored.id)),
            user: UserId(Uuid::from_bytes(stored.user)),
            auth_time: UnixTime::from_secs(stored.auth_time)?,
            end: UnixTime::from_secs(stored.end)?,
            idle_secs: stored.idle_secs,
            idle_end: UnixTime::from_secs(stored.idle_end)?,
            unlicensed_secs: stored.unlicensed_secs,
            device: each(stored.device.as_deref(), Text::parse)?,
            scope: Text::parse(&stored.scope)?,
            lease_end: each(stored.lease_end, UnixTime::from_secs)?,
            access_end: UnixTime::from_secs(stored.access_end)?,
            current: SecretHash(stored.current),
            generation: Generation(stored.generation),
            rotation: each(stored.rotation, rotation)?,
        })
    }
}

/// What may be absent, and must be sound where it is there.
#[expect(clippy::option_option, reason = "absent and unsound are different answers")]
fn each<S, T>(stored: Option<S>, read: impl Fn(S) -> Option<T>) -> Option<Option<T>> {
    stored.map_or(Some(None), |stored| read(stored).map(Some))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        let at = UnixTime::MIN;
        Session {
            id: SessionId(Uuid::from_bytes([1; 16])),
            user: UserId(Uuid::from_bytes([2; 16])),
            auth_time: at,
            end: at.plus(9),
            idle_secs: 5,
            idle_end: at.plus(5),
            unlicensed_secs: 0,
            device: Text::parse("phone"),
            scope: Text::parse("app").unwrap(),
            lease_end: Some(at.plus(3)),
            access_end: at.plus(2),
            current: SecretHash([3; 32]),
            generation: Generation(7),
            rotation: Some(Rotation {
                parent: SecretHash([4; 32]),
                nonce: Nonce([5; 16]),
                at,
                replays: 1,
            }),
        }
    }

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let bytes = encode(&session()).unwrap();
        assert_eq!(decode::<Session>(&bytes).unwrap(), session());
        assert!(bytes.len() < 250, "a session should stay small: {} bytes", bytes.len());
    }

    #[test]
    fn what_was_never_written_is_not_read() {
        let bytes = encode(&session()).unwrap();
        let mut newer = bytes.clone();
        newer[0] = 2;
        let cut = &bytes[..bytes.len() - 1];
        let longer = [bytes.as_slice(), &[0]].concat();
        for wrong in [newer.as_slice(), cut, longer.as_slice(), &[], &[VERSION]] {
            assert!(matches!(
                decode::<Session>(wrong),
                Err(StoreError::Corrupt { table: "sessions" })
            ));
        }
    }
}
