use licence_core::{KeyId, SessionId, TokenId, UserId};

use crate::domain::audit::Actor;

/// A person whose seat is to be free.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseSeat {
    /// Who.
    pub user: UserId,
    /// For whom the seat is kept free for five minutes.
    pub reserve_for: Option<UserId>,
    /// Who asks.
    pub by: Actor,
}

/// A seat to take along offline. It is the person's own seat, and no second one.
#[derive(Clone, Copy, Debug)]
pub struct Borrow {
    /// The session that takes it.
    pub session: SessionId,
    /// The id of the signed lease, if there is none yet for that key.
    pub id: TokenId,
    /// For how many days.
    pub days: u32,
    /// The key that it is bound to: whoever asks again with the same one has the same lease.
    pub key: KeyId,
}

/// A borrowed seat to bring back.
#[derive(Clone, Copy, Debug)]
pub struct ReturnSeat {
    /// Which.
    pub id: TokenId,
    /// Whose it has to be.
    pub user: UserId,
}

/// A borrowed seat to give to others.
#[derive(Clone, Copy, Debug)]
pub struct WriteOff {
    /// Which.
    pub id: TokenId,
    /// Who asks.
    pub by: Actor,
}
