use licence_core::{KeyId, LicenceId, SessionId, TokenId, UnixTime, UserId, Uuid};
use serde::{Deserialize, Serialize};

use super::{Row, each};
use crate::domain::{Borrowing, Given, Holder, Place, Revoked, Ticket, TicketRank};

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredBorrowing {
    id: [u8; 16],
    user: [u8; 16],
    session: [u8; 16],
    start: i64,
    end: i64,
    is_out: bool,
    given: Option<StoredGiven>,
}

#[derive(Serialize, Deserialize)]
struct StoredGiven {
    key: String,
    licence: [u8; 16],
}

impl Row for Borrowing {
    const TABLE: &'static str = "borrowings";
    type Stored<'a> = StoredBorrowing;

    fn to_stored(&self) -> StoredBorrowing {
        StoredBorrowing {
            id: self.id.0.to_bytes(),
            user: self.user.0.to_bytes(),
            session: self.session.0.to_bytes(),
            start: self.start.secs(),
            end: self.end.secs(),
            is_out: self.is_out,
            given: self.given.map(|Given { key, licence }| StoredGiven {
                key: key.to_string(),
                licence: licence.0.to_bytes(),
            }),
        }
    }

    fn from_stored(stored: StoredBorrowing) -> Option<Self> {
        Some(Self {
            id: TokenId(Uuid::from_bytes(stored.id)),
            user: UserId(Uuid::from_bytes(stored.user)),
            session: SessionId(Uuid::from_bytes(stored.session)),
            start: UnixTime::from_secs(stored.start)?,
            end: UnixTime::from_secs(stored.end)?,
            is_out: stored.is_out,
            given: each(stored.given, |StoredGiven { key, licence }| {
                let licence = LicenceId(Uuid::from_bytes(licence));
                Some(Given { key: KeyId::parse(&key)?, licence })
            })?,
        })
    }
}

/// A ticket as a key: in the order in which places are served.
pub(in crate::store) type TicketKey = (u8, u64);

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredPlace {
    ticket: TicketKey,
    holder: StoredHolder,
    since: Option<i64>,
    live_until: i64,
    kept_until: i64,
}

#[derive(Serialize, Deserialize)]
enum StoredHolder {
    Person([u8; 16]),
    Session([u8; 16]),
}

impl Ticket {
    pub(in crate::store) const fn to_key(self) -> TicketKey {
        let rank = match self.rank {
            TicketRank::Reserved => 0,
            TicketRank::Queued => 1,
        };
        (rank, self.seq)
    }

    const fn from_key((rank, seq): TicketKey) -> Option<Self> {
        match rank {
            0 => Some(Self { rank: TicketRank::Reserved, seq }),
            1 => Some(Self { rank: TicketRank::Queued, seq }),
            _ => None,
        }
    }
}

impl Row for Place {
    const TABLE: &'static str = "queue";
    type Stored<'a> = StoredPlace;

    fn to_stored(&self) -> StoredPlace {
        StoredPlace {
            ticket: self.ticket.to_key(),
            holder: match self.holder {
                Holder::Person(user) => StoredHolder::Person(user.0.to_bytes()),
                Holder::Session(session) => StoredHolder::Session(session.0.to_bytes()),
            },
            since: self.since.map(UnixTime::secs),
            live_until: self.live_until.secs(),
            kept_until: self.kept_until.secs(),
        }
    }

    fn from_stored(stored: StoredPlace) -> Option<Self> {
        Some(Self {
            ticket: Ticket::from_key(stored.ticket)?,
            holder: match stored.holder {
                StoredHolder::Person(id) => Holder::Person(UserId(Uuid::from_bytes(id))),
                StoredHolder::Session(id) => Holder::Session(SessionId(Uuid::from_bytes(id))),
            },
            since: each(stored.since, UnixTime::from_secs)?,
            live_until: UnixTime::from_secs(stored.live_until)?,
            kept_until: UnixTime::from_secs(stored.kept_until)?,
        })
    }
}

#[derive(Serialize, Deserialize)]
pub(in crate::store) enum StoredRevoked {
    Session([u8; 16]),
    SessionBefore([u8; 16], u64),
    Token([u8; 16]),
}

impl Row for Revoked {
    const TABLE: &'static str = "revoked";
    type Stored<'a> = StoredRevoked;

    fn to_stored(&self) -> StoredRevoked {
        match self {
            Self::Session(id) => StoredRevoked::Session(id.0.to_bytes()),
            Self::SessionBefore(id, before) => {
                StoredRevoked::SessionBefore(id.0.to_bytes(), *before)
            }
            Self::Token(id) => StoredRevoked::Token(id.0.to_bytes()),
        }
    }

    fn from_stored(stored: StoredRevoked) -> Option<Self> {
        Some(match stored {
            StoredRevoked::Session(id) => Self::Session(SessionId(Uuid::from_bytes(id))),
            StoredRevoked::SessionBefore(id, before) => {
                Self::SessionBefore(SessionId(Uuid::from_bytes(id)), before)
            }
            StoredRevoked::Token(id) => Self::Token(TokenId(Uuid::from_bytes(id))),
        })
    }
}
