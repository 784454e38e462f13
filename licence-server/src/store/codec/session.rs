use licence_core::claims::SessionData;
use licence_core::{SessionId, Text, TokenId, UnixTime, UserId, Uuid};
use serde::{Deserialize, Serialize};

use super::{Row, each};
use crate::domain::{
    DeviceMark, Generation, LateAnswers, Nonce, RevokedToken, Rotation, Scope, SecretHash, Session,
};

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredSession<'a> {
    pub(in crate::store) id: [u8; 16],
    pub(in crate::store) user: [u8; 16],
    auth_time: i64,
    end: i64,
    idle_secs: i64,
    idle_end: i64,
    unlicensed_secs: i64,
    pub(in crate::store) due: i64,
    #[serde(borrow)]
    device: Option<&'a str>,
    mark: [u8; 8],
    is_admin: bool,
    pub(in crate::store) lease_end: Option<i64>,
    access_end: i64,
    access_from: u64,
    access_from_until: i64,
    revoked: Vec<StoredToken>,
    seen_seq: Option<u64>,
    seen_at: i64,
    current: [u8; 32],
    generation: u32,
    rotation: Option<StoredRotation>,
    late: Option<(i64, u8)>,
    adopted_in: u32,
    #[serde(borrow)]
    public: Option<&'a str>,
    set_backs: u32,
}

#[derive(Serialize, Deserialize)]
struct StoredRotation {
    parent: [u8; 32],
    nonce: [u8; 16],
    at: i64,
    seq: u64,
    opened: i64,
    replays: u8,
}

#[derive(Serialize, Deserialize)]
struct StoredToken {
    id: [u8; 16],
    until: i64,
    seq: u64,
}

impl StoredToken {
    fn of(token: &RevokedToken) -> Self {
        let RevokedToken { id, until, seq } = *token;
        Self { id: id.0.to_bytes(), until: until.secs(), seq }
    }

    fn read(&self) -> Option<RevokedToken> {
        let (id, until) = (TokenId(Uuid::from_bytes(self.id)), UnixTime::from_secs(self.until)?);
        Some(RevokedToken { id, until, seq: self.seq })
    }
}

impl Row for Session {
    const TABLE: &'static str = "sessions";
    type Stored<'a> = StoredSession<'a>;

    fn to_stored(&self) -> StoredSession<'_> {
        let late = Some(self.late).filter(|late| *late != LateAnswers::NONE);
        StoredSession {
            id: self.id.0.to_bytes(),
            user: self.user.0.to_bytes(),
            auth_time: self.auth_time.secs(),
            end: self.end.secs(),
            idle_secs: self.idle_secs,
            idle_end: self.idle_end.secs(),
            unlicensed_secs: self.unlicensed_secs,
            due: self.due.secs(),
            device: self.device.as_ref().map(Text::as_str),
            mark: self.mark.0,
            is_admin: self.scope == Scope::Admin,
            lease_end: self.lease_end.map(UnixTime::secs),
            access_end: self.access_end.secs(),
            access_from: self.access_from,
            access_from_until: self.access_from_until.secs(),
            revoked: self.revoked.iter().map(StoredToken::of).collect(),
            seen_seq: self.seen_seq,
            seen_at: self.seen_at.secs(),
            current: self.current.0,
            generation: self.generation.0,
            rotation: self.rotation.map(|rotation| StoredRotation {
                parent: rotation.parent.0,
                nonce: rotation.nonce.0,
                at: rotation.at.secs(),
                seq: rotation.seq,
                opened: rotation.opened.secs(),
                replays: rotation.replays,
            }),
            late: late.map(|late| (late.since.secs(), late.count)),
            adopted_in: self.adopted_in,
            public: self.public.as_ref().map(SessionData::as_str),
            set_backs: self.set_backs,
        }
    }

    fn from_stored(stored: StoredSession<'_>) -> Option<Self> {
        let rotation = |stored: StoredRotation| {
            Some(Rotation {
                parent: SecretHash(stored.parent),
                nonce: Nonce(stored.nonce),
                at: UnixTime::from_secs(stored.at)?,
                seq: stored.seq,
                opened: UnixTime::from_secs(stored.opened)?,
                replays: stored.replays,
            })
        };
        let late = |(since, count)| Some(LateAnswers { since: UnixTime::from_secs(since)?, count });
        Some(Self {
            id: SessionId(Uuid::from_bytes(stored.id)),
            user: UserId(Uuid::from_bytes(stored.user)),
            auth_time: UnixTime::from_secs(stored.auth_time)?,
            end: UnixTime::from_secs(stored.end)?,
            idle_secs: stored.idle_secs,
            idle_end: UnixTime::from_secs(stored.idle_end)?,
            unlicensed_secs: stored.unlicensed_secs,
            due: UnixTime::from_secs(stored.due)?,
            device: each(stored.device, Text::parse)?,
            mark: DeviceMark(stored.mark),
            scope: if stored.is_admin { Scope::Admin } else { Scope::Seat },
            lease_end: each(stored.lease_end, UnixTime::from_secs)?,
            access_end: UnixTime::from_secs(stored.access_end)?,
            access_from: stored.access_from,
            access_from_until: UnixTime::from_secs(stored.access_from_until)?,
            revoked: stored.revoked.iter().map(StoredToken::read).collect::<Option<_>>()?,
            seen_seq: stored.seen_seq,
            seen_at: UnixTime::from_secs(stored.seen_at)?,
            current: SecretHash(stored.current),
            generation: Generation(stored.generation),
            rotation: each(stored.rotation, rotation)?,
            late: each(stored.late, late)?.unwrap_or(LateAnswers::NONE),
            adopted_in: stored.adopted_in,
            public: each(stored.public, SessionData::parse)?,
            set_backs: stored.set_backs,
        })
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// A session with everything that a session can have.
    pub(in crate::store::codec) fn session() -> Session {
        let at = UnixTime::MIN;
        Session {
            id: SessionId(Uuid::from_bytes([1; 16])),
            user: UserId(Uuid::from_bytes([2; 16])),
            auth_time: at,
            end: at.plus(9),
            idle_secs: 5,
            idle_end: at.plus(5),
            unlicensed_secs: 0,
            due: at.plus(4),
            device: Text::parse("phone"),
            mark: DeviceMark([6; 8]),
            scope: Scope::Seat,
            lease_end: Some(at.plus(3)),
            access_end: at.plus(2),
            access_from: 5,
            access_from_until: UnixTime::MIN.plus(7),
            revoked: vec![RevokedToken {
                id: TokenId(Uuid::from_bytes([7; 16])),
                until: at,
                seq: 8,
            }],
            seen_seq: Some(9),
            seen_at: at,
            current: SecretHash([3; 32]),
            generation: Generation(7),
            rotation: Some(Rotation {
                parent: SecretHash([4; 32]),
                nonce: Nonce([5; 16]),
                at,
                seq: 8,
                opened: at.plus(1),
                replays: 1,
            }),
            late: LateAnswers { since: at, count: 1 },
            adopted_in: 2,
            public: SessionData::parse("{}"),
            set_backs: 3,
        }
    }
}
